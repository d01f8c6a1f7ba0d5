"""The account that a merchant is paid to: changed with a code, told to everybody, paid to after some days."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from conciergeries.merchants.bank import (
    CODE_LASTS,
    CODE_TRIES,
    CODES_AN_HOUR,
    WrongCodeError,
    ask_for_account,
    confirm_account,
    cooling_off,
    is_payable,
    last_change,
    undo_account,
)
from conciergeries.merchants.models import BankAccountChange, Merchant
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from tests.factories import IBAN, make_member, make_merchant

OTHER = "FR1420041010050500013M02606"
THIRD = "DE89370400440532013000"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def merchant(db: None) -> Merchant:
    return make_merchant(contact_email="boutique@alpilles.example")


@pytest.fixture
def alice(merchant: Merchant) -> User:
    return make_member(merchant=merchant, email="alice@alpilles.example")


def ask(merchant: Merchant, user: Any, iban: str = OTHER, bic: str = "", now: datetime = NOW) -> BankAccountChange:
    return ask_for_account(merchant=merchant, iban=iban, bic=bic, user=user, now=now)


def code_sent() -> str:
    message = Message.objects.filter(template="merchants/bank_code").latest("created_at")
    found = re.search(r"\b\d{6}\b", message.text)
    assert found
    assert found.group() not in message.subject
    return found.group()


def told(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("to", flat=True))


def test_nothing_changes_without_the_code(merchant: Merchant, alice: User) -> None:
    ask(merchant, alice, "FR14 2004 1010 0505 0001 3M02 606")
    merchant.refresh_from_db()
    assert (merchant.iban, is_payable(merchant, now=NOW)) == (IBAN, True)
    assert told("merchants/bank_code") == ["alice@alpilles.example"]


def test_the_code_changes_it_and_it_is_paid_to_three_days_later(merchant: Merchant, alice: User) -> None:
    make_member(merchant=merchant, email="bruno@alpilles.example")
    asked = ask(merchant, alice)
    for _ in range(2):
        confirm_account(merchant=merchant, change_id=asked.pk, code=code_sent(), user=alice, now=NOW)
    merchant.refresh_from_db()
    assert (merchant.iban, merchant.iban_payable_from) == (OTHER, NOW + timedelta(days=3))
    assert not is_payable(merchant, now=NOW + cooling_off() - timedelta(seconds=1))
    assert is_payable(merchant, now=NOW + cooling_off())
    assert told("merchants/bank_changed") == [
        "alice@alpilles.example",
        "boutique@alpilles.example",
        "bruno@alpilles.example",
    ]
    event = AuditEvent.objects.get(action="merchant.bank_changed")
    assert (event.details["before"], event.details["after"]) == ("FR76\u00a0…\u00a00189", "FR14\u00a0…\u00a02606")


def test_whoever_it_is_not_goes_back_to_the_account_before(merchant: Merchant, alice: User) -> None:
    asked = ask(merchant, alice)
    confirm_account(merchant=merchant, change_id=asked.pk, code=code_sent(), user=alice, now=NOW)
    assert last_change(merchant, now=NOW) == asked
    later = NOW + timedelta(days=1)
    assert undo_account(merchant=merchant, change_id=asked.pk, user=alice, now=later)
    assert not undo_account(merchant=merchant, change_id=asked.pk, user=alice, now=later)
    merchant.refresh_from_db()
    assert (merchant.iban, is_payable(merchant, now=later)) == (IBAN, True)
    assert len(told("merchants/bank_undone")) == 2


def test_going_back_to_a_new_account_does_not_end_its_quiet_days(merchant: Merchant, alice: User) -> None:
    """Or whoever has one mailbox would change it twice, go back once, and be paid the same day."""
    changes = []
    for iban, now in ((OTHER, NOW), (THIRD, NOW + timedelta(minutes=1))):
        changes.append(ask(merchant, alice, iban, now=now))
        confirm_account(merchant=merchant, change_id=changes[-1].pk, code=code_sent(), user=alice, now=now)
        merchant.refresh_from_db()
    first, second = changes
    assert undo_account(merchant=merchant, change_id=second.pk, user=alice, now=NOW)
    merchant.refresh_from_db()
    assert (merchant.iban, is_payable(merchant, now=NOW)) == (OTHER, False)
    assert is_payable(merchant, now=NOW + cooling_off())
    assert undo_account(merchant=merchant, change_id=first.pk, user=alice, now=NOW)
    merchant.refresh_from_db()
    assert (merchant.iban, is_payable(merchant, now=NOW)) == (IBAN, True)


def test_once_it_is_paid_to_it_cannot_be_undone(merchant: Merchant, alice: User) -> None:
    asked = ask(merchant, alice)
    confirm_account(merchant=merchant, change_id=asked.pk, code=code_sent(), user=alice, now=NOW)
    assert not undo_account(merchant=merchant, change_id=asked.pk, user=alice, now=NOW + cooling_off())


def test_a_wrong_code_is_counted_and_five_are_too_many(merchant: Merchant, alice: User) -> None:
    asked = ask(merchant, alice)
    good = code_sent()
    bad = f"{(int(good) + 1) % 10**6:06}"
    for _ in range(CODE_TRIES):
        with pytest.raises(WrongCodeError):
            confirm_account(merchant=merchant, change_id=asked.pk, code=bad, user=alice, now=NOW)
    with pytest.raises(WrongCodeError, match="Trop"):
        confirm_account(merchant=merchant, change_id=asked.pk, code=good, user=alice, now=NOW)
    merchant.refresh_from_db()
    assert merchant.iban == IBAN


def test_a_code_lasts_a_quarter_of_an_hour(merchant: Merchant, alice: User) -> None:
    asked = ask(merchant, alice)
    later = NOW + CODE_LASTS + timedelta(seconds=1)
    with pytest.raises(WrongCodeError, match="quart"):
        confirm_account(merchant=merchant, change_id=asked.pk, code=code_sent(), user=alice, now=later)


def test_a_code_is_for_one_merchant(merchant: Merchant, alice: User) -> None:
    asked = ask(merchant, alice)
    with pytest.raises(BankAccountChange.DoesNotExist):
        confirm_account(merchant=make_merchant(), change_id=asked.pk, code=code_sent(), user=alice, now=NOW)


@pytest.mark.parametrize(
    ("iban", "bic", "field"),
    [
        ("FR7630006000011234567890188", "", "iban"),
        ("TR330006100519786457841326", "", "iban"),
        ("CH9300762011623852957", "", "bic"),
        (OTHER, "DEUTDEFF", "bic"),
        (IBAN, "", "iban"),
    ],
)
def test_accounts_that_are_refused(merchant: Merchant, alice: User, iban: str, bic: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ask(merchant, alice, iban, bic)
    assert list(refused.value.message_dict) == [field]


def test_codes_are_not_asked_for_without_end(merchant: Merchant, alice: User) -> None:
    for _ in range(CODES_AN_HOUR):
        ask(merchant, alice)
    with pytest.raises(ValidationError, match="Trop de codes"):
        ask(merchant, alice)
    ask(merchant, alice, now=NOW + timedelta(hours=1, minutes=1))
