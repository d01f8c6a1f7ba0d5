"""Handing over: the right code, everything there, paid, to an adult."""

from datetime import datetime
from typing import Any

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.models import Mode, Payment
from billing.settlements.models import Sale
from shared.tenancy import in_town
from tenants.orders import fetching
from tenants.orders.events import PLATFORM
from tenants.orders.handing_over import CODE_TRIES, HandoverError, Proof, hand_over
from tenants.orders.models import Order, PaymentMode
from tenants.orders.paying import ask_payment
from tenants.orders.states import OrderState, ShopOrderState
from tenants.orders.transitions import move
from tests.factories import CONCIERGE, Market, make_order, make_product, make_resident, pay_by_card

pytestmark = pytest.mark.django_db


def bring_in(order: Order, now: datetime) -> Order:
    for part in order.shop_orders.exclude(state=ShopOrderState.REFUSED):
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def paid(market: Market, now: datetime) -> Order:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    return bring_in(order, now)


@pytest.fixture
def at_desk(market: Market, now: datetime) -> Order:
    bruno = make_resident(name="Bruno Tran", account=False)
    return bring_in(make_order(town=market.town, lines=[(market.shirt, 2)], resident=bruno), now)


def test_on_its_code_to_an_adult(paid: Order, market: Market, now: datetime) -> None:
    proof = Proof(code=f"{paid.code[:3]} {paid.code[3:]}", adult_seen=True)
    hand_over(order_id=paid.pk, proof=proof, means=None, actor=CONCIERGE, now=now)
    order = Order.objects.get(pk=paid.pk)
    assert order.state == OrderState.HANDED_OVER
    assert (order.handed_over_by, order.age_checked_by) == (CONCIERGE.label, CONCIERGE.label)
    assert Sale.objects.count() == 3
    assert balance(account=Account.CUSTOMERS) == 0
    assert balance(account=Account.MERCHANTS, merchant_id=market.wine.shop.merchant_id) == -1450


def test_what_is_due_on_top_is_taken_too(paid: Order, now: datetime) -> None:
    """The bank gave part of the card payment back before anything was handed over."""
    Payment.objects.filter(reference=paid.pk).update(charged_back_cents=1450)
    proof = Proof(code=paid.code, adult_seen=True)
    with pytest.raises(HandoverError, match="14,50\u00a0€ à encaisser"):
        hand_over(order_id=paid.pk, proof=proof, means=None, actor=CONCIERGE, now=now)
    assert ask_payment(order_id=paid.pk, now=now).label == f"Complément, commande {paid.number}"
    for _ in range(2):
        hand_over(order_id=paid.pk, proof=proof, means=Mode.CHEQUE, actor=CONCIERGE, now=now)
    assert balance(account=Account.CHEQUES) == 1450
    assert Payment.objects.filter(reference=paid.pk, supplement=True, state="succeeded").count() == 1


def test_twice_is_once(paid: Order, now: datetime) -> None:
    proof = Proof(code=paid.code, adult_seen=True)
    for _ in range(2):
        hand_over(order_id=paid.pk, proof=proof, means=None, actor=CONCIERGE, now=now)
    assert Sale.objects.count() == 3
    assert paid.events.filter(kind="order_handed_over").count() == 1


def test_at_the_desk_what_is_due_is_taken(at_desk: Order, now: datetime) -> None:
    proof = Proof(code=at_desk.code)
    with pytest.raises(HandoverError, match="43,00\u00a0€ à encaisser"):
        hand_over(order_id=at_desk.pk, proof=proof, means=None, actor=CONCIERGE, now=now)
    hand_over(order_id=at_desk.pk, proof=proof, means=Mode.CASH, actor=CONCIERGE, now=now)
    payment = Payment.objects.get(reference=at_desk.pk)
    assert (payment.amount_cents, payment.mode, payment.actor_label) == (4300, Mode.CASH, CONCIERGE.label)
    assert balance(account=Account.CASH) == 4300


def test_a_wrong_code_is_counted_then_a_document_is_asked_for(at_desk: Order, now: datetime) -> None:
    wrong = "000000" if at_desk.code != "000000" else "111111"
    for _ in range(CODE_TRIES):
        with pytest.raises(HandoverError, match="pas le code"):
            hand_over(order_id=at_desk.pk, proof=Proof(code=wrong), means=Mode.CASH, actor=CONCIERGE, now=now)
    with pytest.raises(HandoverError, match="pièce d’identité"):
        hand_over(order_id=at_desk.pk, proof=Proof(code=at_desk.code), means=Mode.CASH, actor=CONCIERGE, now=now)
    hand_over(order_id=at_desk.pk, proof=Proof(identity_seen=True), means=Mode.CASH, actor=CONCIERGE, now=now)
    assert Order.objects.get(pk=at_desk.pk).state == OrderState.HANDED_OVER


@pytest.mark.parametrize("code", ["", "🧀🧀🧀", "A" * 10_000])
def test_nonsense_is_no_code(at_desk: Order, now: datetime, code: str) -> None:
    with pytest.raises(HandoverError, match="pas le code"):
        hand_over(order_id=at_desk.pk, proof=Proof(code=code), means=Mode.CASH, actor=CONCIERGE, now=now)


def test_alcohol_goes_to_an_adult_only(paid: Order, now: datetime) -> None:
    with pytest.raises(HandoverError, match="majeure"):
        hand_over(order_id=paid.pk, proof=Proof(code=paid.code), means=None, actor=CONCIERGE, now=now)
    assert not Sale.objects.exists()


def test_what_is_missing_keeps_the_whole_order(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    part = order.shop_orders.get(shop=market.shirt.shop)
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    with pytest.raises(HandoverError, match="Cave des Heures Claires, Fromagerie des Alpilles"):
        hand_over(
            order_id=order.pk, proof=Proof(code=order.code, adult_seen=True), means=Mode.CASH, actor=CONCIERGE, now=now
        )
    assert not Payment.objects.exists()


def test_nobody_takes_more_cash_than_the_law_lets(market: Market, now: datetime) -> None:
    sofa = make_product(name="Fauteuil", price_cents=120_000, stock=1)
    order = bring_in(make_order(town=market.town, lines=[(sofa, 1)]), now)
    proof = Proof(code=order.code)
    with pytest.raises(HandoverError, match="espèces"):
        hand_over(order_id=order.pk, proof=proof, means=Mode.CASH, actor=CONCIERGE, now=now)
    hand_over(order_id=order.pk, proof=proof, means=Mode.TERMINAL, actor=CONCIERGE, now=now)


def test_a_cancelled_order_has_nothing_to_hand_over(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 1)])
    part = order.shop_orders.get()
    move(shop_order=part, to=ShopOrderState.CANCELLED, actor=PLATFORM, now=now)
    with pytest.raises(HandoverError, match="annulée"):
        hand_over(order_id=order.pk, proof=Proof(code=order.code), means=None, actor=CONCIERGE, now=now)


def test_an_order_of_one_town_is_nothing_in_another(at_desk: Order, viroflay: Any, now: datetime) -> None:
    with in_town(viroflay), pytest.raises(Order.DoesNotExist):
        hand_over(order_id=at_desk.pk, proof=Proof(code=at_desk.code), means=Mode.CASH, actor=CONCIERGE, now=now)
