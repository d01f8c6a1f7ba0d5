"""What the passing of time does to proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.outbox.registry import handles
from tenants.orders.substitutions.answering import expire
from tenants.orders.substitutions.proposing import EXPIRE


@handles(EXPIRE)
def time_is_over(*, payload: dict[str, Any], now: datetime) -> None:
    expire(substitution_id=UUID(payload["substitution_id"]), now=now)
