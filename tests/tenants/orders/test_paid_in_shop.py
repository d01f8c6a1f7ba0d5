"""Orders whose goods are paid to each merchant: placed, noted paid, handed over, given back, without a cent here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balances
from billing.payments.desk import refund_at_desk
from billing.payments.models import Bearer, Mode, Payment, Refund
from billing.settlements.models import Sale
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.answering import refuse_line
from tenants.orders.cancelling import cancel
from tenants.orders.checking import differences_with_orders
from tenants.orders.confirming import let_go
from tenants.orders.events import CUSTOMER, Actor
from tenants.orders.handing_over import HandoverError, Proof, hand_over
from tenants.orders.models import Channel, Line, Order, PaymentMode, RefundReason, RefundRequest, ShopOrder
from tenants.orders.paid_in_shop import PaidInShopError, note_paid_in_shop, undo_paid_in_shop
from tenants.orders.paying import PaidInShopsError, ask_payment
from tenants.orders.payment_modes import desk_mode_of, modes_of
from tenants.orders.placing import ModeRefusedError
from tenants.orders.queries import due_cents
from tenants.orders.refunding import RefundError, WantedRefund, refund_lines
from tenants.orders.states import OrderState, ShopOrderState
from tests.factories import CONCIERGE, Market, make_market, make_order, pay_in_shops
from tests.tenants.orders.test_handing_over import bring_in

pytestmark = pytest.mark.django_db

MERCHANT = Actor("Mme Morel, Alpilles", "portal")


@pytest.fixture(params=["istres", "viroflay"])
def here(request: pytest.FixtureRequest, now: datetime) -> Iterator[Market]:
    """A town where customers may also pay in the shops."""
    town = request.getfixturevalue(request.param)
    with in_town(town):
        yield replace(make_market(town=town), town=pay_in_shops(town=town))
        assert differences_with_orders(now=now) == []


@pytest.fixture
def order(here: Market) -> Order:
    """60.00 € in three shops."""
    return make_order(town=here.town, lines=here.everything, payment_mode=PaymentMode.SHOP)


def part_of(order: Order, product: Any) -> ShopOrder:
    return ShopOrder.objects.select_related("order", "shop").get(order=order, shop=product.shop)


def note_all(order: Order, now: datetime) -> None:
    for part in order.shop_orders.all():
        note_paid_in_shop(part_id=part.pk, actor=MERCHANT, now=now)


def give(order: Order, now: datetime, *, means: Mode | None = None) -> Order:
    proof = Proof(code=order.code, adult_seen=True)
    return hand_over(order_id=order.pk, proof=proof, means=means, actor=CONCIERGE, now=now)


def refund(
    order: Order, product: Any, cents: int, *, here: Market, now: datetime, bearer: Any = Bearer.MERCHANT
) -> Any:
    line = Line.objects.get(shop_order__order=order, product=product)
    return refund_lines(
        order_id=order.pk,
        lines=[WantedRefund(amount_cents=cents, bearer=bearer, line_id=line.pk)],
        reason=RefundReason.DAMAGED,
        words="",
        token=uuid4(),
        actor=CONCIERGE,
        town=here.town,
        now=now,
    )


def test_it_goes_to_the_shops_at_once_and_nothing_is_asked_here(order: Order, now: datetime) -> None:
    assert (order.confirmed_at, Order.objects.get(pk=order.pk).state) == (order.placed_at, OrderState.PLACED)
    assert not Payment.objects.exists()
    assert not Effect.objects.filter(kind="orders.expire_unpaid").exists()
    assert not let_go(order_id=order.pk, actor=CUSTOMER, reason="not paid in time", now=now)
    assert due_cents(order) == 0
    with pytest.raises(PaidInShopsError):
        ask_payment(order_id=order.pk, now=now)


def test_what_a_town_offers(istres: Any, viroflay: Any) -> None:
    card, desk, shop = PaymentMode.CARD, PaymentMode.DESK, PaymentMode.SHOP
    assert modes_of(viroflay) == (card, desk)
    assert modes_of(pay_in_shops(town=istres)) == (card, desk, shop)
    only = pay_in_shops(town=istres, only=True)
    assert (modes_of(only), desk_mode_of(only), desk_mode_of(viroflay)) == ((shop,), shop, desk)


@pytest.mark.parametrize("mode", [PaymentMode.CARD, PaymentMode.DESK])
def test_a_town_that_holds_nothing_takes_no_other_payment(here: Market, mode: PaymentMode) -> None:
    only = pay_in_shops(town=here.town, only=True)
    for channel in (Channel.WEB, Channel.PHONE):
        with pytest.raises(ModeRefusedError, match="vous réglez chacun"), transaction.atomic():
            make_order(town=only, lines=here.everything, payment_mode=mode, channel=channel)
    assert not Order.objects.exists()


def test_a_town_that_does_not_offer_it_refuses_it(istres: Any, viroflay: Any) -> None:
    pay_in_shops(town=istres, only=True)
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        with pytest.raises(ModeRefusedError, match="n’est pas proposé"), transaction.atomic():
            make_order(town=viroflay, lines=theirs.everything, payment_mode=PaymentMode.SHOP)
        make_order(town=viroflay, lines=theirs.everything, payment_mode=PaymentMode.CARD)
        assert Payment.objects.count() == 1


def test_a_merchant_is_paid_once_and_the_log_says_who_noted_it(order: Order, here: Market, now: datetime) -> None:
    part = part_of(order, here.cheese)
    assert part.unpaid_in_shop_cents == 2400
    noted = note_paid_in_shop(part_id=part.pk, actor=MERCHANT, now=now)
    assert (noted.paid_in_shop_at, noted.paid_in_shop_cents, noted.paid_in_shop_by) == (now, 2400, MERCHANT.label)
    assert noted.unpaid_in_shop_cents == 0
    with pytest.raises(PaidInShopError, match=f"déjà noté payé .* par {MERCHANT.label}"):
        note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now)
    undo_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now)
    assert part_of(order, here.cheese).paid_in_shop_at is None
    with pytest.raises(PaidInShopError, match="aucun paiement"):
        undo_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now)
    said = order.events.filter(kind__startswith="paid_in_shop").order_by("kind")
    assert [(each.kind, each.actor, each.data) for each in said] == [
        ("paid_in_shop", MERCHANT.label, {"amount_cents": 2400}),
        ("paid_in_shop_undone", CONCIERGE.label, {"amount_cents": 2400}),
    ]


def test_what_is_paid_here_or_cancelled_is_not_noted(here: Market, order: Order, now: datetime) -> None:
    at_desk = make_order(town=here.town, lines=[(here.shirt, 1)])
    with pytest.raises(PaidInShopError, match="se paie à la conciergerie"):
        note_paid_in_shop(part_id=at_desk.shop_orders.get().pk, actor=MERCHANT, now=now)
    cancel(order_id=order.pk, actor=CUSTOMER, now=now)
    with pytest.raises(PaidInShopError, match="annulée, il n’y a rien à payer"):
        note_paid_in_shop(part_id=part_of(order, here.wine).pk, actor=MERCHANT, now=now)


def test_it_is_handed_over_once_every_merchant_is_paid(order: Order, here: Market, now: datetime) -> None:
    bring_in(order, now)
    note_paid_in_shop(part_id=part_of(order, here.shirt).pk, actor=MERCHANT, now=now)
    with pytest.raises(HandoverError, match=r"Cave des Heures Claires .14,50\s€. et Fromagerie") as refused:
        give(order, now)
    assert "Atelier" not in str(refused.value)
    assert not Sale.objects.exists()
    for product in (here.cheese, here.wine):
        note_paid_in_shop(part_id=part_of(order, product).pk, actor=CONCIERGE, now=now)
    give(order, now)
    assert set(Sale.objects.values_list("gross_cents", "held")) == {(2150, False), (2400, False), (1450, False)}
    assert not Entry.objects.exists()
    assert not Payment.objects.exists()
    with pytest.raises(PaidInShopError, match="ne s’annule plus"):
        undo_paid_in_shop(part_id=part_of(order, here.shirt).pk, actor=CONCIERGE, now=now)
    ShopOrder.objects.filter(order=order).update(paid_in_shop_at=None, paid_in_shop_cents=0, paid_in_shop_by="")
    with pytest.raises(PaidInShopError, match="déjà remise"):
        note_paid_in_shop(part_id=part_of(order, here.shirt).pk, actor=CONCIERGE, now=now)


def test_the_hub_s_own_fee_is_paid_here(here: Market, now: datetime) -> None:
    Hub.objects.filter(pk=here.hub.pk).update(fee_cents=500)
    order = make_order(town=here.town, lines=here.everything, payment_mode=PaymentMode.SHOP, fee_cents=500)
    assert (order.total_cents, due_cents(order)) == (6500, 500)
    note_all(order, now)
    bring_in(order, now)
    with pytest.raises(HandoverError, match="5,00\u00a0€ à encaisser"):
        give(order, now)
    give(order, now, means=Mode.CASH)
    found = {account: cents for account, cents in balances().items() if cents}
    assert found == {Account.CASH: 500, Account.SERVICES: -417, Account.VAT_COLLECTED: -83}


def test_its_fee_may_be_given_back_after_the_handover_at_our_expense(here: Market, now: datetime) -> None:
    Hub.objects.filter(pk=here.hub.pk).update(fee_cents=500)
    order = make_order(town=here.town, lines=here.everything, payment_mode=PaymentMode.SHOP, fee_cents=500)
    note_all(order, now)
    bring_in(order, now)
    give(order, now, means=Mode.CASH)

    def ask(*wanted: WantedRefund) -> RefundRequest:
        return refund_lines(
            order_id=order.pk,
            lines=wanted,
            reason=RefundReason.LATE,
            words="",
            token=uuid4(),
            actor=CONCIERGE,
            town=here.town,
            now=now,
        )

    fee = WantedRefund(amount_cents=300, bearer=Bearer.COMPANY)
    with pytest.raises(RefundError, match="il en reste 5,00"), transaction.atomic():
        ask(WantedRefund(amount_cents=501, bearer=Bearer.COMPANY))
    cheese = Line.objects.get(shop_order__order=order, product=here.cheese)
    ask(fee, WantedRefund(amount_cents=900, bearer=Bearer.MERCHANT, line_id=cheese.pk))
    [back] = Refund.objects.all()
    assert (back.amount_cents, back.mode) == (300, Mode.CASH)
    letter = Message.objects.get(template="orders/refunded").text
    assert "Frais de retrait\u00a0: 3,00" in letter
    assert "3,00\u00a0€ vous attendent au comptoir" in letter
    assert "qui vous rend 9,00\u00a0€" in letter
    refund_at_desk(refund_id=back.pk, means=Mode.CASH, actor=None, now=now)
    found = {account: cents for account, cents in balances().items() if cents}
    assert found == {Account.CASH: 200, Account.SERVICES: -417, Account.VAT_COLLECTED: -83, Account.LOSSES: 300}
    assert due_cents(order) == 0
    ask(WantedRefund(amount_cents=200, bearer=Bearer.COMMUNE))
    with pytest.raises(RefundError, match="il en reste 0,00"), transaction.atomic():
        ask(WantedRefund(amount_cents=1, bearer=Bearer.COMPANY))


def test_what_leaves_the_order_is_given_back_by_its_merchant(order: Order, here: Market, now: datetime) -> None:
    note_all(order, now)
    refuse_line(line_id=Line.objects.get(product=here.wine).pk, reason="casse", actor=MERCHANT, now=now)
    refund(order, here.cheese, 900, here=here, now=now)
    assert [part_of(order, each).overpaid_in_shop_cents for each in (here.wine, here.cheese, here.shirt)] == [
        1450,
        900,
        0,
    ]
    bring_in(order, now)
    give(order, now)
    assert sorted(Sale.objects.values_list("gross_cents", flat=True)) == [1500, 2150]
    assert not Payment.objects.exists()


def test_given_back_after_the_handover_it_is_no_money_of_ours(order: Order, here: Market, now: datetime) -> None:
    note_all(order, now)
    bring_in(order, now)
    give(order, now)
    with pytest.raises(RefundError, match="c’est le commerçant qui rend l’argent"), transaction.atomic():
        refund(order, here.cheese, 900, here=here, now=now, bearer=Bearer.COMPANY)
    refund(order, here.cheese, 900, here=here, now=now)
    given = Sale.objects.get(kind="refund")
    assert (given.gross_cents, given.held) == (-900, False)
    assert not Entry.objects.exists()
    with pytest.raises(RefundError, match="15,00\u00a0€ à rendre"), transaction.atomic():
        refund(order, here.cheese, 1501, here=here, now=now)


def test_the_database_wants_the_whole_of_a_payment(order: Order) -> None:
    with pytest.raises(IntegrityError, match="orders_paid_in_shop_whole"), transaction.atomic():
        ShopOrder.objects.filter(order=order).update(paid_in_shop_cents=1)
    assert set(order.shop_orders.values_list("state", flat=True)) == {ShopOrderState.PLACED}
