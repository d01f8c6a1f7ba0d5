"""Until when a customer may answer a proposal. Pure."""

from datetime import datetime, timedelta

# A merchant does not keep goods aside for ever.
LONGEST = timedelta(hours=24)
# The answer is there before the concierge leaves, so that the shop can still pack.
BEFORE_TRIP = timedelta(minutes=30)
# Less is no real choice.
SHORTEST = timedelta(minutes=15)


def answer_before(*, proposed_at: datetime, leaves_at: datetime) -> datetime | None:
    """The moment at which silence is a no, for goods that a trip fetches at `leaves_at`; None when it is too late."""
    limit = min(proposed_at + LONGEST, leaves_at - BEFORE_TRIP)
    return limit if limit - proposed_at >= SHORTEST else None
