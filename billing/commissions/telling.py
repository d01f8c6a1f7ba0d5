"""Who is to be told of terms, and noting that they were."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.commissions.book import Book
from billing.commissions.facts import TERMS_TO_TELL, TERMS_TOLD
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.notice import first_day_after_notice
from billing.commissions.queries import open_book
from conciergeries.merchants.models import MerchantPresence
from conciergeries.towns.models import Town
from shared.locks import lock
from shared.notifications.models import Message
from shared.outbox.registry import handles
from shared.outbox.services import record_effect
from shared.tenancy import current_town


def concerned(*, town: Town, merchant_id: UUID | None, book: Book, today: date) -> list[UUID]:
    """The merchants of the town whom new terms concern: one, or all who follow the town's.

    Who sells under its own terms does until it goes back to the town's. Own terms to come may be withdrawn: whoever
    waits for some is told of the town's too, and so is who is to go back to them.
    """
    present = MerchantPresence.objects.filter(town=town, left_at=None).order_by("merchant_id")
    there = list(present.values_list("merchant_id", flat=True))
    if merchant_id is not None:
        return [merchant_id] if merchant_id in there else []
    return [
        each
        for each in there
        if (row := book.row_for(each, today)) is None or row.merchant_id is None or book.goes_back(each, today)
    ]


def tell(*, terms: CommissionTerms, merchants: Iterable[UUID], effective_from: date | None, now: datetime) -> None:
    """Have merchants told of terms, in the caller's transaction.

    Without `effective_from` the terms wait for the mail to have left, and for the days of notice after it.
    """
    for merchant_id in merchants:
        notice = TermsNotice.objects.create(
            terms=terms, merchant_id=merchant_id, created_at=now, effective_from=effective_from
        )
        record_effect(kind=TERMS_TO_TELL, payload={"notice_id": str(notice.pk)}, now=now)


def tell_newcomer(*, town: Town, merchant_id: UUID, now: datetime) -> None:
    """Have a merchant just admitted told of the terms that hold and of those to come, in the caller's transaction.

    There is no notice to wait for: it came under them.
    """
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    book = open_book(merchants=[merchant_id])
    current = book.row_for(merchant_id, today)
    for row in [*([current] if current else []), *book.upcoming(merchant_id, today)]:
        if (row.pk, merchant_id) not in book.notices:
            tell(terms=row, merchants=[merchant_id], effective_from=row.valid_from, now=now)


@handles(TERMS_TOLD)
@transaction.atomic
def note_told(*, payload: dict[str, Any], now: datetime) -> None:
    """Note when a merchant was told of terms, and from when they hold for it: never before the days of notice."""
    del now  # the mail's own time counts
    message = Message.objects.get(pk=payload["message_id"])
    if message.sent_at is None:
        raise ValueError("a mail that has not left told nobody")
    for notice in lock(TermsNotice.objects.filter(message_id=message.pk, sent_at=None).select_related("terms")):
        town = current_town()
        notice.sent_at = message.sent_at
        if notice.effective_from is None:
            told_on = message.sent_at.astimezone(ZoneInfo(town.timezone)).date()
            earliest = first_day_after_notice(told_on, territory=town.territory)
            notice.effective_from = max(notice.terms.valid_from, earliest)
        notice.save(update_fields=["sent_at", "effective_from"])
