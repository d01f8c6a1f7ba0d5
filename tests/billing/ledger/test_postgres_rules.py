"""What PostgreSQL itself refuses, whoever writes and by whatever means, in each town."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.ledger.models import Account, Entry, Posting
from billing.ledger.queries import unbalanced
from billing.ledger.services import credit, debit, post
from shared.tenancy import in_town

ORDER = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town


@pytest.fixture
def entry(town: Any, now: datetime) -> Entry:
    return post(
        kind="card_captured",
        key="payment:1",
        label="Carte",
        reference=ORDER,
        postings=[debit(Account.STRIPE, 6000), credit(Account.CUSTOMERS, 6000)],
        at=now,
    )


def check_now() -> None:
    """Run the deferred checks that a commit would run."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def insert(*, now: datetime, amounts: list[int], posting_count: int | None = None) -> Entry:
    """Write an entry by hand, past the service and its checks."""
    entry = Entry.objects.create(
        key=f"by-hand:{uuid4()}",
        kind="odd",
        label="",
        reference=ORDER,
        at=now,
        posting_count=len(amounts) if posting_count is None else posting_count,
    )
    Posting.objects.bulk_create(
        [Posting(entry=entry, account=Account.CASH.value, amount_cents=cents) for cents in amounts]
    )
    return entry


def insert_and_commit(*, now: datetime, amounts: list[int], posting_count: int | None = None, then: Any = None) -> None:
    """The same, and what a commit would then check, perhaps once the connection has gone to the town `then`."""
    with transaction.atomic():
        insert(now=now, amounts=amounts, posting_count=posting_count)
        with in_town(then) if then else nullcontext():
            check_now()


def add_and_commit(*, entry: Entry, amounts: dict[Account, int]) -> None:
    """Add postings to an entry that is already there, and run what a commit would check."""
    with transaction.atomic():
        for account, cents in amounts.items():
            Posting.objects.create(entry=entry, account=account.value, amount_cents=cents)
        check_now()


def test_what_the_service_posts_passes(entry: Entry) -> None:
    check_now()


def test_an_entry_that_does_not_balance_cannot_be_committed(town: Any, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="does not balance"):
        insert_and_commit(now=now, amounts=[100, -99])


def test_the_check_waits_for_the_commit(town: Any, now: datetime) -> None:
    entry = insert(now=now, amounts=[100], posting_count=2)
    assert unbalanced() == [entry]
    Posting.objects.create(entry=entry, account=Account.STRIPE.value, amount_cents=-100)
    check_now()
    assert unbalanced() == []


@pytest.mark.parametrize(("amounts", "count"), [([], 2), ([100, -100], 3), ([100, -50, -50], 2)])
def test_an_entry_has_the_postings_it_was_written_with(
    town: Any, now: datetime, amounts: list[int], count: int
) -> None:
    with pytest.raises(IntegrityError, match="was written with"):
        insert_and_commit(now=now, amounts=amounts, posting_count=count)


@pytest.mark.parametrize("count", [0, 1])
def test_an_entry_has_two_postings_at_least(town: Any, now: datetime, count: int) -> None:
    with pytest.raises(IntegrityError, match="ledger_entry_has_two_postings"), transaction.atomic():
        insert(now=now, amounts=[], posting_count=count)


def test_nothing_joins_an_entry_later_even_if_it_balances(entry: Entry) -> None:
    check_now()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with pytest.raises(IntegrityError, match="was written with 2 postings and has 4"):
        add_and_commit(entry=entry, amounts={Account.CASH: 500, Account.CHEQUES: -500})


def test_the_check_runs_in_its_own_town_wherever_the_connection_has_gone(
    town: Any, istres: Any, viroflay: Any, now: datetime
) -> None:
    """on_commit and deferred triggers run when the connection may already serve another town."""
    elsewhere = viroflay if town.pk == istres.pk else istres
    with pytest.raises(IntegrityError, match="does not balance"):
        insert_and_commit(now=now, amounts=[100, -99], then=elsewhere)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET label = 'autre'",
        "UPDATE ledger_entry SET piece = 'autre'",
        "UPDATE ledger_posting SET amount_cents = amount_cents * 2",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_posting WHERE amount_cents > 0",
        "UPDATE ledger_entry SET posting_count = 4",
        "UPDATE ledger_posting SET entry_id = entry_id",
        "TRUNCATE ledger_posting",
        "TRUNCATE ledger_entry CASCADE",
        "TRUNCATE ledger_entry, ledger_posting",
        """INSERT INTO ledger_entry SELECT * FROM ledger_entry
           ON CONFLICT (key) DO UPDATE SET label = 'autre'""",
    ],
)
def test_nothing_is_ever_changed_or_removed(entry: Entry, statement: str) -> None:
    check_now()
    with (
        pytest.raises(IntegrityError, match="is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Posting.objects.filter(entry=entry).count() == 2


_BY_SQL = """
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO ledger_entry (id, key, kind, label, reference, piece, at, stripe_id, posting_count)
VALUES ('00000000-0000-4000-8000-00000000000e', 'by-sql', 'odd', '', gen_random_uuid(), '', now(), '', 2);
INSERT INTO ledger_posting (id, entry_id, account, amount_cents)
VALUES (gen_random_uuid(), '00000000-0000-4000-8000-00000000000e', '531', 100),
    (gen_random_uuid(), '00000000-0000-4000-8000-00000000000e', '517', -99);
SET CONSTRAINTS ALL IMMEDIATE;
"""


def test_the_owner_of_the_tables_is_refused_like_anybody(entry: Entry) -> None:
    """The application connects as their owner: privileges would hold nobody, triggers do."""
    check_now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables WHERE schemaname = current_schema()"
            " AND tablename IN ('ledger_entry', 'ledger_posting')"
        )
        assert cursor.fetchall() == [(True,), (True,)]
    for statement, why in ((_BY_SQL, "does not balance"), ("DELETE FROM ledger_posting", "is append-only")):
        with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Posting.objects.count() == 2


def test_every_town_carries_its_own_triggers(istres: Any, viroflay: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND tgenabled = 'O' AND tgname LIKE 'ledger%'"
            " AND pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = tgrelid)"
        )
        found = set(cursor.fetchall())
    expected = {
        (table, trigger)
        for table, trigger in (
            ("ledger_entry", "ledger_entry_append_only_rows"),
            ("ledger_entry", "ledger_entry_append_only_table"),
            ("ledger_entry", "ledger_entry_balances"),
            ("ledger_posting", "ledger_posting_append_only_rows"),
            ("ledger_posting", "ledger_posting_append_only_table"),
            ("ledger_posting", "ledger_posting_balances"),
        )
    }
    assert found == {
        (f"{town.schema_name}.{table}", trigger) for town in (istres, viroflay) for table, trigger in expected
    }


@pytest.mark.parametrize(
    ("account", "cents", "constraint"),
    [
        (Account.CASH.value, 0, "ledger_posting_amount_not_zero"),
        (Account.MERCHANTS.value, 100, "ledger_posting_names_its_merchant"),
        (Account.IN_TRANSIT.value, 100, "ledger_posting_names_its_merchant"),
        (Account.MERCHANT_INVOICES.value, 100, "ledger_posting_names_its_merchant"),
        ("999", 100, "ledger_posting_account_known"),
    ],
)
def test_a_posting_that_means_nothing_is_refused(entry: Entry, account: str, cents: int, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Posting.objects.create(entry=entry, account=account, amount_cents=cents)
