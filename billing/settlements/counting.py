"""The day on which a sale counts, and so the statement that it is in.

A sale counts on the day of its handover in the town, or, when that day is settled already, on the first that is not.
It is said once for all when the sale is noted, while `SettledUntil` stands still: a statement covers the days of its
period, and what it covers never changes once it is issued.
"""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum

from billing.payments.gateway import current_town
from billing.settlements.calendar import day_in
from billing.settlements.models import Sale, SettledUntil, Statement
from billing.settlements.periods import ONE_DAY
from shared.locks import hold_one, lock_one


def day_that_counts(*, merchant_id: UUID, at: datetime) -> date:
    """The day on which a sale or a refund of an instant counts; the merchant is not settled until the caller commits.

    Others may note sales of the merchant at the same time.
    """
    return max(day_in(current_town(), at), first_unsettled(hold_merchant(merchant_id)))


def hold_merchant(merchant_id: UUID) -> SettledUntil:
    """Keep a merchant from being settled until the caller commits; others may hold it at the same time."""
    _begin(merchant_id)
    return hold_one(SettledUntil.objects.all(), merchant_id=merchant_id)


def lock_merchant(merchant_id: UUID) -> SettledUntil:
    """Lock how far a merchant is settled: every sale of it is committed, or waits for the caller's transaction."""
    _begin(merchant_id)
    return lock_one(SettledUntil.objects.all(), merchant_id=merchant_id)


def settled_until(merchant_id: UUID) -> SettledUntil:
    """How far a merchant is settled, as it is now: nobody waits."""
    return SettledUntil.objects.filter(merchant_id=merchant_id).first() or SettledUntil(merchant_id=merchant_id)


def first_unsettled(settled: SettledUntil) -> date:
    return settled.day + ONE_DAY


def sales_of(statement: Statement) -> QuerySet[Sale]:
    """The sales and refunds that a statement covers, in order of handover."""
    covered = Sale.objects.filter(
        merchant_id=statement.merchant_id, counts_on__range=(statement.period_start, statement.period_end)
    )
    return covered.order_by("handed_over_at", "id")


def unsettled_of(merchant_id: UUID) -> QuerySet[Sale]:
    """The sales and refunds of a merchant that no statement covers yet, in order of handover."""
    day = SettledUntil.objects.filter(merchant_id=merchant_id).values("day")
    found = Sale.objects.filter(merchant_id=merchant_id, counts_on__gt=Subquery(day))
    return found.order_by("handed_over_at", "id")


def held_unsettled_by_merchant() -> dict[UUID, int]:
    """What merchants sold that was paid here and that no statement covers yet, in cents, merchant by merchant."""
    held = (
        Sale.objects.filter(merchant_id=OuterRef("merchant_id"), counts_on__gt=OuterRef("day"), held=True)
        .order_by()
        .values("merchant_id")
        .annotate(total=Sum("gross_cents"))
        .values("total")
    )
    rows = SettledUntil.objects.annotate(total=Subquery(held)).exclude(total=None)
    return {row.merchant_id: int(row.total) for row in rows}


def with_sales_to_settle(*, until: date) -> set[UUID]:
    """The merchants of whom something that counts up to a day is in no statement."""
    waiting = Sale.objects.filter(
        merchant_id=OuterRef("merchant_id"), counts_on__gt=OuterRef("day"), counts_on__lte=until
    )
    return set(SettledUntil.objects.filter(Exists(waiting)).values_list("merchant_id", flat=True))


def _begin(merchant_id: UUID) -> None:
    SettledUntil.objects.bulk_create([SettledUntil(merchant_id=merchant_id)], ignore_conflicts=True)
