"""Being paid: an account at the Stripe of each company, that Stripe alone says is ready."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from conciergeries.merchants.models import MerchantAccount, RefusedPayout
from shared.tenancy import in_public
from tests.conftest import TUESDAY
from tests.platform.conciergeries.portal.conftest import Fair, client_of
from tests.tools.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture(scope="module")
def _stripe() -> Iterator[FakeStripe]:
    with running_fake_stripe(api_key="sk_test_default") as running:
        yield running


@pytest.fixture
def stripe_of_istres(_stripe: FakeStripe, settings: Any) -> FakeStripe:
    """Istres's company has its Stripe; Viroflay's is somewhere that does not answer."""
    nowhere = {"secret_key": "sk_test_viroflay", "webhook_secret": "whsec_x", "api_url": "http://127.0.0.1:9"}
    here = {"secret_key": "sk_test_default", "webhook_secret": "whsec_default", "api_url": _stripe.api_url}
    settings.STRIPE = {"default": here, "viroflay": nowhere}
    _stripe.reset()
    return _stripe


def _url(fair: Fair, town: Any) -> str:
    return f"/portail/versements/{fair.amandine.pk}/{town.operating_company_id}/"


def test_each_company_that_pays_is_shown_with_its_towns(fair: Fair) -> None:
    page = client_of(fair.amandine).get("/portail/versements/").content.decode()
    assert "Conciergeries de Provence" in page
    assert "Proximité Yvelines" in page
    assert "d’Istres" in page
    assert "de Viroflay" in page
    assert page.count("À ouvrir") == 2


def test_opening_an_account_goes_on_to_stripe(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    client = client_of(fair.amandine)
    answer = client.post(_url(fair, fair.istres.town))

    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"].startswith("http")
    assert not answer["Location"].startswith("http://localhost/")
    with in_public():
        account = MerchantAccount.objects.get(merchant=fair.amandine)
        assert (account.company_id, account.transfers_active) == (fair.istres.town.operating_company_id, False)
    assert "À compléter" in client.get("/portail/versements/").content.decode()

    client.post(_url(fair, fair.istres.town))
    with in_public():
        assert MerchantAccount.objects.count() == 1


def test_coming_back_proves_nothing(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    client = client_of(fair.amandine)
    client.post(_url(fair, fair.istres.town))

    page = client.get(f"{_url(fair, fair.istres.town)}retour/", follow=True).content.decode()

    assert "pas encore prêt" in page
    with in_public():
        assert not MerchantAccount.objects.get().transfers_active


def test_a_stripe_that_does_not_answer_is_said_and_nothing_is_lost(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    page = client_of(fair.amandine).post(_url(fair, fair.viroflay.town), follow=True).content.decode()
    assert "ne répond pas" in page
    with in_public():
        assert not MerchantAccount.objects.exists()


def test_a_company_without_its_keys_yet_is_said_and_nothing_is_lost(fair: Fair, settings: Any) -> None:
    settings.STRIPE = {"default": {"secret_key": "", "webhook_secret": "", "api_url": ""}}
    page = client_of(fair.amandine).post(_url(fair, fair.istres.town), follow=True).content.decode()
    assert "ne répond pas" in page
    with in_public():
        assert not MerchantAccount.objects.exists()


def test_only_ones_own_accounts_with_ones_own_companies(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    chloe = client_of(fair.chloe)
    company = fair.istres.town.operating_company_id
    for path in (
        _url(fair, fair.istres.town),
        f"/portail/versements/{fair.chloe.pk}/{fair.viroflay.town.operating_company_id}/",
        f"/portail/versements/{uuid4()}/{company}/",
        f"/portail/versements/{fair.chloe.pk}/{uuid4()}/",
    ):
        assert chloe.post(path).status_code == HTTPStatus.NOT_FOUND, path
        assert chloe.get(f"{path}retour/").status_code == HTTPStatus.NOT_FOUND, path
    assert chloe.get(f"/portail/versements/{fair.chloe.pk}/{company}/retour/").status_code == HTTPStatus.NOT_FOUND
    assert chloe.get(f"/portail/versements/{fair.chloe.pk}/{company}/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_what_is_missing_is_said_piece_by_piece(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    client = client_of(fair.amandine)
    client.post(_url(fair, fair.istres.town))
    with in_public():
        account = MerchantAccount.objects.get()
    stripe_of_istres.set_requirements(
        account.stripe_account_id,
        {"code": "representative.documents.primary_verification", "errors": ["verification_document_expired"]},
        {"code": "interv_1.unknown"},
        deadline=datetime(2026, 12, 12, 12, tzinfo=UTC),
    )
    page = client.get(f"{_url(fair, fair.istres.town)}retour/", follow=True).content.decode()
    for words in (
        "votre pièce d’identité",
        "Le document n’est plus valable.",
        "une information que Stripe précise sur sa page",
        "À fournir avant le 12\xa0décembre 2026, sinon les versements s’arrêtent.",
        "Compléter mon compte",
    ):
        assert words in page
    assert "l’IBAN de votre compte" not in page
    # Viroflay's company has heard of nothing.
    assert page.count("À ouvrir") == 1


def test_what_stripe_checks_asks_for_nothing(fair: Fair, stripe_of_istres: FakeStripe) -> None:
    client = client_of(fair.amandine)
    client.post(_url(fair, fair.istres.town))
    with in_public():
        account = MerchantAccount.objects.get()
    stripe_of_istres.set_requirements(
        account.stripe_account_id, {"code": "representative.documents.primary_verification", "waits_for": "stripe"}
    )
    stripe_of_istres.set_transfers(account.stripe_account_id, "pending")
    page = client.get(f"{_url(fair, fair.istres.town)}retour/", follow=True).content.decode()
    assert "Stripe vérifie vos documents\xa0: rien à faire." in page
    assert "En vérification" in page
    assert "Compléter mon compte" not in page


def test_a_bank_that_refuses_is_said_with_what_to_do(fair: Fair) -> None:
    with in_public():
        account = MerchantAccount.objects.create(
            merchant=fair.amandine,
            company=fair.istres.town.operating_company,
            stripe_account_id="acct_1",
            transfers_active=True,
            asked_at=TUESDAY,
        )
        RefusedPayout.objects.create(
            account=account,
            stripe_payout_id="po_1",
            amount_cents=5640,
            failure_code="account_closed",
            sent_at=TUESDAY,
            refused_at=TUESDAY,
        )
    page = client_of(fair.amandine).get("/portail/versements/").content.decode()
    assert "Votre banque a refusé 56,40\xa0€" in page
    assert "Donnez un autre IBAN à Stripe." in page
    assert "refusé" not in client_of(fair.chloe).get("/portail/versements/").content.decode()
