"""Commissions that merchants owe since their customers paid them: seen, noted, taken back."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.models import Adjustment
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.audit.models import AuditEvent
from shared.french import of
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import Market, leave, make_merchant
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

HERE = "/mairie/argent/a-recevoir/"


@pytest.fixture
def owing(market: Market) -> Merchant:
    """The merchant of the cheeses, who owes 1.20 € on 20.00 € that it was paid itself."""
    sell(merchant=market.cheese.shop.merchant_id, held=False)
    settle(town=market.town, period_end=SUNDAY, now=MONDAY)
    return Merchant.objects.get(pk=market.cheese.shop.merchant_id)


def noted(merchant: Merchant, amount: str = "1,20", **changes: Any) -> dict[str, Any]:
    return {"key": uuid4(), "merchant": merchant.pk, "amount": amount, "received_on": "2026-11-24", **changes}


def test_what_is_owed_is_seen_then_noted_and_taken_back(hall: Client, owing: Merchant) -> None:
    assert f"{owing.name} doit 1,20 €" in text_of(hall.get(HERE))
    assert "Dû par des commerçants 1,20 €" in text_of(hall.get("/mairie/argent/"))
    assert "1,20 € à recevoir" in text_of(hall.get("/mairie/argent/reglements/"))
    sent = noted(owing)
    for _double_click in range(2):
        page = text_of(hall.post(HERE, sent, follow=True))
    assert "Aucun commerçant ne doit rien" in page
    assert f"Paiement reçu {of(owing.name)} le 24 novembre 2026" in page
    assert balance(account=Account.BANK) == 120
    page = text_of(hall.post(HERE, sent | {"amount": "1,00"}, follow=True))
    assert "Ce formulaire a déjà noté 1,20 €" in page
    receipt = Adjustment.objects.get()
    for _double_click in range(2):
        page = text_of(hall.post(f"{HERE}{receipt.pk}/annuler/", follow=True))
    assert "ne sont plus comptés comme reçus" in page
    assert (balance(account=Account.BANK), Adjustment.objects.count()) == (0, 2)
    assert AuditEvent.objects.filter(action="settlement.adjusted").count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": "1,21"}, "ne doit que 1,20"),
        ({"amount": "0"}, "supérieur à zéro"),
        ({"amount": ""}, "Écrivez le montant"),
        ({"amount": "beaucoup"}, "Écrivez un prix"),
        ({"received_on": "2026-11-25"}, "pas encore venu"),
        ({"received_on": "hier"}, "date"),
        ({"merchant": "moi"}, "ne doit rien"),
        ({"merchant": str(uuid4())}, "ne doit rien"),
        ({"key": ""}, "Rechargez"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_noted(
    hall: Client, owing: Merchant, change: dict[str, str], said: str
) -> None:
    assert said in text_of(hall.post(HERE, noted(owing) | change), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert not Adjustment.objects.exists()


def test_it_is_asked_for_once_a_week(hall: Client, owing: Merchant) -> None:
    page = text_of(hall.get(HERE))
    assert "Commissions facturées 1,20 €" in page
    letter = text_of(hall.get(f"{HERE}{owing.pk}/relancer/"))
    assert f"Demander 1,20 € à {owing.name} ?" in letter
    assert not Message.objects.filter(template="payment_reminder").exists()
    said = [text_of(hall.post(f"{HERE}{owing.pk}/relancer/", follow=True)) for _double_click in range(2)]
    assert "est relancé : 1,20 € demandés" in said[0]
    assert "Déjà relancé" in said[1]
    assert "relancé le 24/11/2026" in said[0]
    assert "Une relance par semaine au plus" in said[0]
    assert Message.objects.filter(template="payment_reminder").count() == 1
    assert "a relancé un commerçant qui doit" in text_of(hall.get("/mairie/journal/"))


def test_what_one_that_left_owes_may_be_given_up(hall: Client, market: Market, owing: Merchant) -> None:
    page = text_of(hall.get(f"{HERE}{owing.pk}/perte/", follow=True))
    assert "vend encore ici" in page
    leave(merchant=owing, town=market.town)
    assert "parti le 24/11/2026" in text_of(hall.get(HERE))
    assert "à recouvrer" in text_of(hall.get("/mairie/argent/"))
    here, lost = f"{HERE}{owing.pk}/perte/", {"key": uuid4(), "amount": "1,20", "reason": "Radié du RCS"}
    assert "compte 6588" in text_of(hall.get(here))
    for change, said in (
        ({"amount": "1,21"}, "ne doit que 1,20"),
        ({"reason": ""}, "Dites pourquoi"),
        ({"amount": "tout"}, "Écrivez"),
    ):
        assert said in text_of(hall.post(here, lost | change), HTTPStatus.UNPROCESSABLE_ENTITY)
    for _double_click in range(2):
        page = text_of(hall.post(here, lost, follow=True))
    assert f"1,20 € de {owing.name} sont passés en perte" in page
    assert "Aucun commerçant ne doit rien" in page
    assert (balance(account=Account.LOSSES), Adjustment.objects.count()) == (120, 1)


def test_another_town_s_are_not_found(hall: Client, market: Market, owing: Merchant, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_merchant(name="Chez Bruno", town=viroflay)
        sell(merchant=theirs.pk, held=False)
        settle(town=viroflay, period_end=SUNDAY, now=MONDAY)
    assert "Chez Bruno" not in text_of(hall.get(HERE))
    assert hall.post(HERE, noted(theirs)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert hall.post(f"{HERE}{uuid4()}/annuler/").status_code == HTTPStatus.NOT_FOUND
