"""Goods sold by weight: the customer authorises a ceiling, and pays what the scales say, once, never more."""

from datetime import datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger.models import Entry
from billing.payments.models import Bearer, Mode, Payment, PaymentState, Refund
from billing.payments.queries import paid_cents
from billing.settlements.models import Sale
from shared.money import ceiling_of_weight, price_of_weight
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.answering import NotWeighedError, accept, mark_ready, refuse_line
from tenants.orders.cancelling import cancel
from tenants.orders.checking import differences_with_orders
from tenants.orders.confirming import confirm_paid
from tenants.orders.events import CUSTOMER
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import HandoverError, Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, ShopOrder
from tenants.orders.paid_in_shop import PaidInShopError, note_paid_in_shop
from tenants.orders.paying import NothingDueError, ask_payment
from tenants.orders.queries import due_cents, most_cents
from tenants.orders.refund_models import RefundReason
from tenants.orders.refunding import RefundError, WantedRefund, refund_lines
from tenants.orders.states import OrderState, ShopOrderState
from tenants.orders.weighing import WeightError, weigh
from tests.billing.worked import cents, table
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident
from tests.tenants.orders.weighing import answer, hold, lapse, make_weighed, part_to_weigh, weighed_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomme(market: Market, now: datetime) -> Order:
    """Paid by card: 500 g of tomme, a T-shirt. 27.95 €, 28.92 € at most."""
    product = make_weighed(shop=market.cheese.shop, now=now)
    lines = [(product, 1), (market.shirt, 1)]
    return make_order(town=market.town, lines=lines, payment_mode=PaymentMode.CARD)


@pytest.fixture
def at_desk(market: Market, now: datetime) -> Order:
    product = make_weighed(shop=market.cheese.shop, now=now)
    return make_order(town=market.town, lines=[(product, 1)], payment_mode=PaymentMode.DESK)


def scales(order: Order, grams: int, now: datetime) -> Line:
    line = weighed_line(order)
    weigh(part_id=line.shop_order_id, grams={line.pk: grams}, actor=CONCIERGE, now=now)
    return weighed_line(order)


def bring(order: Order, now: datetime) -> None:
    for part in ShopOrder.objects.filter(order=order).exclude(state__in=["refused", "cancelled"]):
        collect(part_id=part.pk, actor=CONCIERGE, now=now)
        arrive(part_id=part.pk, actor=CONCIERGE, now=now)


def give(order: Order, now: datetime, means: Mode | None = None) -> Order:
    return hand_over(order_id=order.pk, proof=Proof(code=order.code), means=means, actor=CONCIERGE, now=now)


def refresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


@given(
    grams=st.integers(1, 60_000),
    more=st.integers(0, 1_000),
    per_kg=st.integers(1, 100_000),
    ordered=st.integers(10, 30_000),
    tolerance=st.integers(0, 3_000),
)
def test_a_price_by_weight_is_exact_grows_with_the_weight_and_stays_under_its_ceiling(
    grams: int, more: int, per_kg: int, ordered: int, tolerance: int
) -> None:
    price, ceiling = price_of_weight(grams, per_kg), ceiling_of_weight(ordered, per_kg, tolerance)
    assert abs(price - Fraction(grams * per_kg, 1000)) <= Fraction(1, 2)
    assert price <= price_of_weight(grams + more, per_kg)
    assert price_of_weight(ordered, per_kg) <= ceiling
    assert abs(ceiling - Fraction(ordered * per_kg * (10_000 + tolerance), 10_000_000)) <= Fraction(1, 2)
    if Fraction(grams) <= Fraction(ordered * (10_000 + tolerance), 10_000):
        assert price <= ceiling


