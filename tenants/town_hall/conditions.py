"""The town's commission terms as the town hall reads them: each version, its state, and who was told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.commissions.book import Book
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.queries import history, open_book
from conciergeries.merchants.models import Merchant
from tenants.shops.models import Shop

IN_FORCE = ("open", "en vigueur")
TO_COME = ("soon", "à venir")
UNDER_NOTICE = ("soon", "préavis en cours")
PAST = ("neutral", "passée")
WITHDRAWN = ("closed", "retirée")


@dataclass(frozen=True, kw_only=True)
class Version:
    """Terms from a day on; how many merchants they were announced to, and how many were told so far."""

    row: CommissionTerms
    badge: str
    state: str
    concerned: int
    told: int

    @property
    def is_withdrawable(self) -> bool:
        return (self.badge, self.state) == TO_COME


@dataclass(frozen=True, kw_only=True)
class OwnTerms:
    """A shop with terms of its own; `may_go_back` to the town's, unless it does already, or is to."""

    merchant_id: UUID
    name: str
    versions: list[Version]

    @property
    def may_go_back(self) -> bool:
        latest = next((each.row for each in self.versions if each.row.withdrawn_on is None), None)
        return latest is not None and not latest.follows_town


@dataclass(frozen=True, kw_only=True)
class Conditions:
    current: CommissionTerms | None
    versions: list[Version]
    own: list[OwnTerms]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one merchant was told of terms: when, and from when they hold for it."""

    name: str
    sent_at: datetime | None
    effective_from: date | None


def conditions(*, today: date) -> Conditions:
    """Every version of the town, the latest first, then those of each shop that has its own, by name."""
    book = open_book()
    notices = list(TermsNotice.objects.order_by("pk"))
    own = CommissionTerms.objects.exclude(merchant_id=None).order_by("-valid_from", "-created_at")
    by_merchant: dict[UUID, list[CommissionTerms]] = {}
    for row in own:
        if row.merchant_id:
            by_merchant.setdefault(row.merchant_id, []).append(row)
    names = names_of(by_merchant)
    return Conditions(
        current=book.row_for(None, today),
        versions=[version(row, book=book, notices=notices, today=today) for row in history(merchant_id=None)],
        own=sorted(
            (
                OwnTerms(
                    merchant_id=merchant_id,
                    name=names[merchant_id],
                    versions=[version(row, book=book, notices=notices, today=today) for row in rows],
                )
                for merchant_id, rows in by_merchant.items()
            ),
            key=lambda each: each.name,
        ),
    )


def version(row: CommissionTerms, *, book: Book, notices: Iterable[TermsNotice], today: date) -> Version:
    badge, state = _state(row, book, today)
    announced = [notice for notice in notices if notice.terms_id == row.pk]
    return Version(
        row=row,
        badge=badge,
        state=state,
        concerned=len(announced),
        told=sum(notice.sent_at is not None for notice in announced),
    )


def _state(row: CommissionTerms, book: Book, today: date) -> tuple[str, str]:
    if row.withdrawn_on:
        return WITHDRAWN
    if row.valid_from > today:
        return TO_COME
    begins = book.holds_from(row, row.merchant_id)
    if begins is None or begins > today:
        return UNDER_NOTICE
    current = book.own_for(row.merchant_id, today)
    return IN_FORCE if current and current.pk == row.pk else PAST


def told_of(row: CommissionTerms) -> list[Told]:
    """Who was told of a version, by name."""
    notices = list(row.notices.order_by("pk"))
    names = names_of(notice.merchant_id for notice in notices)
    found = [
        Told(name=names[notice.merchant_id], sent_at=notice.sent_at, effective_from=notice.effective_from)
        for notice in notices
    ]
    return sorted(found, key=lambda told: told.name)


def names_of(merchants: Iterable[UUID]) -> dict[UUID, str]:
    """Merchants by the name of their shop here, as the town knows them."""
    wanted = set(merchants)
    found = dict(Merchant.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "name"))
    shops = Shop.objects.filter(merchant_id__in=wanted).order_by("pk").values_list("merchant_id", "name")
    return {**found, **dict(shops)}
