"""When merchants are settled."""

from datetime import datetime
from uuid import UUID

from shared.due.services import plan

# The work that is due when a merchant's period ends.
SETTLE = "settlements.settle"

# The work that is due each morning where drafts have been made: those who decide are told of what waits.
DRAFTS_WAIT = "settlements.drafts_wait"


def plan_settlement(*, merchant_id: UUID, now: datetime) -> None:
    """Have a merchant of the current town settled from now on, each time one of its periods ends.

    In the transaction of the fact that it is owed something by.
    """
    plan(kind=SETTLE, subject=merchant_id, due_at=now)
