"""The commission terms of several merchants at once, for the orders that span shops."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q

from billing.commissions.models import CommissionTerms
from billing.commissions.queries import NoTermsError
from billing.commissions.terms import Terms


def terms_of_merchants(merchant_ids: Collection[UUID], *, on: date) -> dict[UUID, Terms]:
    """The terms under which each merchant sells on a day of the town, in one statement.

    The same rule as billing.commissions.queries.terms_for: a merchant's own terms first, else the town's.
    Raises NoTermsError when one of them has none.
    """
    rows = list(
        CommissionTerms.objects.filter(Q(merchant_id__in=merchant_ids) | Q(merchant_id=None), valid_from__lte=on)
        .order_by("merchant_id", "-valid_from")
        .distinct("merchant_id")
    )
    current = {row.merchant_id: row.terms for row in rows}
    found = {}
    for merchant_id in merchant_ids:
        terms = current.get(merchant_id) or current.get(None)
        if terms is None:
            raise NoTermsError(f"no commission terms on {on}")
        found[merchant_id] = terms
    return found


def sells(on: date) -> bool:
    """Whether the town has commission terms on that day: without them nothing may be sold."""
    return CommissionTerms.objects.filter(valid_from__lte=on).exists()
