"""Which terms hold, for whom, on a day."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from billing.commissions.book import Book
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.terms import Terms
from conciergeries.merchants.models import MerchantPresence
from shared.tenancy import current_schema


class NoTermsError(LookupError):
    """Neither the merchant nor the town has commission terms on that day: nothing may be sold yet."""


def open_book(*, merchants: Collection[UUID] | None = None) -> Book:
    """The town's terms and what its merchants were told: all of them, or some merchants' and the town's own."""
    versions = CommissionTerms.objects.filter(withdrawn_on=None)
    notices = TermsNotice.objects.order_by("pk")
    if merchants is not None:
        versions = versions.filter(Q(merchant_id__in=merchants) | Q(merchant_id=None))
        notices = notices.filter(merchant_id__in=merchants)
    rows = list(versions.order_by("-valid_from", "pk"))
    some_are_free = any(row.free_months for row in rows)
    return Book(
        versions=rows,
        notices={(notice.terms_id, notice.merchant_id): notice for notice in notices},
        admitted=admitted_days(merchants) if some_are_free else {},
    )


def admitted_days(merchants: Collection[UUID] | None) -> dict[UUID, date]:
    """The day of the town on which each merchant was first admitted in it."""
    found = MerchantPresence.objects.filter(town__schema_name=current_schema()).select_related("town")
    if merchants is not None:
        found = found.filter(merchant_id__in=merchants)
    return {each.merchant_id: each.since.astimezone(ZoneInfo(each.town.timezone)).date() for each in found}


def terms_of_merchants(merchants: Collection[UUID], *, on: date) -> dict[UUID, Terms]:
    """The terms under which each merchant sells on a day of the town. Raises NoTermsError when one of them has none."""
    book = open_book(merchants=merchants)
    found = {}
    for merchant_id in merchants:
        terms = book.terms_for(merchant_id, on)
        if terms is None:
            raise NoTermsError(f"no commission terms on {on}")
        found[merchant_id] = terms
    return found


def terms_for(*, merchant_id: UUID, on: date) -> Terms:
    """The terms under which a merchant sells on a day of the town. Raises NoTermsError."""
    return terms_of_merchants([merchant_id], on=on)[merchant_id]


def town_row(*, on: date) -> CommissionTerms | None:
    """The town's own terms on a day, which hold for who has no other; None when there are none."""
    return open_book(merchants=[]).row_for(None, on)


def history(*, merchant_id: UUID | None) -> list[CommissionTerms]:
    """All terms of the town (None) or of one merchant, the latest first: those to come and those withdrawn too."""
    return list(CommissionTerms.objects.filter(merchant_id=merchant_id).order_by("-valid_from", "-created_at"))
