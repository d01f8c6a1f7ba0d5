"""Opening balance, debits, credits and closing balance by account, merchant and period of days in the town."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from billing.ledger import queries
from billing.ledger.models import Account
from billing.ledger.queries import Movement, balances, movements
from billing.ledger.services import PostingLine, credit, debit, post
from shared.tenancy import in_town

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
A, B = UUID(int=0xA), UUID(int=0xB)
NOVEMBER: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}


def write(at: datetime, *lines: PostingLine) -> None:
    post(kind="test", key=str(uuid4()), label="", reference=uuid4(), postings=lines, at=at)


def sold(at: datetime, merchant: UUID, cents: int) -> None:
    write(at, debit(Account.CUSTOMERS, cents), credit(Account.MERCHANTS, cents, merchant))


def row(account: Account, opening: int, debits: int, credits_: int, merchant: UUID | None = None) -> Movement:
    return Movement(
        account=account, merchant_id=merchant, opening_cents=opening, debit_cents=debits, credit_cents=credits_
    )


@pytest.fixture
def autumn(in_istres: Any) -> None:
    """One sale in October, two in November at the very ends of the month, one in December, on Istres's clocks."""
    sold(datetime(2026, 10, 31, 23, 59, 59, tzinfo=PARIS), A, 1000)
    sold(datetime(2026, 11, 1, 0, 0, tzinfo=PARIS), A, 200)
    sold(datetime(2026, 11, 30, 23, 59, 59, tzinfo=PARIS), B, 30)
    sold(datetime(2026, 12, 1, 0, 0, tzinfo=PARIS), B, 4)
    write(
        datetime(2026, 11, 15, tzinfo=PARIS),
        debit(Account.MERCHANTS, 150, A),
        credit(Account.IN_TRANSIT, 150, A),
    )


def test_a_month(autumn: None) -> None:
    found = movements(zone=PARIS, **NOVEMBER)
    assert found == [
        row(Account.CUSTOMERS, 1000, 230, 0),
        row(Account.MERCHANTS, -1000, 150, 200, A),
        row(Account.MERCHANTS, 0, 0, 30, B),
        row(Account.IN_TRANSIT, 0, 0, 150, A),
    ]
    assert [each.closing_cents for each in found] == [1230, -1050, -30, -150]


def test_a_period_opens_with_what_the_one_before_closed_with(autumn: None) -> None:
    october = movements(since=date(2026, 10, 1), until=date(2026, 10, 31), zone=PARIS)
    november = movements(zone=PARIS, **NOVEMBER)
    december = movements(since=date(2026, 12, 1), until=date(2026, 12, 31), zone=PARIS)
    for before, after in ((october, november), (november, december)):
        closing = {(each.account, each.merchant_id): each.closing_cents for each in before}
        opening = {(each.account, each.merchant_id): each.opening_cents for each in after if each.opening_cents}
        assert opening == closing
    assert sum(each.closing_cents for each in december) == 0
    by_account: dict[Account, int] = {}
    for each in december:
        by_account[each.account] = by_account.get(each.account, 0) + each.closing_cents
    assert by_account == balances()


def test_one_account_or_one_merchant(autumn: None) -> None:
    assert movements(zone=PARIS, account=Account.CUSTOMERS, **NOVEMBER) == [row(Account.CUSTOMERS, 1000, 230, 0)]
    assert movements(zone=PARIS, account=Account.MERCHANTS, merchant_id=B, **NOVEMBER) == [
        row(Account.MERCHANTS, 0, 0, 30, B)
    ]
    assert [each.account for each in movements(zone=PARIS, merchant_id=A, **NOVEMBER)] == [
        Account.MERCHANTS,
        Account.IN_TRANSIT,
    ]


def test_days_are_those_of_the_towns_clocks(autumn: None) -> None:
    """Where the sun is three hours ahead, the last second of October in Istres is November."""
    (customers,) = movements(zone=REUNION, account=Account.CUSTOMERS, **NOVEMBER)
    assert (customers.opening_cents, customers.debit_cents) == (0, 1200)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)], ids=["of 23 hours", "of 25 hours"]
)
def test_a_day_when_clocks_change(in_istres: Any, day: date, hours: int) -> None:
    first = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    for hour in range(-1, hours + 1):
        sold(first.fromtimestamp(first.timestamp() + hour * 3600, tz=UTC), A, 1)
    (customers,) = movements(since=day, until=day, zone=PARIS, account=Account.CUSTOMERS)
    assert (customers.opening_cents, customers.debit_cents) == (1, hours)


def test_what_is_over_and_still_is_left_out(in_istres: Any) -> None:
    write(datetime(2026, 10, 1, tzinfo=PARIS), debit(Account.CASH, 5), credit(Account.CUSTOMERS, 5))
    write(datetime(2026, 10, 2, tzinfo=PARIS), credit(Account.CASH, 5), debit(Account.CUSTOMERS, 5))
    assert movements(zone=PARIS, **NOVEMBER) == []
    assert len(movements(since=date(2026, 10, 1), until=date(2026, 10, 2), zone=PARIS)) == 2


def test_a_period_that_ends_before_it_begins_is_refused(in_istres: Any) -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        movements(since=date(2026, 11, 2), until=date(2026, 11, 1), zone=PARIS)


def test_a_town_reads_its_own(autumn: None, viroflay: Any) -> None:
    with in_town(viroflay):
        assert movements(zone=PARIS, **NOVEMBER) == []


_TWO_YEARS = """
INSERT INTO ledger_entry (id, key, kind, label, reference, piece, at, stripe_id, posting_count)
SELECT gen_random_uuid(), 'sale ' || number, 'handed_over', '', gen_random_uuid(), '',
    timestamptz '2024-12-01' + number * interval '12 hours', '', 2
FROM generate_series(1, 1460) AS number;
INSERT INTO ledger_posting (id, entry_id, account, merchant_id, amount_cents)
SELECT gen_random_uuid(), ledger_entry.id, line.account, line.merchant::uuid, line.cents
FROM ledger_entry, (VALUES ('46711', NULL, 100), ('46712', '00000000-0000-0000-0000-00000000000a', -100))
    AS line (account, merchant, cents);
ANALYZE ledger_entry;
ANALYZE ledger_posting;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
"""


def test_it_is_read_from_the_indexes(in_istres: Any, django_assert_num_queries: Any) -> None:
    """The balance's own index, and the entries since the period began: not the ledger from its first day."""
    values = {
        "since": datetime(2026, 11, 1, tzinfo=PARIS),
        "until": datetime(2026, 12, 1, tzinfo=PARIS),
        "account": None,
        "merchant": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TWO_YEARS)
        cursor.execute(f"EXPLAIN {queries._MOVEMENTS}", values)  # noqa: SLF001  (the plan is this test's subject)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using ledger_posting_balance" in plan
    assert "Index Scan using ledger_entry_at" in plan
    assert "Index Scan using ledger_posting_entry_id" in plan
    assert "Seq Scan" not in plan
    with django_assert_num_queries(1):
        customers, merchant = movements(zone=PARIS, **NOVEMBER)
    assert (customers.debit_cents, merchant.credit_cents) == (6000, 6000)
    assert customers.opening_cents == -merchant.opening_cents == 70000 * 2 - 100
