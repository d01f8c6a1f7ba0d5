"""A company's Stripe account cannot be changed under money that moves: in any of its towns, and in no other's."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from billing.payments.balance_models import CompanyPayout
from billing.payments.models import Payment, PaymentState
from billing.payments.services import expire_payment, prepare_card_payment
from billing.settlements.models import Payout, PayoutState, Reversal, ReversalState
from billing.settlements.payouts import ACCOUNT_MISSING
from conciergeries.console.stripe_change import why_not
from conciergeries.towns.models import OperatingCompany, Town
from conciergeries.towns.provisioning import request_opening, run_opening
from shared.audit.models import AuditEvent
from shared.tenancy import in_public, in_town
from tests.conftest import TUESDAY
from tests.factories import make_market
from tests.tenants.failures import make_failed_refund, make_waiting_payout
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(istres: Any) -> OperatingCompany:
    """It runs Istres and, from today, Salon; Viroflay is another company's."""
    found: OperatingCompany = istres.operating_company
    return found


@pytest.fixture
def salon(company: OperatingCompany) -> Any:
    opening = request_opening(insee="13103", operating_company=company, requested_by=None, now=TUESDAY)
    town = run_opening(opening_id=str(opening.pk), now=TUESDAY)
    assert town is not None
    return town


@pytest.fixture
def change(console: Client, company: OperatingCompany) -> Callable[[], Any]:
    """Send the company's form with another account."""
    data = {
        **{name: getattr(company, name) for name in ("name", "siren", "address", "postcode", "city", "contact_email")},
        "legal_form": "SAS",
        "vat_number": "FR44732829320",
        "stripe_alias": "viroflay",
    }
    return lambda: console.post(f"/console/exploitants/{company.pk}/", data)


def alias_of(company: OperatingCompany) -> str:
    with in_public():
        return str(OperatingCompany.objects.get(pk=company.pk).stripe_alias)


def pending_payment(town: Town) -> Payment:
    with in_town(town):
        return prepare_card_payment(reference=uuid4(), amount_cents=6000, label="Commande 48-21", now=TUESDAY)


def test_a_payment_of_any_of_its_towns_forbids_it(
    change: Callable[[], Any], company: OperatingCompany, istres: Town, salon: Town
) -> None:
    awaited = [pending_payment(istres), pending_payment(salon)]
    answer = change()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_stripe_alias_error"' in answer.content.decode()
    said = words(answer)
    assert "Le compte Stripe ne peut pas changer tant que de l’argent y circule" in said
    assert "Istres : 1 paiement par carte en attente. Salon-de-Provence : 1 paiement par carte en attente." in said
    assert alias_of(company) == "default"
    with in_town(istres):
        expire_payment(payment_id=awaited[0].pk, now=TUESDAY)
    said = words(change())
    assert ("Istres :" in said, "Salon-de-Provence :" in said) == (False, True)
    assert alias_of(company) == "default"
    with in_town(salon):
        expire_payment(payment_id=awaited[1].pk, now=TUESDAY)
    assert change().status_code == HTTPStatus.FOUND
    assert alias_of(company) == "viroflay"
    with in_public():
        assert AuditEvent.objects.filter(action="company_changed").count() == 1


def test_another_companys_payments_do_not(
    change: Callable[[], Any], company: OperatingCompany, istres: Town, viroflay: Town
) -> None:
    pending_payment(viroflay)
    assert change().status_code == HTTPStatus.FOUND
    assert alias_of(company) == "viroflay"


def test_what_moves_is_said(company: OperatingCompany, istres: Town) -> None:
    with in_town(istres):
        make_failed_refund(market=make_market(town=istres))
        payout = make_waiting_payout(town=istres, reason=ACCOUNT_MISSING)
    assert why_not(company).endswith(
        "Istres\u00a0: 1\u00a0remboursement à finir, 1\u00a0reversement en cours, "
        "60,00\u00a0€ encaissés et pas encore reversés."
    )
    with in_town(istres):
        Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENT)
        assert not Payment.objects.filter(state=PaymentState.PENDING).exists()
    assert "reversement" not in why_not(company).replace("reversés", "")


def test_the_rest_may_change_at_any_time(console: Client, company: OperatingCompany, istres: Town) -> None:
    pending_payment(istres)
    data = {
        "name": "Nouveau nom",
        "siren": company.siren,
        "legal_form": "SAS",
        "vat_number": "FR44732829320",
        "address": company.address,
        "postcode": company.postcode,
        "city": company.city,
        "contact_email": company.contact_email,
        "stripe_alias": "default",
    }
    assert console.post(f"/console/exploitants/{company.pk}/", data).status_code == HTTPStatus.FOUND
    with in_public():
        assert OperatingCompany.objects.get(pk=company.pk).name == "Nouveau nom"


def test_what_comes_back_or_leaves_for_the_bank_is_said_too(
    company: OperatingCompany, istres: Town, viroflay: Town
) -> None:
    with in_town(istres):
        payout = make_waiting_payout(town=istres, reason="")
        Payout.objects.update(state=PayoutState.SENT, stripe_transfer_id="tr_1")
        Reversal.objects.create(
            payout=payout,
            stripe_transfer_id="tr_1",
            amount_cents=100,
            reason="erreur",
            asked_at=TUESDAY,
            idempotency_key="reversal-1",
        )
        CompanyPayout.objects.create(stripe_id="po_1", amount_cents=100, sent_at=TUESDAY)
    said = why_not(company).replace("\u00a0", " ")
    assert "1 reprise de versement à finir, 1 virement vers la banque en route." in said
    assert why_not(viroflay.operating_company) == ""
    with in_town(istres):
        Reversal.objects.update(state=ReversalState.GIVEN_UP)
        CompanyPayout.objects.update(state="paid")
    assert why_not(company) == ""