def test_a_product_sold_by_weight_says_so(market: Market, now: datetime) -> None:
    step = make_weighed(shop=market.cheese.shop, now=now)
    piece = make_weighed(shop=market.cheese.shop, name="Poulet fermier", unit_grams=1800, by_piece=True, now=now)
    assert (step.price_cents, step.unit, step.unit_price) == (645, "environ 500\u00a0g", "12,90\u00a0€/kg")
    assert piece.unit == "la pièce d’environ 1,8\u00a0kg"
    # Three times 250 g are 750 g: the price is rounded once.
    portion = make_weighed(shop=market.cheese.shop, name="Comté", unit_grams=250, now=now)
    assert (portion.price_of(3), portion.most_of(3)) == (968, 1113)


def test_the_card_holds_the_ceiling_and_the_order_goes_to_its_shops(tomme: Order, now: datetime) -> None:
    payment = Payment.objects.get(reference=tomme.pk)
    assert (payment.amount_cents, payment.ceiling_cents) == (2892, 2892)
    assert (tomme.total_cents, most_cents(tomme)) == (2795, 2892)
    hold(tomme, now=now)
    order = refresh(tomme)
    assert (order.state, order.confirmed_at) == (OrderState.PLACED, now)
    assert (paid_cents(reference=order.pk), due_cents(order)) == (0, 0)
    assert not Entry.objects.exists()
    assert differences_with_orders(now=now) == []


