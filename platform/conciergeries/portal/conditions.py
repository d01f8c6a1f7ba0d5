"""A merchant's commission terms in each of its towns, and when it was told of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.commissions import wording
from billing.commissions.book import Book
from billing.commissions.models import CommissionTerms
from billing.commissions.queries import admitted_days, open_book
from conciergeries.merchants.models import Merchant
from conciergeries.portal.access import Access, there
from conciergeries.towns.models import Town


@dataclass(frozen=True, kw_only=True, slots=True)
class TermsRow:
    """Terms as one merchant has them: since when, or from when (None until it was told), and when it was told."""

    row: CommissionTerms
    is_own: bool
    begins: date | None
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TownTerms:
    """What a merchant pays in a town; `free_until` is the first day that is not free, while it is to come."""

    town: Town
    merchant: str
    current: TermsRow | None
    beneficiary: str
    example: str
    free_until: date | None
    upcoming: list[TermsRow]
    past: list[TermsRow]
    write_to: str


def conditions(*, access: Access, now: datetime) -> list[TownTerms]:
    """The terms of every merchant in every town where it sells, by town then by name."""
    groups = []
    for town in access.towns():
        with there(town):
            admitted = admitted_days(access.merchants)
            book = open_book(merchants=list(access.merchants))
            today = now.astimezone(ZoneInfo(town.timezone)).date()
            groups += [
                _of(merchant, town=town, book=book, since=admitted[merchant.pk], today=today)
                for merchant in sorted(access.merchants.values(), key=str)
                if merchant.pk in admitted
            ]
    return groups


def _of(merchant: Merchant, *, town: Town, book: Book, since: date, today: date) -> TownTerms:
    current = book.row_for(merchant.pk, today)
    free_until = book.free_until(current, merchant.pk) if current else None
    return TownTerms(
        town=town,
        merchant=merchant.name,
        current=_row(current, book, merchant.pk) if current else None,
        beneficiary=wording.beneficiary(current.terms, town) if current else "",
        example=wording.example(current.terms) if current else "",
        free_until=free_until if free_until and free_until > today else None,
        upcoming=[_row(row, book, merchant.pk) for row in book.upcoming(merchant.pk, today)],
        past=[_row(row, book, merchant.pk) for row in _past(merchant.pk, book, current, since, today)],
        write_to=town.operating_company.contact_email,
    )


def _past(
    merchant_id: UUID, book: Book, current: CommissionTerms | None, since: date, today: date
) -> list[CommissionTerms]:
    """What held for the merchant since it came, but no longer does, the latest first."""
    held: list[CommissionTerms] = []
    for row in book.rows_between(merchant_id, since, today):
        if row != current and row not in held:
            held.append(row)
    return held[::-1]


def _row(row: CommissionTerms, book: Book, merchant_id: UUID) -> TermsRow:
    notice = book.notices.get((row.pk, merchant_id))
    return TermsRow(
        row=row,
        is_own=row.merchant_id is not None and not row.follows_town,
        begins=book.holds_from(row, merchant_id),
        told_at=notice.sent_at if notice else None,
    )
