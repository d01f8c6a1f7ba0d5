"""Openings are carried out by a worker."""

from datetime import datetime
from typing import Any

from conciergeries.towns.models import TownOpening
from conciergeries.towns.provisioning import OPEN, run_opening
from shared.outbox.registry import handles


class StillOpeningError(RuntimeError):
    """Another worker is at it, or died at it: the outbox asks again until the opening is over."""


@handles(OPEN)
def open_town(*, payload: dict[str, Any], now: datetime) -> None:
    opening_id = payload["opening_id"]
    if run_opening(opening_id=opening_id, now=now) is None:
        running = TownOpening.objects.filter(pk=opening_id, state=TownOpening.State.RUNNING)
        if running.exists():
            raise StillOpeningError(opening_id)
