"""Reading the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Q, Sum

from billing.ledger.models import Account, Entry, Posting


def balance(*, account: Account, merchant_id: UUID | None = None) -> int:
    """The balance of an account, of one merchant's part of it when given: cents, positive when it is in debit."""
    postings = Posting.objects.filter(account=account.value)
    if merchant_id is not None:
        postings = postings.filter(merchant_id=merchant_id)
    return int(postings.aggregate(total=Sum("amount_cents", default=0))["total"])


def balances_by_merchant(*, account: Account) -> dict[UUID, int]:
    """What each merchant's part of an account comes to, in cents, positive in debit; merchants at zero left out."""
    rows = (
        Posting.objects.filter(account=account.value, merchant_id__isnull=False)
        .order_by()
        .values("merchant_id")
        .annotate(total=Sum("amount_cents"))
        .exclude(total=0)
    )
    return {row["merchant_id"]: row["total"] for row in rows if row["merchant_id"]}


def balances() -> dict[Account, int]:
    """Every account's balance in cents, positive in debit; they add up to zero."""
    rows = Posting.objects.order_by().values("account").annotate(total=Sum("amount_cents"))
    return {Account(row["account"]): row["total"] for row in rows}


def entries_count() -> int:
    return Entry.objects.count()


def unbalanced() -> list[Entry]:
    """Entries whose postings do not add up to zero or are not as many as were written: none, unless PostgreSQL's
    triggers were taken away. For the health page and the nightly check.
    """
    return list(
        Entry.objects.annotate(total=Sum("postings__amount_cents", default=0), lines=Count("postings"))
        .filter(~Q(total=0) | ~Q(lines=F("posting_count")))
        .order_by("at", "id")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One account over a period, or one merchant's part of it: cents, balances positive in debit.

    opening + debits - credits = closing.
    """

    account: Account
    merchant_id: UUID | None
    opening_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.debit_cents - self.credit_cents


# What is there today is read from the index of balances alone; entries are looked up only since the period began.
_MOVEMENTS = """
SELECT account, merchant_id, sum(opening), sum(debits), sum(credits) FROM (
    SELECT account, merchant_id, sum(amount_cents) AS opening, 0 AS debits, 0 AS credits
    FROM ledger_posting
    WHERE (%(account)s::text IS NULL OR account = %(account)s)
        AND (%(merchant)s::uuid IS NULL OR merchant_id = %(merchant)s)
    GROUP BY account, merchant_id
    UNION ALL
    SELECT account, merchant_id, -sum(amount_cents),
        coalesce(sum(amount_cents) FILTER (WHERE at < %(until)s AND amount_cents > 0), 0),
        coalesce(-sum(amount_cents) FILTER (WHERE at < %(until)s AND amount_cents < 0), 0)
    FROM ledger_entry JOIN ledger_posting ON ledger_posting.entry_id = ledger_entry.id
    WHERE at >= %(since)s
        AND (%(account)s::text IS NULL OR account = %(account)s)
        AND (%(merchant)s::uuid IS NULL OR merchant_id = %(merchant)s)
    GROUP BY account, merchant_id
) AS parts
GROUP BY account, merchant_id
HAVING sum(opening) <> 0 OR sum(debits) <> 0 OR sum(credits) <> 0
ORDER BY account, merchant_id NULLS FIRST
"""


def movements(
    *, since: date, until: date, zone: ZoneInfo, account: Account | None = None, merchant_id: UUID | None = None
) -> list[Movement]:
    """Opening balance, debits and credits of a period, both days in on the town's clocks, in one statement.

    One row by account and merchant, in that order, also where nothing moved; left out where the period opens and
    closes at zero without a movement. Raises ValueError when the period ends before it begins.
    """
    if until < since:
        raise ValueError("a period ends after it begins")
    values = {
        "since": _midnight(since, zone),
        "until": _midnight(until + timedelta(days=1), zone),
        "account": account.value if account else None,
        "merchant": merchant_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, values)
        return [
            Movement(
                account=Account(number),
                merchant_id=merchant,
                opening_cents=int(opening),
                debit_cents=int(debited),
                credit_cents=int(credited),
            )
            for number, merchant, opening, debited, credited in cursor.fetchall()
        ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, also of one of 23 or 25 hours."""
    return datetime.combine(day, time.min, tzinfo=zone)
