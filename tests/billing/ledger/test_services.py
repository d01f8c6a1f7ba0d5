"""Posting: balanced, once, with its merchant."""

from datetime import datetime
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection

from billing.ledger.models import Account, Entry, Posting
from billing.ledger.queries import balance, balances, balances_by_merchant, entries_count, unbalanced
from billing.ledger.services import (
    KeyReusedError,
    NotInTransactionError,
    PostingLine,
    UnbalancedEntryError,
    credit,
    debit,
    post,
)
from shared.tenancy import in_town

ORDER = UUID("00000000-0000-4000-8000-000000000001")
MERCHANT = UUID("00000000-0000-4000-8000-0000000000aa")
OTHER = UUID("00000000-0000-4000-8000-0000000000bb")


def capture(*, now: datetime, cents: int = 6000, key: str = "payment:1:captured") -> Entry:
    return post(
        kind="card_captured",
        key=key,
        label="Carte, commande I-1",
        reference=ORDER,
        postings=[debit(Account.STRIPE, cents), credit(Account.CUSTOMERS, cents)],
        at=now,
    )


def test_a_debit_is_positive_and_a_credit_negative(in_istres: Any, now: datetime) -> None:
    entry = capture(now=now)
    assert [(line.account, line.amount_cents) for line in entry.postings.order_by("account")] == [
        ("46711", -6000),
        ("517", 6000),
    ]
    assert balance(account=Account.STRIPE) == 6000
    assert balance(account=Account.CUSTOMERS) == -6000
    assert balances() == {Account.STRIPE: 6000, Account.CUSTOMERS: -6000}
    assert unbalanced() == []


def test_the_same_event_is_posted_once(in_istres: Any, now: datetime) -> None:
    first, second = capture(now=now), capture(now=now)
    assert first.pk == second.pk
    assert (entries_count(), balance(account=Account.STRIPE)) == (1, 6000)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "paid_at_desk"},
        {"reference": uuid4()},
        {"postings": [debit(Account.STRIPE, 6001), credit(Account.CUSTOMERS, 6001)]},
        {"postings": [debit(Account.CASH, 6000), credit(Account.CUSTOMERS, 6000)]},
    ],
)
def test_a_key_never_names_two_events(in_istres: Any, now: datetime, change: dict[str, Any]) -> None:
    capture(now=now)
    facts: dict[str, Any] = {
        "kind": "card_captured",
        "reference": ORDER,
        "postings": [debit(Account.STRIPE, 6000), credit(Account.CUSTOMERS, 6000)],
    }
    with pytest.raises(KeyReusedError):
        post(key="payment:1:captured", label="autre", at=now, **(facts | change))
    assert balance(account=Account.STRIPE) == 6000


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [debit(Account.STRIPE, 1)],
        [debit(Account.STRIPE, 2), credit(Account.CUSTOMERS, 1)],
        [debit(Account.STRIPE, 0), credit(Account.CUSTOMERS, 0)],
    ],
)
def test_lines_that_do_not_balance_are_refused(in_istres: Any, now: datetime, lines: list[PostingLine]) -> None:
    with pytest.raises(UnbalancedEntryError):
        post(kind="odd", key="odd", label="", reference=ORDER, postings=lines, at=now)
    assert entries_count() == 0


def test_lines_of_nothing_are_left_out(in_istres: Any, now: datetime) -> None:
    """A commission without VAT needs no special case."""
    entry = post(
        kind="commission",
        key="statement:1",
        label="Commission",
        reference=ORDER,
        postings=[
            debit(Account.MERCHANT_INVOICES, 300, MERCHANT),
            credit(Account.COMMISSION, 300, MERCHANT),
            credit(Account.VAT_COLLECTED, 0, MERCHANT),
        ],
        at=now,
    )
    assert entry.postings.count() == entry.posting_count == 2


def test_a_merchants_account_without_its_merchant_is_refused(in_istres: Any, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="ledger_posting_names_its_merchant"):
        post(
            kind="handed_over",
            key="sale:1",
            label="",
            reference=ORDER,
            postings=[debit(Account.CUSTOMERS, 100), credit(Account.MERCHANTS, 100)],
            at=now,
        )


def test_balances_are_kept_merchant_by_merchant(in_istres: Any, now: datetime) -> None:
    for number, (merchant, cents) in enumerate([(MERCHANT, 2000), (OTHER, 500), (MERCHANT, 300)]):
        post(
            kind="handed_over",
            key=f"sale:{number}",
            label="Remise",
            reference=ORDER,
            postings=[debit(Account.CUSTOMERS, cents), credit(Account.MERCHANTS, cents, merchant)],
            at=now,
        )
    assert balance(account=Account.MERCHANTS) == -2800
    assert balance(account=Account.MERCHANTS, merchant_id=MERCHANT) == -2300
    assert balances_by_merchant(account=Account.MERCHANTS) == {MERCHANT: -2300, OTHER: -500}
    assert balance(account=Account.MERCHANTS, merchant_id=uuid4()) == 0


def test_a_posting_needs_a_transaction(istres: Any, now: datetime) -> None:
    """In a connection of its own, because the test itself runs in a transaction."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            with in_town(istres):
                capture(now=now)
        except NotInTransactionError as error:
            raised.append(error)
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_one_towns_ledger_is_not_anothers(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        capture(now=now)
    with in_town(viroflay):
        assert (balance(account=Account.STRIPE), balances(), entries_count(), unbalanced()) == (0, {}, 0, [])
        # The same key names another event of another town.
        capture(now=now, cents=100)
        assert balance(account=Account.STRIPE) == 100
    with in_town(istres):
        assert balance(account=Account.STRIPE) == 6000
        assert Posting.objects.count() == 2
