"""A merchant is written to when something new is missing, and when a deadline comes near; once each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.payments.catching_up import remind_of_deadlines
from billing.payments.routing import REFRESH_ACCOUNT
from billing.payments.services import open_account, refresh_account
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.notifications.models import Message
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

IDENTITY = "representative.documents.primary_verification"


@pytest.fixture
def merchant(istres: Town) -> Merchant:
    return make_merchant(name="L’Atelier du Cordonnier", town=istres)


@pytest.fixture
def account(istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime) -> MerchantAccount:
    return open_account(merchant=merchant, company=istres.operating_company, now=now)


def letters() -> list[Message]:
    return list(Message.objects.filter(template__startswith="payments/").order_by("created_at", "pk"))


def ask(account: MerchantAccount, fake: FakeStripe, now: datetime, *entries: Any, **more: Any) -> None:
    """Stripe asks for this, and is asked twice."""
    fake.set_requirements(account.stripe_account_id, *entries, **more)
    for _ in range(2):
        refresh_account(account_id=account.stripe_account_id, now=now)


def test_what_the_page_has_just_said_is_not_written(account: MerchantAccount, now: datetime) -> None:
    refresh_account(account_id=account.stripe_account_id, now=now)
    assert letters() == []


def test_something_new_is_written_about_once(
    account: MerchantAccount, merchant: Merchant, fake: FakeStripe, now: datetime
) -> None:
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=now)
    ask(account, fake, now, {"code": IDENTITY, "errors": ["verification_document_expired"]})
    [letter] = letters()
    assert letter.to == merchant.contact_email
    assert letter.subject == "Stripe demande une pièce pour vos versements"
    assert "- votre pièce d’identité (le document n’est plus valable)" in letter.text
    assert "/portail/versements/" in letter.text
    assert "Les versements continuent en attendant." in letter.text

    # The same document in other words is nothing new; an IBAN is.
    ask(account, fake, now, "person_1.verification.document", "external_account")
    [new] = [each for each in letters() if each != letter]
    assert "IBAN" in new.text
    assert "identité" not in new.text


def test_what_was_given_and_is_missing_again_is_written_again(
    account: MerchantAccount, fake: FakeStripe, now: datetime
) -> None:
    fake.set_transfers(account.stripe_account_id)
    ask(account, fake, now)
    ask(account, fake, now, IDENTITY)
    ask(account, fake, now, {"code": IDENTITY, "waits_for": "stripe"})
    ask(account, fake, now, IDENTITY)
    assert len(letters()) == 2


def test_a_deadline_is_recalled_once_when_it_is_near(account: MerchantAccount, fake: FakeStripe, now: datetime) -> None:
    fake.set_transfers(account.stripe_account_id)
    deadline = now + timedelta(days=20)
    later = {"code": IDENTITY, "due": "eventually_due"}
    ask(account, fake, now, later, deadline=deadline)
    assert (letters(), remind_of_deadlines(now=now)) == ([], 0)
    near = now + timedelta(days=7)
    for _ in range(2):
        assert remind_of_deadlines(now=near) == 1
        run_effects(now=near, kinds=[REFRESH_ACCOUNT])
    [letter] = letters()
    assert letter.subject == "À fournir à Stripe avant le 14\xa0décembre 2026"
    assert "- votre pièce d’identité" in letter.text
    # Put off by Stripe, it is another one.
    ask(account, fake, near, later, deadline=near + timedelta(days=3))
    assert len(letters()) == 2


def test_what_stripe_no_longer_asks_is_not_recalled(account: MerchantAccount, fake: FakeStripe, now: datetime) -> None:
    fake.set_transfers(account.stripe_account_id)
    ask(account, fake, now, {"code": IDENTITY, "due": "eventually_due"}, deadline=now + timedelta(days=20))
    fake.set_requirements(account.stripe_account_id)
    near = now + timedelta(days=7)
    remind_of_deadlines(now=near)
    run_effects(now=near, kinds=[REFRESH_ACCOUNT])
    account.refresh_from_db()
    assert (letters(), account.required_by) == ([], None)


def test_another_companys_account_is_another_letter(
    istres: Town, viroflay: Town, merchant: Merchant, stripes: dict[str, FakeStripe], now: datetime
) -> None:
    for town, alias in ((istres, "default"), (viroflay, "viroflay")):
        account = open_account(merchant=merchant, company=town.operating_company, now=now)
        stripes[alias].set_transfers(account.stripe_account_id)
        refresh_account(account_id=account.stripe_account_id, now=now)
        ask(account, stripes[alias], now, IDENTITY)
    for town in (istres, viroflay):
        assert len([letter for letter in letters() if town.operating_company.name in letter.text]) == 1
