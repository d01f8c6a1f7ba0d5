"""What the desk holds of each means, and how much of it can have been taken to the bank on a day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncDate

from billing.ledger.models import Account, Posting
from billing.ledger.queries import balance
from billing.payments.deposit_models import Deposit, DepositMeans, Drawer
from shared.locks import lock_one

ACCOUNT_OF: dict[DepositMeans, Account] = {
    DepositMeans.CASH: Account.CASH,
    DepositMeans.CHEQUE: Account.CHEQUES,
    DepositMeans.TERMINAL: Account.CARDS,
}
DEPOSITED, UNDONE = "bank_deposit", "bank_deposit_undone"


def lock_drawer(means: DepositMeans) -> None:
    """Have others who take this means to the bank, or bring it back, wait until the transaction ends."""
    Drawer.objects.get_or_create(means=means.value)
    lock_one(Drawer.objects.all(), means=means.value)


def can_take(*, means: DepositMeans, day: date, zone: ZoneInfo) -> int:
    """The most that can have been taken to the bank on a day, in cents: what there was in the evening, less what has
    been given back or taken since.

    Money counts from the day it was taken in, deposits by the day they were made, whenever they were noted.
    """
    account = ACCOUNT_OF[means]
    changes: dict[date, int] = defaultdict(int)
    begin = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    moved = (
        Posting.objects.filter(account=account.value, entry__at__gte=begin)
        .exclude(entry__kind__in=[DEPOSITED, UNDONE])
        .order_by()
        .values(day=TruncDate("entry__at", tzinfo=zone))
        .annotate(cents=Sum("amount_cents"))
    )
    for row in moved:
        changes[row["day"]] += row["cents"]
    taken = Deposit.objects.filter(means=means.value, undone_at=None, deposited_on__gt=day).order_by()
    for deposited_on, cents in taken.values_list("deposited_on", "amount_cents"):
        changes[deposited_on] -= cents
    return max(lowest(balance(account=account), changes), 0)


def lowest(now_cents: int, changes: Mapping[date, int]) -> int:
    """The lowest that a drawer has been in the evenings before and between days of changes, from what it holds now."""
    level = least = now_cents
    for day in sorted(changes, reverse=True):
        level -= changes[day]
        least = min(least, level)
    return least
