"""Merchants' accounts at Stripe, as the town hall reads them: it cannot touch them."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.payments.balance_models import CompanyPayout
from billing.payments.facts import BANK_REFUSED
from billing.settlements.models import SettlementRules
from conciergeries.merchants.models import Merchant, MerchantAccount, RefusedPayout
from shared.accounts.models import User
from shared.french import money
from shared.notifications.models import Message
from shared.outbox.services import record_effect
from shared.tenancy import in_public, in_town
from tenants.staff.models import StaffRole
from tenants.town_hall.incidents import tell_bank_refused
from tests.conftest import TUESDAY
from tests.factories import make_merchant, make_staff, run_effects
from tests.tenants.staff.pages import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/mairie/argent/comptes/"
IDENTITY = {"code": "representative.documents.primary_verification", "waits_for": "user", "due": "past_due"}


@pytest.fixture
def merchant(istres: Any, viroflay: Any) -> Merchant:
    """Sells in Istres; another sells in Viroflay."""
    make_merchant(name="Chez Chloé", town=viroflay)
    return make_merchant(name="Fromagerie Amandine", town=istres)


def opened(town: Any, merchant: Merchant, **fields: Any) -> MerchantAccount:
    with in_public():
        return MerchantAccount.objects.create(
            merchant=merchant,
            company=town.operating_company,
            stripe_account_id=f"acct_{merchant.pk.hex}",
            asked_at=TUESDAY,
            **fields,
        )


def test_what_each_merchant_lacks_is_read_and_nothing_else(istres: Any, merchant: Merchant, hall: Client) -> None:
    opened(istres, merchant, capability="restricted", requirements=[{**IDENTITY, "errors": []}])
    page = hall.get(PAGE).content.decode()
    assert "Fromagerie Amandine" in page
    assert "Il manque votre pièce d’identité." in page
    assert "Chez Chloé" not in page
    assert "<form" not in page.split("<main")[1]
    assert hall.post(PAGE).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_an_account_at_another_company_is_none_here(
    istres: Any, viroflay: Any, merchant: Merchant, hall: Client
) -> None:
    opened(viroflay, merchant, transfers_active=True, capability="active")
    assert "À ouvrir" in hall.get(PAGE).content.decode()


def test_only_the_town_hall_reads_them(istres: Any, viroflay: Any, merchant: Merchant, hall: Client) -> None:
    with in_town(istres):
        concierge = make_staff()
    assert signed_in(town=istres, user=concierge).get(PAGE).status_code == HTTPStatus.FORBIDDEN
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, email="bruno@viroflay.example")
    page = signed_in(town=viroflay, user=bruno).get(PAGE).content.decode()
    assert "Fromagerie Amandine" not in page


def test_a_bank_that_refuses_is_written_about_once(
    istres: Any, merchant: Merchant, bernard: User, hall: Client
) -> None:
    account = opened(istres, merchant, transfers_active=True, capability="active")
    with in_public():
        refused = RefusedPayout.objects.create(
            account=account,
            stripe_payout_id="po_1",
            amount_cents=5640,
            failure_code="account_closed",
            sent_at=TUESDAY,
            refused_at=TUESDAY,
        )
    payload = {"refused_payout_id": str(refused.pk), "merchant_id": str(merchant.pk)}
    record_effect(kind=BANK_REFUSED, payload=payload, now=TUESDAY)
    run_effects(kinds=[BANK_REFUSED])
    tell_bank_refused(payload=payload, now=TUESDAY)
    letters = Message.objects.filter(template="town_hall/bank_refused").order_by("to")
    # What the merchant sold in other towns is nobody's business here.
    assert not any("56,40" in letter.subject + letter.text for letter in letters)
    assert {letter.to for letter in letters} == {bernard.email, istres.operating_company.contact_email}
    assert len(letters) == 2
    assert "le compte bancaire est fermé" in letters[0].text
    assert "/mairie/argent/comptes/" in letters[0].text
    page = hall.get(PAGE).content.decode()
    assert "IBAN à corriger" in page
    assert "56,40" not in page


def test_what_left_for_the_companys_bank_is_listed(in_istres: Any, viroflay: Any, hall: Client) -> None:
    CompanyPayout.objects.create(stripe_id="po_7", amount_cents=400000, state="failed", sent_at=TUESDAY)
    page = hall.get(PAGE).content.decode()
    assert money(400_000) in page
    assert "refusé par la banque" in page
    with in_town(viroflay):
        assert not CompanyPayout.objects.exists()


def test_where_the_bank_pays_these_accounts_do_not_serve(in_istres: Any, merchant: Merchant, hall: Client) -> None:
    assert "virement de votre banque" not in hall.get(PAGE).content.decode()
    SettlementRules.objects.create(
        valid_from=TUESDAY.date(),
        frequencies="weekly",
        week_end=6,
        month_day=31,
        payout_delay_days=0,
        minimum_payout_cents=0,
        review_required=False,
        means="sepa",
        set_at=TUESDAY,
    )
    assert "virement de votre banque" in hall.get(PAGE).content.decode()
