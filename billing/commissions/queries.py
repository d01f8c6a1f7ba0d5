"""Which terms hold, for whom, on a day."""

from datetime import date
from uuid import UUID

from django.db.models import F, Q

from billing.commissions.models import CommissionTerms
from billing.commissions.terms import Terms


class NoTermsError(LookupError):
    """Neither the merchant nor the town has commission terms on that day: nothing may be sold yet."""


def terms_for(*, merchant_id: UUID | None, on: date) -> Terms:
    """The terms under which a merchant sells on a day of the town: its own if it has any, else the town's.

    Raises NoTermsError.
    """
    row = terms_row_for(merchant_id=merchant_id, on=on)
    if row is None:
        raise NoTermsError(f"no commission terms on {on}")
    return row.terms


def terms_row_for(*, merchant_id: UUID | None, on: date) -> CommissionTerms | None:
    """The same, as the row, for pages that show since when; None when there are none."""
    return (
        CommissionTerms.objects.filter(Q(merchant_id=merchant_id) | Q(merchant_id=None), valid_from__lte=on)
        # The merchant's own terms first, however old: a new town default does not end a contract.
        .order_by(F("merchant_id").asc(nulls_last=True), "-valid_from")
        .first()
    )


def history(*, merchant_id: UUID | None) -> list[CommissionTerms]:
    """All terms of the town (None) or of one merchant, the latest first, the future ones included."""
    return list(CommissionTerms.objects.filter(merchant_id=merchant_id).order_by("-valid_from"))
