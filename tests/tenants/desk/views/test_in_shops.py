"""Orders whose customers pay the shops, at the desk: taken by telephone, noted paid, handed over, given back."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.models import Refund
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.models import Order, PaymentMode
from tenants.orders.states import OrderState
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order, pay_in_shops
from tests.tenants.desk.steps import bring_in
from tests.tenants.desk.views.test_phone_order import _add, _review, _start
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_shops(market: Market, alice: Resident) -> Order:
    """21.50 € of Alice's, paid to the tailor."""
    town = pay_in_shops(town=market.town)
    return make_order(town=town, lines=[(market.shirt, 1)], resident=alice, payment_mode=PaymentMode.SHOP)


def sheet(order: Order) -> str:
    return reverse("desk:order", args=[order.pk])


def test_it_is_noted_on_the_merchant_s_word_then_handed_over(
    desk: Client, in_shops: Order, camille: User, now: datetime
) -> None:
    bring_in(in_shops, camille, TUESDAY)
    assert "21,50 € à payer aux boutiques" in text_of(desk.get(reverse("desk:today")))
    page = text_of(desk.get(sheet(in_shops)))
    assert "À payer au commerçant 21,50 €" in page
    assert "À encaisser" not in page
    handover = reverse("desk:handover_order", args=[in_shops.pk])
    assert "Pas encore payé au commerçant" in text_of(desk.get(handover))
    refused = desk.post(handover, {"code": in_shops.code})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    part = in_shops.shop_orders.get()
    page = text_of(desk.post(reverse("desk:paid_in_shop", args=[part.pk]), follow=True))
    assert "Payé au commerçant 21,50 €, noté" in page
    assert "déjà noté payé" in text_of(desk.post(reverse("desk:paid_in_shop", args=[part.pk]), follow=True))
    assert AuditEvent.objects.filter(action="order.paid_in_shop").count() == 1
    desk.post(handover, {"code": in_shops.code})
    assert Order.objects.get(pk=in_shops.pk).state == OrderState.HANDED_OVER
    undone = text_of(desk.post(reverse("desk:undo_paid_in_shop", args=[part.pk]), follow=True))
    assert "ne s’annule plus" in undone
    refund = text_of(desk.get(reverse("desk:refund", args=[in_shops.pk])))
    assert "Ce n’est pas notre argent" in refund
    assert "À la charge de" not in refund
    assert "Un geste" not in refund


def test_the_hub_s_fee_is_given_back_after_the_handover(
    desk: Client, market: Market, alice: Resident, camille: User
) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(fee_cents=500)
    order = make_order(
        town=pay_in_shops(town=market.town),
        lines=[(market.shirt, 1)],
        resident=alice,
        payment_mode=PaymentMode.SHOP,
        fee_cents=500,
    )
    bring_in(order, camille, TUESDAY)
    desk.post(reverse("desk:paid_in_shop", args=[order.shop_orders.get().pk]))
    desk.post(reverse("desk:handover_order", args=[order.pk]), {"code": order.code, "means": "cash"})
    page = reverse("desk:refund", args=[order.pk])
    assert "Les frais de retrait, payés ici" in text_of(desk.get(page))
    wanted = {"token": uuid4(), "reason": "late", "words": "une heure de retard", "goodwill_bearer": "company"}
    too_much = text_of(desk.post(page, wanted | {"goodwill": "5,01"}), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "5,00" in too_much
    for _double_click in range(2):
        assert desk.post(page, wanted | {"goodwill": "5,00"}).status_code == HTTPStatus.FOUND
    assert [each.amount_cents for each in Refund.objects.all()] == [500]
    assert "Les frais de retrait, payés ici" not in text_of(desk.get(page))


def test_a_note_is_taken_back(desk: Client, in_shops: Order) -> None:
    part = in_shops.shop_orders.get()
    desk.post(reverse("desk:paid_in_shop", args=[part.pk]))
    assert "de nouveau à payer" in text_of(desk.post(reverse("desk:undo_paid_in_shop", args=[part.pk]), follow=True))
    assert AuditEvent.objects.filter(action="order.paid_in_shop_undone").count() == 1
    desk.post(reverse("desk:cancel", args=[in_shops.pk]))
    page = text_of(desk.post(reverse("desk:paid_in_shop", args=[part.pk]), follow=True))
    assert "il n’y a rien à payer" in page


@pytest.mark.parametrize("only", [True, False])
def test_taken_by_telephone(desk: Client, market: Market, *, only: bool) -> None:
    pay_in_shops(town=market.town, only=only)
    call = _start(desk)
    _add(desk, call, market.shirt)
    review = _review(desk, call)["Location"]
    page = text_of(desk.get(review))
    assert ("chaque boutique est payée par le client" in page) is only
    assert ("le client règle chaque boutique" in page) is not only
    placed = desk.post(review, {} if only else {"paiement": "shop"})
    order = Order.objects.get()
    assert order.payment_mode == PaymentMode.SHOP
    page = text_of(desk.get(placed["Location"]))
    assert "À régler à chaque commerçant, avant de retirer" in page
    assert "À payer sur place rien" in page


def test_another_town_s_part_is_not_found(desk: Client, viroflay: Any) -> None:
    town = pay_in_shops(town=viroflay)
    with in_town(town):
        theirs = make_market(town=town)
        order = make_order(town=town, lines=[(theirs.shirt, 1)], payment_mode=PaymentMode.SHOP)
        part = order.shop_orders.get()
    for name in ("desk:paid_in_shop", "desk:undo_paid_in_shop"):
        assert desk.post(reverse(name, args=[part.pk])).status_code == HTTPStatus.NOT_FOUND
        assert desk.post(reverse(name, args=[uuid4()])).status_code == HTTPStatus.NOT_FOUND
