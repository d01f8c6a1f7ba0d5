"""How a merchant's account stands, from what Stripe says of it over HTTP."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing.payments.queries import account_standings
from billing.payments.services import open_account, refresh_account
from billing.payments.standing import Item, Stand, Standing, standing_of
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from tests.factories import make_merchant
from tests.tools.fake_stripe import FakeStripe

IDENTITY = "representative.documents.primary_verification"
Seen = Callable[[], Standing]


@pytest.fixture
def merchant(istres: Town) -> Merchant:
    return make_merchant(name="L’Atelier du Cordonnier", town=istres)


@pytest.fixture
def account(istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime) -> MerchantAccount:
    return open_account(merchant=merchant, company=istres.operating_company, now=now)


@pytest.fixture
def seen(account: MerchantAccount, now: datetime) -> Seen:
    """Ask Stripe, then look."""

    def look() -> Standing:
        refresh_account(account_id=account.stripe_account_id, now=now)
        account.refresh_from_db()
        return standing_of(account)

    return look


def test_nothing_is_opened() -> None:
    standing = standing_of(None)
    assert (standing.stand, standing.badge, standing.is_ready) == (Stand.NONE, ("closed", "À ouvrir"), False)


def test_what_a_new_account_lacks_is_said_once_each(account: MerchantAccount) -> None:
    standing = standing_of(account)
    assert standing.stand == Stand.MISSING
    assert [item.words for item in standing.missing] == [
        "l’IBAN de votre compte",
        "votre accord aux conditions de Stripe",
        "vos nom et prénom",
        "votre date de naissance",
        "votre adresse personnelle",
        "votre pièce d’identité",
    ]


def test_one_thing_missing_and_why(account: MerchantAccount, fake: FakeStripe, seen: Seen) -> None:
    fake.set_requirements(
        account.stripe_account_id,
        {"code": IDENTITY, "errors": ["verification_document_expired", "verification_document_not_readable"]},
    )
    standing = seen()
    notes = ("le document n’est plus valable", "le document n’est pas lisible")
    assert standing.missing == (Item("votre pièce d’identité", notes),)
    assert (standing.badge, standing.asks) == (("soon", "À compléter"), True)


def test_stripe_checks_and_there_is_nothing_to_do(account: MerchantAccount, fake: FakeStripe, seen: Seen) -> None:
    fake.set_requirements(account.stripe_account_id, {"code": IDENTITY, "waits_for": "stripe"})
    fake.set_transfers(account.stripe_account_id, "pending")
    standing = seen()
    assert (standing.stand, standing.missing, standing.asks) == (Stand.CHECKING, (), False)
    assert standing.sentence == "Stripe vérifie vos documents\N{NO-BREAK SPACE}: rien à faire."


def test_part_is_checked_and_part_is_missing(account: MerchantAccount, fake: FakeStripe, seen: Seen) -> None:
    fake.set_requirements(
        account.stripe_account_id, {"code": IDENTITY, "waits_for": "stripe"}, {"code": "external_account"}
    )
    standing = seen()
    assert [item.words for item in standing.missing] == ["l’IBAN de votre compte"]
    assert standing.is_checking


def test_an_account_that_is_ready_may_have_a_deadline(account: MerchantAccount, fake: FakeStripe, seen: Seen) -> None:
    fake.set_transfers(account.stripe_account_id)
    assert seen().badge == ("open", "Prêt")
    # In Paris it is the 12th already.
    deadline = datetime(2026, 12, 11, 23, 30, tzinfo=UTC)
    fake.set_requirements(account.stripe_account_id, {"code": IDENTITY, "due": "eventually_due"}, deadline=deadline)
    standing = seen()
    assert (standing.stand, standing.required_by) == (Stand.READY, date(2026, 12, 12))
    assert (standing.missing, [item.words for item in standing.later]) == ((), ["votre pièce d’identité"])
    assert standing.badge == ("soon", "Prêt, à compléter")


@pytest.mark.parametrize("status", ["rejected", "unsupported"])
def test_an_account_that_stripe_will_not_have(
    account: MerchantAccount, fake: FakeStripe, seen: Seen, status: str
) -> None:
    fake.set_requirements(account.stripe_account_id)
    fake.set_transfers(account.stripe_account_id, status)
    standing = seen()
    assert (standing.stand, standing.badge) == (Stand.BLOCKED, ("closed", "Bloqué"))


def test_one_companys_account_says_nothing_of_anothers(
    istres: Town, viroflay: Town, merchant: Merchant, stripes: dict[str, FakeStripe], now: datetime
) -> None:
    ours = open_account(merchant=merchant, company=istres.operating_company, now=now)
    theirs = open_account(merchant=merchant, company=viroflay.operating_company, now=now)
    stripes["default"].set_transfers(ours.stripe_account_id)
    stripes["viroflay"].set_requirements(theirs.stripe_account_id, IDENTITY)
    for each in (ours, theirs):
        refresh_account(account_id=each.stripe_account_id, now=now)

    def stands(town: Any) -> list[Any]:
        rows = account_standings(company=town.operating_company, merchants=[merchant])
        return [(who, standing.stand, [item.words for item in standing.missing]) for who, standing in rows]

    assert stands(istres) == [(merchant, Stand.READY, [])]
    assert stands(viroflay) == [(merchant, Stand.MISSING, ["votre pièce d’identité"])]


def test_who_has_something_to_do_comes_first(istres: Town, fake: FakeStripe, now: datetime) -> None:
    ready, missing = make_merchant(name="A", town=istres), make_merchant(name="B", town=istres)
    account = open_account(merchant=ready, company=istres.operating_company, now=now)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=now)
    rows = account_standings(company=istres.operating_company, merchants=[ready, missing])
    assert [who for who, _standing in rows] == [missing, ready]
