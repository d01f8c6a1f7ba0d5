"""Openings are carried out by a worker."""

from datetime import datetime
from typing import Any

from conciergeries.towns.provisioning import OPEN, run_opening
from shared.outbox.registry import handles


@handles(OPEN)
def open_town(*, payload: dict[str, Any], now: datetime) -> None:
    run_opening(opening_id=payload["opening_id"], now=now)
