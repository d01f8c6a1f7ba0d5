"""How a town's money is collected: chosen with its legal ground, refused while a card is awaited."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.payments.models import Payment
from conciergeries.console.collection import CollectionRefusedError, set_collection
from conciergeries.towns.models import CollectionMode, Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import HubKind
from tenants.orders.models import PaymentMode
from tests.conftest import TUESDAY
from tests.factories import make_market, make_order, make_satellite, pay_by_card

pytestmark = pytest.mark.django_db

IN_SHOP = {"mode": "in_shop", "legal_basis": ""}


def page_of(town: Any) -> str:
    return f"/console/communes/{town.pk}/encaissement/"


def test_the_mode_is_chosen_for_one_town(console: Client, istres: Any, viroflay: Any) -> None:
    assert "Stripe Connect" in console.get(page_of(istres)).content.decode()
    for _double_click in range(2):
        assert console.post(page_of(istres), IN_SHOP).status_code == HTTPStatus.FOUND
    assert Town.objects.get(pk=istres.pk).collection_mode == CollectionMode.IN_SHOP
    assert Town.objects.get(pk=viroflay.pk).collection_mode == CollectionMode.PSP_SPLIT
    event = AuditEvent.objects.get(action="town_collection_set")
    assert event.details["after"] == {"mode": "in_shop", "legal_basis": "", "also_in_shops": False}
    console.post(page_of(viroflay), {"mode": "psp_split", "legal_basis": "", "also_in_shops": "on"})
    assert Town.objects.get(pk=viroflay.pk).accepts_payment_in_shops
    shown = console.get(f"/console/communes/{viroflay.pk}/").content.decode()
    assert "ou paiement dans les boutiques" in shown


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"mode": "commercial_agent", "legal_basis": "  "}, "Dites sur quel fondement"),
        ({"mode": "psp_agent", "legal_basis": ""}, "Dites sur quel fondement"),
        ({"mode": "resale", "legal_basis": "contrat"}, "Choisissez un des modes"),
        ({"mode": "confiance", "legal_basis": ""}, "Choisissez un des modes"),
        ({"legal_basis": ""}, "Choisissez un mode"),
        ({"mode": "psp_agent", "legal_basis": "x" * 201}, "200"),
    ],
)
def test_a_mode_without_its_ground_is_refused(console: Client, istres: Any, sent: dict[str, str], said: str) -> None:
    answer = console.post(page_of(istres), sent)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    assert Town.objects.get(pk=istres.pk).collection_mode == CollectionMode.PSP_SPLIT


def test_no_town_stops_holding_money_while_a_card_is_awaited(console: Client, istres: Any) -> None:
    with in_town(istres):
        market = make_market(town=istres)
        order = make_order(town=istres, lines=market.everything, payment_mode=PaymentMode.CARD)
    answer = console.post(page_of(istres), IN_SHOP)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "1\u00a0paiement par carte est attendu" in answer.content.decode()
    with in_town(istres):
        pay_by_card(order=order)
        assert Payment.objects.get().state == "succeeded"
    assert console.post(page_of(istres), IN_SHOP).status_code == HTTPStatus.FOUND


def test_nor_while_lockers_ask_a_fee_that_nobody_could_take(istres: Any) -> None:
    with in_town(istres):
        make_market(town=istres)
        make_satellite(name="Casiers de la gare", slug="gare", kind=HubKind.ANY_TIME, hours="24/7", fee_cents=200)
    with pytest.raises(CollectionRefusedError, match="Casiers de la gare"):
        set_collection(
            town_id=istres.pk,
            mode=CollectionMode.IN_SHOP,
            legal_basis="",
            also_in_shops=False,
            actor=None,
            now=TUESDAY,
        )


def test_it_is_the_operator_s_alone(chloe: Client, istres: Any) -> None:
    for answer in (chloe.get(page_of(istres)), chloe.post(page_of(istres), IN_SHOP)):
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert Town.objects.get(pk=istres.pk).collection_mode == CollectionMode.PSP_SPLIT
