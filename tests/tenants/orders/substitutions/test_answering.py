"""The customer answers, or time does: one effect, whoever is first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from billing.payments.models import Mode, Payment, PaymentState, Refund
from billing.payments.queries import paid_cents
from billing.settlements.models import Sale
from shared.notifications.models import Message
from tenants.orders import answering as merchants
from tenants.orders import fetching
from tenants.orders.checking import differences_with_orders
from tenants.orders.events import CUSTOMER
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, LineState, Order, PaymentMode, ShopOrder, Substitution
from tenants.orders.paid_in_shop import note_paid_in_shop
from tenants.orders.paying import NothingDueError, ask_payment
from tenants.orders.queries import due_cents, most_cents
from tenants.orders.states import OrderState
from tenants.orders.substitution_models import SubstitutionState
from tenants.orders.substitutions.answering import (
    TooLateToAnswerError,
    accept,
    accept_at_desk,
    decline,
    expire,
)
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.proposing import EXPIRE, Offer, propose, withdraw
from tenants.orders.substitutions.queries import supplement_cents
from tenants.orders.weighing import weigh
from tests.factories import CONCIERGE, make_order, make_product, make_resident, pay_by_card, pay_in_shops, run_effects
from tests.tenants.orders.substitutions.stand import DAIRY, Stand
from tests.tenants.orders.substitutions.test_proposing import dairy_part, stock_of
from tests.tenants.orders.weighing import answer, hold, make_weighed

pytestmark = pytest.mark.django_db
St = SubstitutionState


def again(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def yes(made: Substitution, now: datetime) -> Substitution:
    return accept(substitution_id=made.pk, actor=CUSTOMER, now=now)


def no(made: Substitution, now: datetime) -> Substitution:
    return decline(substitution_id=made.pk, actor=CUSTOMER, now=now)


def give(order: Order, now: datetime, means: Mode | None = None) -> None:
    for part in ShopOrder.objects.filter(order=order).exclude(state="refused").order_by("pk"):
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    hand_over(order_id=order.pk, proof=Proof(code=order.code), means=means, actor=CONCIERGE, now=now)


def test_cheaper_the_difference_goes_back_once(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    for _ in range(2):
        yes(made, now)
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.reference, refund.mode) == (1020, made.pk, Mode.CARD)
    old, new = stand.line(order), Line.objects.get(product=stand.cheaper)
    assert (old.state, old.kept_cents, old.refundable_cents) == (LineState.REPLACED, 0, 0)
    assert (new.kept_cents, new.quantity, new.replaces) == (1380, 2, made)
    assert again(order).total_cents == 3530
    assert due_cents(again(order)) == 0
    assert {each.template for each in Message.objects.all()} >= {
        "orders/substitution_approved",
        "orders/substitution_answered",
    }
    assert "10,20\u00a0€, vous est rendue" in Message.objects.get(template="orders/substitution_approved").text
    merchants.mark_ready(part_id=dairy_part(order).pk, actor=DAIRY, now=now)


def test_what_is_sold_is_what_was_delivered_with_its_own_vat(stand: Stand, now: datetime) -> None:
    """The grand board is at 20 %, offered at the price of the other, which was at 5.5 %."""
    order = stand.order()
    made = stand.propose(order, stand.dearer, same_price=True)
    yes(made, now)
    assert not Refund.objects.exists()
    new = Line.objects.get(product=stand.dearer)
    assert (new.discount_cents, new.amount_cents, new.measure) == (450, 2400, "la pièce, remise de 4,50\u00a0€")
    give(order, now)
    sale = Sale.objects.get(shop_order_id=dairy_part(order).pk)
    assert (sale.gross_cents, sale.ttc_by_vat_rate) == (2400, {"2000": 2400})
    assert not differences_with_orders(now=now)


def test_unpaid_it_is_only_less_or_more_to_pay_at_the_desk(stand: Stand, now: datetime) -> None:
    cheap, dear = stand.order(PaymentMode.DESK), stand.order(PaymentMode.DESK)
    yes(stand.propose(cheap, stand.cheaper, 2), now)
    assert yes(stand.propose(dear, stand.dearer), now).state == St.APPROVED
    assert (due_cents(again(cheap)), due_cents(again(dear))) == (3530, 5000)
    assert not Refund.objects.exists()
    give(dear, now, means=Mode.CASH)
    assert Sale.objects.get(shop_order_id=dairy_part(dear).pk).gross_cents == 2850
    assert not differences_with_orders(now=now)


def test_paid_in_the_shop_its_merchant_gives_the_difference_back(stand: Stand, now: datetime) -> None:
    order = make_order(
        town=pay_in_shops(town=stand.market.town),
        lines=[(stand.market.cheese, 1)],
        resident=make_resident(),
        payment_mode=PaymentMode.SHOP,
    )
    note_paid_in_shop(part_id=dairy_part(order).pk, actor=DAIRY, now=now)
    yes(stand.propose(order, stand.cheaper, 2), now)
    assert dairy_part(order).overpaid_in_shop_cents == 1020
    assert not Refund.objects.exists()


@pytest.mark.parametrize("late", [False, True])
def test_declined_or_without_an_answer_the_line_is_given_back(stand: Stand, now: datetime, *, late: bool) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    if late:
        for _ in range(2):
            run_effects(now=made.answer_before, kinds=[EXPIRE])
        assert not expire(substitution_id=made.pk, now=made.answer_before)
    else:
        for _ in range(2):
            no(made, now)
    made.refresh_from_db()
    assert made.state == (St.EXPIRED if late else St.DECLINED)
    assert Refund.objects.get().amount_cents == 2400
    assert stand.line(order).state == LineState.REFUSED
    assert stock_of(stand.cheaper) == 6
    assert again(order).total_cents == 2150
    said = "pas répondu à temps" if late else "préfère être remboursé"
    assert said in Message.objects.get(template="orders/substitution_answered").text
    give(order, now)
    assert not differences_with_orders(now=now)


def test_the_only_line_declined_cancels_the_order(stand: Stand, now: datetime) -> None:
    order = make_order(town=stand.market.town, lines=[(stand.market.cheese, 1)], payment_mode=PaymentMode.DESK)
    no(stand.propose(order, stand.cheaper), now)
    assert again(order).state == OrderState.CANCELLED


def test_before_its_time_nothing_expires(stand: Stand, now: datetime) -> None:
    made = stand.propose(stand.order(), stand.cheaper)
    assert not expire(substitution_id=made.pk, now=now)
    assert run_effects(now=now, kinds=[EXPIRE]) == []


def test_after_its_time_nobody_answers_even_before_it_is_noticed(stand: Stand) -> None:
    made = stand.propose(stand.order(), stand.cheaper)
    for verb in (yes, no):
        with pytest.raises(TooLateToAnswerError):
            verb(made, made.answer_before)


ANSWERS: dict[str, Callable[[Substitution, datetime], Any]] = {
    "accept": yes,
    "decline": no,
    "withdraw": lambda made, now: withdraw(substitution_id=made.pk, actor=DAIRY, now=now),
}


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in ANSWERS for b in ANSWERS if a != b])
def test_of_two_answers_the_first_decides(stand: Stand, now: datetime, first: str, second: str) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    ANSWERS[first](made, now)
    before = (again(order).total_cents, paid_cents(reference=order.pk), stock_of(stand.cheaper))
    with pytest.raises(AlreadyAnsweredError, match="n’attend plus de réponse"):
        ANSWERS[second](made, now)
    assert (again(order).total_cents, paid_cents(reference=order.pk), stock_of(stand.cheaper)) == before


# --- Dearer, of an order that is paid ---


def test_dearer_counts_once_its_supplement_is_paid(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.dearer)
    for _ in range(2):
        assert yes(made, now).state == St.TO_PAY
    # Nothing is due, and nothing is sold, before it is paid.
    assert (again(order).total_cents, due_cents(again(order)), supplement_cents(again(order))) == (4550, 0, 450)
    asked = ask_payment(order_id=order.pk, now=now)
    assert asked == ask_payment(order_id=order.pk, now=now)
    assert (asked.amount_cents, asked.supplement, asked.ceiling_cents) == (450, True, None)
    pay_by_card(order=order)
    made.refresh_from_db()
    assert made.state == St.APPROVED
    assert (again(order).total_cents, paid_cents(reference=order.pk)) == (5000, 5000)
    assert not Refund.objects.exists()
    with pytest.raises(NothingDueError):
        ask_payment(order_id=order.pk, now=now)
    give(order, now)
    assert not differences_with_orders(now=now)


def test_declined_before_it_is_paid_and_paid_all_the_same_all_of_it_goes_back(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.dearer)
    yes(made, now)
    asked = ask_payment(order_id=order.pk, now=now)
    no(made, now)
    asked.refresh_from_db()
    assert asked.state != PaymentState.PENDING or asked.expiry_asked_at is not None
    assert paid_cents(reference=order.pk) == 2150


def test_paid_after_its_time_it_goes_back_with_the_line(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.dearer)
    yes(made, now)
    # Its customer never opens Stripe's page before the time is over.
    assert expire(substitution_id=made.pk, now=made.answer_before)
    made.refresh_from_db()
    assert made.state == St.EXPIRED
    assert paid_cents(reference=order.pk) == again(order).total_cents == 2150
    assert stock_of(stand.dearer) == 2


def test_paid_for_two_as_far_as_the_money_goes(stand: Stand, now: datetime) -> None:
    """Two parts, two supplements, one payment."""
    order = stand.order()
    shop = stand.market.shirt.shop
    shirt = make_product(shop=shop, name="Marinière", price_cents=2450)
    line = Line.objects.get(shop_order__order=order, product=stand.market.shirt)
    offer = Offer(product_id=shirt.pk, quantity=1, same_price=False)
    for made in (stand.propose(order, stand.dearer), propose(line_id=line.pk, offer=offer, actor=DAIRY, now=now)):
        assert yes(made, now).state == St.TO_PAY
    assert ask_payment(order_id=order.pk, now=now).amount_cents == 750
    pay_by_card(order=order)
    assert {each.state for each in Substitution.objects.all()} == {St.APPROVED}
    assert again(order).total_cents == paid_cents(reference=order.pk) == 5300


@pytest.mark.parametrize("known", [False, True])
def test_at_the_desk_the_customer_pays_at_once(stand: Stand, now: datetime, *, known: bool) -> None:
    """Asked by telephone, or accepted on the site first: the concierge takes the supplement, once."""
    order = stand.order()
    made = stand.propose(order, stand.dearer)
    if known:
        yes(made, now)
    for _ in range(2):
        taken = accept_at_desk(substitution_id=made.pk, means=Mode.CASH, actor=CONCIERGE, now=now)
        assert taken.state == St.APPROVED
    payment = Payment.objects.get(reference=order.pk, mode=Mode.CASH)
    assert (payment.amount_cents, payment.supplement) == (450, True)
    assert again(order).total_cents == paid_cents(reference=order.pk) == 5000


def test_at_the_desk_what_costs_no_more_takes_nothing(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper)
    accept_at_desk(substitution_id=made.pk, means=Mode.CASH, actor=CONCIERGE, now=now)
    assert not Payment.objects.filter(reference=order.pk, mode=Mode.CASH).exists()


# --- Held, and by weight ---


def test_of_a_card_that_holds_a_ceiling_less_is_taken(stand: Stand, now: datetime) -> None:
    """A tomme at 6.45 € (7.42 € at most), and a board: 30.45 €, and the card holds 31.42 €."""
    tomme = make_weighed(shop=stand.market.shirt.shop, now=now)
    order = make_order(
        town=stand.market.town, lines=[(stand.market.cheese, 1), (tomme, 1)], payment_mode=PaymentMode.CARD
    )
    payment = hold(order, now=now)
    made = stand.propose(order, stand.cheaper, 2)
    line = Line.objects.get(product=tomme)
    weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=DAIRY, now=now)
    payment.refresh_from_db()
    assert payment.capture_asked_at is None
    yes(made, now)
    payment.refresh_from_db()
    assert payment.capture_cents == 619 + 1380
    answer(payment, now=now)
    assert paid_cents(reference=order.pk) == again(order).total_cents == 1999
    assert not Refund.objects.exists()


def test_sold_by_weight_it_never_costs_more_than_was_agreed(stand: Stand, now: datetime) -> None:
    """A wheel of about 2 kg, 25.80 €, at the price of the board: 24.00 € at most."""
    wheel = make_weighed(shop=stand.cheaper.shop, now=now, name="Meule", unit_grams=2000)
    order = stand.order()
    yes(stand.propose(order, wheel, same_price=True), now)
    new = Line.objects.get(product=wheel)
    assert (new.ceiling_cents, new.weight_cents, most_cents(again(order))) == (2400, 2400, 4550)
    weigh(part_id=new.shop_order_id, grams={new.pk: 1500}, actor=DAIRY, now=now)
    assert Refund.objects.get().amount_cents == 465
    assert again(order).total_cents == paid_cents(reference=order.pk) == 4085


def test_the_shop_s_later_prices_change_nothing(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    type(stand.cheaper).objects.filter(pk=stand.cheaper.pk).update(price_cents=9900, vat_rate_bp=2000)
    yes(made, now)
    new = Line.objects.get(product=stand.cheaper)
    assert (new.kept_cents, new.vat_rate_bp) == (1380, 550)


def test_replaced_again_if_that_is_missing_too(stand: Stand, now: datetime) -> None:
    order = stand.order()
    yes(stand.propose(order, stand.same), now)
    line = Line.objects.get(product=stand.same)
    offer = Offer(product_id=stand.cheaper.pk, quantity=1, same_price=True)
    yes(propose(line_id=line.pk, offer=offer, actor=DAIRY, now=now), now)
    assert again(order).total_cents == 2840
    assert paid_cents(reference=order.pk) == 2840