def test_told_twice_it_is_confirmed_once(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    answer(payment, now=now)
    assert refresh(tomme).events.filter(kind="authorised").count() == 1
    assert payment.capture_asked_at is None


def test_the_customer_pays_what_is_weighed(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    line = scales(tomme, 480, now)
    assert (line.weighed_grams, line.amount_cents, line.given_grams) == (480, 619, 0)
    assert line.shop_order.state == ShopOrderState.ACCEPTED
    payment = answer(payment, now=now)
    assert (payment.state, payment.amount_cents) == (PaymentState.SUCCEEDED, 2769)
    order = refresh(tomme)
    assert (order.total_cents, due_cents(order), Refund.objects.count()) == (2769, 0, 0)
    assert Message.objects.filter(subject__contains="27,69").count() == 1
    bring(order, now)
    give(order, now)
    assert sorted(Sale.objects.values_list("gross_cents", flat=True)) == [619, 2150]
    assert differences_with_orders(now=now) == []


def test_above_the_ceiling_the_rest_is_given(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    line = scales(tomme, 640, now)
    assert (line.amount_cents, line.given_grams) == (742, 65)
    assert answer(payment, now=now).amount_cents == 2892
    with pytest.raises(IntegrityError, match="orders_line_weight_within_ceiling"), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(weight_cents=743)


def test_the_same_weight_twice_is_once_and_another_corrects_until_it_is_paid(at_desk: Order, now: datetime) -> None:
    line = scales(at_desk, 480, now)
    assert weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=CONCIERGE, now=now) == []
    assert scales(at_desk, 510, now).amount_cents == 658
    assert refresh(at_desk).total_cents == 658
    bring(at_desk, now)
    give(at_desk, now, Mode.CASH)
    assert Payment.objects.get(reference=at_desk.pk).amount_cents == 658
    with pytest.raises(WeightError, match="remise"):
        scales(at_desk, 500, now)


def test_once_taken_it_does_not_change(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    scales(tomme, 480, now)
    for _moment in ("asked", "taken"):
        with pytest.raises(WeightError, match="déjà payé 480"):
            scales(tomme, 500, now)
        scales(tomme, 480, now)
        answer(payment, now=now)
    assert weighed_line(tomme).amount_cents == 619


@pytest.mark.parametrize(
    ("grams", "said"),
    [(0, "supérieur à zéro"), (-5, "supérieur à zéro"), (99_000, "99 kg"), (48, "48 g"), (2001, "vérifiez")],
)
def test_a_weight_that_cannot_be(tomme: Order, now: datetime, grams: int, said: str) -> None:
    hold(tomme, now=now)
    with pytest.raises(WeightError) as refused:
        scales(tomme, grams, now)
    assert said in str(refused.value).replace("\u00a0", " ")
    assert weighed_line(tomme).weighed_grams is None


def test_what_cannot_be_weighed(market: Market, tomme: Order, now: datetime) -> None:
    line = weighed_line(tomme)
    with pytest.raises(WeightError, match="paiement attendu"):
        scales(tomme, 480, now)
    hold(tomme, now=now)
    shirt = Line.objects.get(shop_order__order=tomme, per_kg_cents=None)
    with pytest.raises(WeightError, match="au poids"):
        weigh(part_id=shirt.shop_order_id, grams={shirt.pk: 200}, actor=CONCIERGE, now=now)
    for part_id, key in ((shirt.shop_order_id, line.pk), (line.shop_order_id, uuid4())):
        with pytest.raises(WeightError, match="pas de cette commande"):
            weigh(part_id=part_id, grams={key: 480}, actor=CONCIERGE, now=now)
    refuse_line(line_id=line.pk, reason="", actor=CONCIERGE, now=now)
    with pytest.raises(WeightError, match="refusée"):
        scales(tomme, 480, now)


def test_another_town_has_no_such_part(tomme: Order, viroflay: object, now: datetime) -> None:
    line = weighed_line(tomme)
    with in_town(viroflay), pytest.raises(ShopOrder.DoesNotExist):
        weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=CONCIERGE, now=now)


def test_the_other_town_sells_by_weight_too(viroflay: object, now: datetime) -> None:
    with in_town(viroflay):
        market = make_market(town=viroflay)
        product = make_weighed(shop=market.cheese.shop, now=now)
        bruno = make_resident(name="Bruno Petit")
        order = make_order(town=viroflay, lines=[(product, 2)], resident=bruno, payment_mode=PaymentMode.CARD, now=now)
        payment = hold(order, now=now)
        scales(order, 1010, now)
        assert answer(payment, now=now).amount_cents == 1303
        assert differences_with_orders(now=now) == []


def test_the_last_unweighed_line_refused_takes_the_rest(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    refuse_line(line_id=weighed_line(tomme).pk, reason="plus de tomme", actor=CONCIERGE, now=now)
    assert answer(payment, now=now).amount_cents == 2150
    assert Refund.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "state"), [("name", PaymentState.CANCELLED), ("-name", PaymentState.SUCCEEDED)], ids=["held", "asked"]
)
def test_everything_refused_nothing_is_kept(tomme: Order, now: datetime, first: str, state: PaymentState) -> None:
    """The tomme refused first, the card is being asked for the T-shirt when that is refused too: it goes back."""
    payment = hold(tomme, now=now)
    for line in Line.objects.filter(shop_order__order=tomme).order_by(first):
        refuse_line(line_id=line.pk, reason="", actor=CONCIERGE, now=now)
    assert answer(payment, now=now).state == state
    assert refresh(tomme).state == OrderState.CANCELLED
    assert paid_cents(reference=tomme.pk) == 0


def test_refused_whole_the_card_is_let_go(market: Market, now: datetime) -> None:
    product = make_weighed(shop=market.cheese.shop, now=now)
    order = make_order(town=market.town, lines=[(product, 1)], payment_mode=PaymentMode.CARD)
    payment = hold(order, now=now)
    refuse_line(line_id=weighed_line(order).pk, reason="", actor=CONCIERGE, now=now)
    assert answer(payment, now=now).state == PaymentState.CANCELLED
    assert (Entry.objects.count(), Refund.objects.count()) == (0, 0)


def test_cancelled_in_time_the_card_is_let_go(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    assert cancel(order_id=tomme.pk, actor=CUSTOMER, now=now) == 0
    assert answer(payment, now=now).state == PaymentState.CANCELLED
    assert (Entry.objects.count(), Refund.objects.count()) == (0, 0)
    (mail,) = Message.objects.filter(subject__contains="annulée", to=tomme.customer_email)
    assert "Rien n’est débité" in mail.text


def test_held_for_an_order_that_was_let_go(tomme: Order, now: datetime) -> None:
    cancel(order_id=tomme.pk, actor=CUSTOMER, now=now)
    Payment.objects.update(state=PaymentState.PENDING)
    payment = hold(tomme, now=now)
    assert payment.void_asked_at == now
    assert answer(payment, now=now).state == PaymentState.CANCELLED


def test_it_is_packed_once_it_is_weighed(tomme: Order, now: datetime) -> None:
    hold(tomme, now=now)
    part = part_to_weigh(tomme)
    accept(part_id=part.pk, actor=CONCIERGE, now=now)
    with pytest.raises(NotWeighedError, match="Tomme de brebis"):
        mark_ready(part_id=part.pk, actor=CONCIERGE, now=now)
    scales(tomme, 480, now)
    assert mark_ready(part_id=part.pk, actor=CONCIERGE, now=now).state == ShopOrderState.READY


def test_nothing_is_handed_over_unweighed_nor_before_the_card_is_taken(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    bring(tomme, now)
    with pytest.raises(HandoverError, match="poids"):
        give(tomme, now)
    scales(tomme, 480, now)
    with pytest.raises(HandoverError, match="pas encore débitée"):
        give(tomme, now)
    answer(payment, now=now)
    assert give(tomme, now).handed_over_at == now


def test_paid_at_the_desk_only_at_its_weight(at_desk: Order, now: datetime) -> None:
    bring(at_desk, now)
    with pytest.raises(HandoverError, match="poids"):
        give(at_desk, now, Mode.CASH)
    assert not Payment.objects.exists()
    scales(at_desk, 530, now)
    give(at_desk, now, Mode.CASH)
    assert Payment.objects.get().amount_cents == 684
    assert differences_with_orders(now=now) == []


def test_paid_online_after_all(at_desk: Order, now: datetime) -> None:
    awaited = ask_payment(order_id=at_desk.pk, now=now)
    assert (awaited.amount_cents, awaited.ceiling_cents) == (742, 742)
    hold(at_desk, now=now)
    with pytest.raises(NothingDueError):
        ask_payment(order_id=at_desk.pk, now=now)
    scales(at_desk, 480, now)
    assert answer(awaited, now=now).amount_cents == 619


def test_weighed_before_its_payment_is_asked_it_has_a_price(at_desk: Order, now: datetime) -> None:
    ask_payment(order_id=at_desk.pk, now=now)
    scales(at_desk, 480, now)
    awaited = ask_payment(order_id=at_desk.pk, now=now)
    assert (awaited.amount_cents, awaited.ceiling_cents) == (619, None)


def test_a_part_is_given_back_once_it_is_weighed(market: Market, tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)

    def ask(cents: int) -> None:
        wanted = WantedRefund(line_id=weighed_line(tomme).pk, amount_cents=cents, bearer=Bearer.MERCHANT)
        refund_lines(
            order_id=tomme.pk,
            lines=[wanted],
            reason=RefundReason.DAMAGED,
            words="",
            token=uuid4(),
            actor=CONCIERGE,
            town=market.town,
            now=now,
        )

    with pytest.raises(RefundError, match="pesez"):
        ask(100)
    scales(tomme, 480, now)
    answer(payment, now=now)
    with pytest.raises(RefundError, match="6,19"):
        ask(620)
    ask(619)
    assert Refund.objects.get().amount_cents == 619


def test_an_authorisation_that_ends_is_taken_at_its_estimate(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    later = now + timedelta(days=6)
    payment = answer(payment, now=later)
    payment = answer(payment, now=later)
    assert (payment.state, payment.amount_cents) == (PaymentState.SUCCEEDED, 2795)
    assert due_cents(refresh(tomme)) == 0
    # Weighed less, the difference goes back.
    assert scales(tomme, 480, later).amount_cents == 619
    assert Refund.objects.get().amount_cents == 26
    with pytest.raises(WeightError, match="déjà payé"):
        scales(tomme, 470, later)
    bring(tomme, later)
    give(tomme, later)
    assert refresh(tomme).total_cents == 2769


def test_weighed_more_after_its_estimate_was_taken_it_costs_no_more(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    later = now + timedelta(days=6)
    answer(answer(payment, now=later), now=later)
    assert scales(tomme, 560, later).amount_cents == 645
    assert (due_cents(refresh(tomme)), Refund.objects.count()) == (0, 0)


def test_one_that_lapses_all_the_same_is_told_and_paid_again(tomme: Order, now: datetime) -> None:
    payment = hold(tomme, now=now)
    lapse(payment, now=now)
    lapse(payment, now=now)
    order = refresh(tomme)
    assert (order.state, due_cents(order)) == (OrderState.PLACED, 2795)
    assert order.events.filter(kind="authorisation_lapsed").count() == 1
    assert Message.objects.filter(subject__contains="plus autorisée").count() == 1
    again = ask_payment(order_id=order.pk, now=now)
    assert again.ceiling_cents == 2892
    payment = hold(order, now=now)
    scales(order, 480, now)
    assert answer(payment, now=now).amount_cents == 2769


def test_one_that_lapsed_is_paid_at_the_desk(tomme: Order, now: datetime) -> None:
    lapse(hold(tomme, now=now), now=now)
    scales(tomme, 480, now)
    bring(tomme, now)
    give(tomme, now, Mode.TERMINAL)
    assert paid_cents(reference=tomme.pk) == 2769


def test_confirmed_while_it_was_taken(tomme: Order, now: datetime) -> None:
    """A line refused between the asking and the taking goes back."""
    payment = hold(tomme, now=now)
    scales(tomme, 480, now)
    shirt = Line.objects.get(shop_order__order=tomme, per_kg_cents=None)
    refuse_line(line_id=shirt.pk, reason="", actor=CONCIERGE, now=now)
    answer(payment, now=now)
    assert Refund.objects.get().amount_cents == 2150
    assert not confirm_paid(order_id=tomme.pk, payment_id=payment.pk, now=now)
    assert paid_cents(reference=tomme.pk) == refresh(tomme).total_cents == 619


def test_paid_to_the_merchant_at_its_weight(market: Market, now: datetime) -> None:
    market.town.accepts_payment_in_shops = True
    product = make_weighed(shop=market.cheese.shop, now=now)
    order = make_order(town=market.town, lines=[(product, 1)], payment_mode=PaymentMode.SHOP)
    part = part_to_weigh(order)
    with pytest.raises(PaidInShopError, match="poids"):
        note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now)
    scales(order, 480, now)
    assert note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now).paid_in_shop_cents == 619
    with pytest.raises(WeightError, match="déjà payé"):
        scales(order, 500, now)


@pytest.mark.parametrize(
    "row", table(heading="A ceiling on the card", first_column="Weighed").records(), ids=lambda row: row["Weighed"]
)
def test_the_worked_prices(at_desk: Order, now: datetime, row: dict[str, str]) -> None:
    line = scales(at_desk, grams_of(row["Weighed"]), now)
    assert (line.amount_cents, line.given_grams) == (cents(row["Price"]), grams_of(row["Given"]))


def grams_of(cell: str) -> int:
    return int(cell.removesuffix(" g") or 0)


def test_held_twice_by_two_pages_the_second_is_let_go(tomme: Order, now: datetime) -> None:
    first = Payment.objects.get(reference=tomme.pk)
    hold(tomme, now=now)
    second = Payment.objects.create(
        reference=tomme.pk,
        amount_cents=2892,
        ceiling_cents=2892,
        label="Commande",
        mode=Mode.CARD,
        state=PaymentState.PENDING,
        created_at=now,
    )
    hold(tomme, now=now)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.void_asked_at, second.void_asked_at) == (None, now)
    answer(second, now=now)
    scales(tomme, 480, now)
    answer(first, now=now)
    assert (paid_cents(reference=tomme.pk), Refund.objects.count()) == (2769, 0)
