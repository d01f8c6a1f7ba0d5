"""The concierge writes weights down, and hands nothing over before."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.models import Payment
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.orders.models import Order, PaymentMode
from tenants.orders.states import OrderState
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order
from tests.tenants.desk.steps import bring_in
from tests.tenants.orders.weighing import hold, lapse, make_weighed, part_to_weigh, weighed_line
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def ordered(market: Market, resident: Resident | None = None, mode: PaymentMode = PaymentMode.DESK) -> Order:
    product = make_weighed(shop=market.cheese.shop, now=TUESDAY)
    return make_order(town=market.town, lines=[(product, 1)], resident=resident, payment_mode=mode)


@pytest.fixture
def at_desk(market: Market, alice: Resident) -> Order:
    return ordered(market, alice)


def page_of(order: Order) -> str:
    return reverse("desk:weigh", args=[part_to_weigh(order).pk])


def send(client: Client, order: Order, typed: str) -> Any:
    return client.post(page_of(order), {f"grammes-{weighed_line(order).pk}": typed}, follow=True)


def test_weighed_on_the_desk_s_scales_then_paid_at_that_price(desk: Client, at_desk: Order, camille: User) -> None:
    assert "Peser" in text_of(desk.get(reverse("desk:collect")))
    bring_in(at_desk, camille, TUESDAY)
    handover = reverse("desk:handover_order", args=[at_desk.pk])
    assert "Tout n’est pas pesé" in text_of(desk.get(handover))
    refused = desk.post(handover, {"code": at_desk.code, "means": "cash"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Payment.objects.exists()
    answer = text_of(send(desk, at_desk, "480"))
    assert "Tomme de brebis : pesé 480 g, 6,19 €." in answer
    assert "pesé 480 g, 6,19 €" in answer
    send(desk, at_desk, "480")
    assert AuditEvent.objects.filter(action="order.weighed").count() == 1
    assert "6,19 €" in text_of(desk.get(handover))
    desk.post(handover, {"code": at_desk.code, "means": "cash"})
    assert Order.objects.get(pk=at_desk.pk).state == OrderState.HANDED_OVER
    assert Payment.objects.get().amount_cents == 619
    assert "son poids ne change plus" in text_of(send(desk, at_desk, "500"), HTTPStatus.UNPROCESSABLE_ENTITY)


@pytest.mark.parametrize("typed", ["", "0", "-1", "99000", "beaucoup"])
def test_nonsense_is_refused_and_writes_nothing(desk: Client, at_desk: Order, typed: str) -> None:
    assert send(desk, at_desk, typed).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert weighed_line(at_desk).weighed_grams is None


def test_the_card_is_said_to_be_authorised_then_to_hold_nothing(desk: Client, market: Market, alice: Resident) -> None:
    order = ordered(market, alice, PaymentMode.CARD)
    payment = hold(order, now=TUESDAY)
    sheet = reverse("desk:order", args=[order.pk])
    assert "Carte bancaire, en ligne, autorisé 7,42 €" in text_of(desk.get(sheet))
    lapse(payment, now=TUESDAY)
    page = text_of(desk.get(sheet))
    assert "La carte n’est plus autorisée" in page
    assert "À encaisser 6,45 €" in page


def test_another_town_s_part_is_not_found(desk: Client, viroflay: Any) -> None:
    with in_town(viroflay):
        order = ordered(make_market(town=viroflay))
        page = page_of(order)
    assert desk.get(page).status_code == HTTPStatus.NOT_FOUND
    assert desk.post(page, {}).status_code == HTTPStatus.NOT_FOUND
