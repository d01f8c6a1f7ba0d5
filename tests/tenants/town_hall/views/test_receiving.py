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
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import Market, make_merchant
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
    assert f"{owing.name} alpilles@boutique.example 1,20 € 1,20 €" in text_of(hall.get(HERE))
    assert "Dû par des commerçants 1,20 €" in text_of(hall.get("/mairie/argent/"))
    assert "1,20 € à recevoir" in text_of(hall.get("/mairie/argent/reglements/"))
    sent = noted(owing)
    for _double_click in range(2):
        page = text_of(hall.post(HERE, sent, follow=True))
    assert "Aucun commerçant ne doit rien" in page
    assert "Commission reçue le 24 novembre 2026" in page
    assert balance(account=Account.BANK) == 120
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


def test_another_town_s_are_not_found(hall: Client, market: Market, owing: Merchant, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_merchant(name="Chez Bruno", town=viroflay)
        sell(merchant=theirs.pk, held=False)
        settle(town=viroflay, period_end=SUNDAY, now=MONDAY)
    assert "Chez Bruno" not in text_of(hall.get(HERE))
    assert hall.post(HERE, noted(theirs)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert hall.post(f"{HERE}{uuid4()}/annuler/").status_code == HTTPStatus.NOT_FOUND
