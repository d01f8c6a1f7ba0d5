"""Each verb of the desk: done once, logged once, audited once."""

from datetime import datetime

import pytest

from billing.payments.models import Mode
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from tenants.desk import actions
from tenants.orders.handing_over import HandoverError, Proof
from tenants.orders.models import Order
from tenants.orders.states import OrderState, ShopOrderState
from tenants.orders.transitions import ForbiddenMoveError
from tenants.residents.models import Resident
from tests.factories import Market, make_order, make_product
from tests.tenants.desk.steps import SECOND, bring_in

pytestmark = pytest.mark.django_db


def test_ticks_are_audited_once_however_often_they_are_sent(order: Order, camille: User, now: datetime) -> None:
    parts = list(order.shop_orders.values_list("pk", flat=True))
    for clicks in (1, 2):
        actions.collect(part_ids=parts, user=camille, now=now + clicks * SECOND)
    trail = AuditEvent.objects.filter(action="order.collected")
    assert trail.count() == 3
    assert {event.actor_id for event in trail} == {camille.pk}
    assert {event.details["order"] for event in trail} == {order.number}


def test_a_tick_that_cannot_be_made_makes_none(order: Order, camille: User, now: datetime) -> None:
    first, second, third = order.shop_orders.order_by("pk").values_list("pk", flat=True)
    actions.collect(part_ids=[first], user=camille, now=now + SECOND)
    actions.arrive(part_ids=[first], user=camille, now=now + 2 * SECOND)
    with pytest.raises(ForbiddenMoveError):
        actions.collect(part_ids=[second, first, third], user=camille, now=now + 3 * SECOND)
    assert set(order.shop_orders.exclude(pk=first).values_list("state", flat=True)) == {ShopOrderState.PLACED}
    assert AuditEvent.objects.filter(action="order.collected").count() == 1


def test_a_wrong_code_stays_counted(order: Order, camille: User, now: datetime) -> None:
    bring_in(order, camille, now)
    wrong = Proof(code="000000" if order.code != "000000" else "111111", adult_seen=True)
    with pytest.raises(HandoverError, match="pas le code"):
        actions.hand_over(order_id=order.pk, proof=wrong, means=Mode.CASH, user=camille, now=now + 3 * SECOND)
    order.refresh_from_db()
    assert order.code_failures == 1
    assert not AuditEvent.objects.filter(action="order.handed_over").exists()


def test_handed_over_twice_is_handed_over_once(order: Order, camille: User, now: datetime) -> None:
    bring_in(order, camille, now)
    proof = Proof(code=order.code, adult_seen=True)
    for clicks in (3, 4):
        actions.hand_over(order_id=order.pk, proof=proof, means=Mode.TERMINAL, user=camille, now=now + clicks * SECOND)
    order.refresh_from_db()
    assert order.state == OrderState.HANDED_OVER
    assert order.handed_over_by == "Camille Roux"
    [event] = AuditEvent.objects.filter(action="order.handed_over")
    assert event.details == {"order": order.number, "by": "code", "means": "terminal"}
    [payment] = AuditEvent.objects.filter(action="payment.taken")
    assert payment.actor_id == camille.pk


def test_answering_for_a_merchant(order: Order, camille: User, now: datetime) -> None:
    part = order.shop_orders.get(shop__name="Atelier Mistral")
    actions.answer_for_shop(part_id=part.pk, refused_lines=[], reason="", user=camille, now=now + SECOND)
    actions.answer_for_shop(part_id=part.pk, refused_lines=[], reason="", user=camille, now=now + 2 * SECOND)
    part.refresh_from_db()
    assert part.state == ShopOrderState.ACCEPTED
    assert AuditEvent.objects.filter(action="order.answered_for_shop").count() == 1
    line = part.lines.get()
    for clicks in (3, 4):
        actions.answer_for_shop(
            part_id=part.pk, refused_lines=[line.pk], reason="tissu épuisé", user=camille, now=now + clicks * SECOND
        )
    part.refresh_from_db()
    assert part.state == ShopOrderState.REFUSED
    assert order.events.get(kind="line_refused").data["reason"] == "tissu épuisé"


def test_lines_refused_together_are_one_mail(market: Market, alice: Resident, camille: User, now: datetime) -> None:
    rose, white = (make_product(shop=market.wine.shop, name=name, price_cents=900) for name in ("Rosé", "Blanc"))
    order = make_order(town=market.town, lines=[(market.wine, 1), (rose, 2), (white, 1)], resident=alice)
    part = order.shop_orders.get()
    missing = list(part.lines.filter(product__in=[rose, white]).values_list("pk", flat=True))
    for clicks in (1, 2):
        actions.answer_for_shop(
            part_id=part.pk, refused_lines=missing, reason="cave vide", user=camille, now=now + clicks * SECOND
        )
    part.refresh_from_db()
    assert (part.state, part.total_cents) == (ShopOrderState.ACCEPTED, 1450)
    letter = Message.objects.get(template="orders/line_refused")
    assert ("Rosé" in letter.text, "Blanc" in letter.text) == (True, True)
    [event] = AuditEvent.objects.filter(action="order.answered_for_shop")
    assert sorted(event.details["refused"]) == ["Blanc", "Rosé"]


def test_lines_of_another_shop_are_not_refused_with_it(order: Order, camille: User, now: datetime) -> None:
    part = order.shop_orders.get(shop__name="Atelier Mistral")
    theirs = order.shop_orders.get(shop__name="Cave des Heures Claires").lines.get()
    actions.answer_for_shop(part_id=part.pk, refused_lines=[theirs.pk], reason="x", user=camille, now=now + SECOND)
    theirs.refresh_from_db()
    assert not theirs.has_left
    assert not Message.objects.filter(template="orders/line_refused").exists()


def test_the_log_says_by_which_way(order: Order, camille: User, now: datetime) -> None:
    part = order.shop_orders.order_by("pk").first()
    assert part is not None
    actions.answer_for_shop(part_id=part.pk, refused_lines=[], reason="", user=camille, now=now + SECOND)
    accepted = order.events.get(kind="accepted")
    assert (accepted.actor, accepted.channel) == ("Camille Roux", "phone")
