"""A merchant proposes another of its products; nothing is sold yet."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.payments.models import Bearer, PaymentState, Refund
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.orders import answering, fetching
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Line, LineState, Order, PaymentMode, ShopOrder, Substitution
from tenants.orders.paid_in_shop import PaidInShopError, note_paid_in_shop
from tenants.orders.paying import NothingDueError, ask_payment
from tenants.orders.refund_models import RefundReason
from tenants.orders.refunding import RefundError, WantedRefund, refund_lines
from tenants.orders.states import ShopOrderState
from tenants.orders.substitution_models import SubstitutionState
from tenants.orders.substitutions.answering import accept
from tenants.orders.substitutions.proposing import EXPIRE, Offer, SubstitutionError, propose, withdraw
from tenants.orders.substitutions.waiting import AwaitsCustomerError
from tenants.orders.weighing import WeightError, weigh
from tenants.shops.models import Product
from tests.factories import CONCIERGE, make_order, make_product, make_resident, pay_by_card, pay_in_shops
from tests.tenants.orders.substitutions.stand import DAIRY, Stand, make_stand
from tests.tenants.orders.weighing import hold, make_weighed

pytestmark = pytest.mark.django_db


def stock_of(product: Product) -> int | None:
    return Product.objects.get(pk=product.pk).stock


def dairy_part(order: Order) -> ShopOrder:
    return ShopOrder.objects.select_related("shop").get(order=order, shop__name="Fromagerie des Alpilles")


def test_it_is_kept_aside_and_its_customer_is_asked(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2, words=" presque  pareil ")
    assert (made.state, made.price_cents, made.instead_of_cents) == (SubstitutionState.PROPOSED, 1380, 2400)
    assert stock_of(stand.cheaper) == 4
    part = dairy_part(order)
    assert (part.state, part.total_cents) == (ShopOrderState.ACCEPTED, 2400)
    assert not Refund.objects.exists()
    mail = Message.objects.get(template="orders/substitution_proposed")
    assert mail.to == order.customer_email
    for said in (
        "2 × Banon affiné (la pièce)\u00a0: 13,80\u00a0€",
        "10,20\u00a0€ de moins",
        "presque pareil",
        "16\u00a0h\u00a030",
    ):
        assert said in mail.text
    assert Effect.objects.get(kind=EXPIRE).due_at == made.answer_before


def test_the_same_proposal_twice_is_one(stand: Stand) -> None:
    order = stand.order()
    assert stand.propose(order, stand.cheaper, 2) == stand.propose(order, stand.cheaper, 2)
    assert stock_of(stand.cheaper) == 4
    with pytest.raises(SubstitutionError, match="déjà proposé"):
        stand.propose(order, stand.same)


@pytest.mark.parametrize(
    ("product", "quantity", "same_price", "price"),
    [
        ("cheaper", 1, True, 690),
        ("cheaper", 4, True, 2400),
        ("cheaper", 4, False, 2760),
        ("dearer", 1, True, 2400),
        ("dearer", 1, False, 2850),
        ("same", 1, True, 2400),
    ],
)
def test_its_own_price_or_never_more_than_what_was_ordered(
    stand: Stand, product: str, quantity: int, *, same_price: bool, price: int
) -> None:
    made = stand.propose(stand.order(), getattr(stand, product), quantity, same_price=same_price)
    assert made.price_cents == price
    assert made.price_cents + made.discount_cents == quantity * getattr(stand, product).price_cents


def test_what_cannot_be_proposed(stand: Stand, now: datetime) -> None:
    order = stand.order()
    theirs = stand.market.wine
    gone = make_product(shop=stand.cheaper.shop, name="Brousse", withdrawn_at=now)
    for product, quantity, said in (
        (theirs, 1, "un produit de cette boutique"),
        (gone, 1, "un produit de cette boutique"),
        (stand.market.cheese, 1, "le produit commandé"),
        (stand.dearer, 3, "que 2 en stock"),
        (stand.cheaper, 0, "de 1 à 99"),
        (stand.cheaper, -1, "de 1 à 99"),
        (stand.cheaper, 100, "de 1 à 99"),
    ):
        with pytest.raises(SubstitutionError, match=said):
            stand.propose(order, product, quantity)
    with pytest.raises(SubstitutionError, match="un produit de cette boutique"):
        propose(
            line_id=stand.line(order).pk,
            offer=Offer(product_id=uuid4(), quantity=1, same_price=True),
            actor=DAIRY,
            now=now,
        )
    assert not Substitution.objects.exists()
    assert dairy_part(order).state == ShopOrderState.PLACED


def test_another_town_s_line_is_not_there(stand: Stand, viroflay: Any, now: datetime) -> None:
    line = stand.line(stand.order())
    with in_town(viroflay):
        theirs = make_stand(viroflay)
        with pytest.raises(Line.DoesNotExist):
            propose(
                line_id=line.pk,
                offer=Offer(product_id=theirs.cheaper.pk, quantity=1, same_price=True),
                actor=DAIRY,
                now=now,
            )


def test_too_late_for_an_answer_or_once_it_has_left(stand: Stand, now: datetime) -> None:
    order = stand.order()
    part = dairy_part(order)
    assert part.collection_departs_at is not None
    with pytest.raises(SubstitutionError, match="trop tard"):
        stand.propose(order, stand.cheaper, now=part.collection_departs_at - timedelta(minutes=40))
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    with pytest.raises(SubstitutionError, match="ramassée"):
        stand.propose(order, stand.cheaper)


def test_a_line_that_is_refused_or_asked_back_is_not_replaced(stand: Stand, now: datetime, istres: Any) -> None:
    refused = stand.order()
    answering.refuse_line(line_id=stand.line(refused).pk, reason="rupture", actor=DAIRY, now=now)
    with pytest.raises(SubstitutionError, match="refusée"):
        stand.propose(refused, stand.cheaper)
    order = stand.order()
    wanted = WantedRefund(line_id=stand.line(order).pk, amount_cents=2350, bearer=Bearer.MERCHANT)
    asked = {"reason": RefundReason.OTHER, "words": "abîmé", "actor": CONCIERGE, "town": istres, "now": now}
    refund_lines(order_id=order.pk, lines=[wanted], token=uuid4(), **asked)
    with pytest.raises(SubstitutionError, match="attend la mairie"):
        stand.propose(order, stand.cheaper)


def test_nothing_else_is_done_to_the_line_meanwhile(stand: Stand, now: datetime, istres: Any) -> None:
    order = stand.order()
    stand.propose(order, stand.cheaper)
    part = dairy_part(order)
    with pytest.raises(AwaitsCustomerError, match="attend la réponse du client"):
        answering.mark_ready(part_id=part.pk, actor=DAIRY, now=now)
    with pytest.raises(AwaitsCustomerError):
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    wanted = WantedRefund(line_id=stand.line(order).pk, amount_cents=100, bearer=Bearer.MERCHANT)
    asked = {"reason": RefundReason.OTHER, "words": "abîmé", "actor": CONCIERGE, "town": istres, "now": now}
    with pytest.raises(RefundError, match="attendez la réponse"):
        refund_lines(order_id=order.pk, lines=[wanted], token=uuid4(), **asked)


def test_withdrawn_the_line_is_as_it_was(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    for _ in range(2):
        withdraw(substitution_id=made.pk, actor=DAIRY, now=now)
    assert stock_of(stand.cheaper) == 6
    assert stand.line(order).state == LineState.ORDERED
    answering.mark_ready(part_id=dairy_part(order).pk, actor=DAIRY, now=now)
    assert order.events.filter(kind="substitution_withdrawn").count() == 1
    # It may be proposed again.
    assert stand.propose(order, stand.same).pk != made.pk


def test_past_its_time_and_not_noted_yet_it_is_withdrawn_all_the_same(stand: Stand) -> None:
    """The van is at the door: the rest of the part need not wait for a worker, nor for Stripe."""
    order = stand.order()
    made = stand.propose(order, stand.cheaper)
    withdraw(substitution_id=made.pk, actor=DAIRY, now=made.answer_before)
    assert stock_of(stand.cheaper) == 6
    fetching.collect(part_id=dairy_part(order).pk, actor=CONCIERGE, now=made.answer_before)


@pytest.mark.parametrize("by", ["withdrawn", "refused"])
def test_taken_back_its_supplement_can_no_longer_be_paid(stand: Stand, now: datetime, by: str) -> None:
    order = stand.order()
    made = stand.propose(order, stand.dearer)
    accept(substitution_id=made.pk, actor=CUSTOMER, now=now)
    asked = ask_payment(order_id=order.pk, now=now)
    if by == "withdrawn":
        withdraw(substitution_id=made.pk, actor=DAIRY, now=now)
    else:
        answering.refuse(part_id=dairy_part(order).pk, reason="rupture", actor=DAIRY, now=now)
    asked.refresh_from_db()
    assert asked.state != PaymentState.PENDING or asked.expiry_asked_at is not None
    with pytest.raises(NothingDueError):
        ask_payment(order_id=order.pk, now=now)


def test_refusing_the_line_withdraws_what_was_proposed(stand: Stand, now: datetime) -> None:
    order = stand.order()
    made = stand.propose(order, stand.cheaper, 2)
    answering.refuse(part_id=dairy_part(order).pk, reason="rupture", actor=DAIRY, now=now)
    made.refresh_from_db()
    assert made.state == SubstitutionState.WITHDRAWN
    assert stock_of(stand.cheaper) == 6
    assert Refund.objects.get().amount_cents == 2400


def test_dearer_is_refused_where_it_could_not_be_paid(stand: Stand, now: datetime) -> None:
    """By weight; for less than a card can pay; while a card only holds a ceiling."""
    order = stand.order()
    heavy = make_weighed(shop=stand.cheaper.shop, now=now, name="Meule", unit_grams=2000)
    with pytest.raises(SubstitutionError, match="Meule\u00a0: au poids"):
        stand.propose(order, heavy)
    assert stand.propose(order, heavy, same_price=True).price_cents == 2400
    other = stand.order()
    hardly = make_product(shop=stand.cheaper.shop, name="Plateau du soir", price_cents=2449)
    with pytest.raises(SubstitutionError, match="0,49\u00a0€ de plus, c’est trop peu pour une carte"):
        stand.propose(other, hardly)
    assert stand.propose(stand.order(PaymentMode.DESK), hardly).price_cents == 2449
    tomme = make_weighed(shop=stand.market.shirt.shop, now=now, name="Laine")
    held = make_order(
        town=stand.market.town, lines=[(stand.market.cheese, 1), (tomme, 1)], payment_mode=PaymentMode.CARD
    )
    hold(held, now=now)
    with pytest.raises(SubstitutionError, match="La carte du client n’est autorisée"):
        stand.propose(held, stand.dearer)
    assert stand.propose(held, stand.dearer, same_price=True).price_cents == 2400


def test_up_to_the_ceiling_that_was_agreed_for_a_weight(stand: Stand, now: datetime) -> None:
    """The card holds 7.42 € for the cheese that is missing: 6.90 € is within it."""
    tomme = make_weighed(shop=stand.cheaper.shop, now=now)
    order = make_order(town=stand.market.town, lines=[(tomme, 1)], payment_mode=PaymentMode.CARD)
    hold(order, now=now)
    line = Line.objects.get(shop_order__order=order)
    offer = Offer(product_id=stand.cheaper.pk, quantity=1, same_price=False)
    made = propose(line_id=line.pk, offer=offer, actor=DAIRY, now=now)
    assert (made.price_cents, made.instead_of_cents) == (690, 645)
    with pytest.raises(WeightError, match="remplacement"):
        weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=DAIRY, now=now)


def test_paid_in_the_shop_it_is_no_dearer(stand: Stand, now: datetime) -> None:
    pay_in_shops(town=stand.market.town)
    order = make_order(
        town=pay_in_shops(town=stand.market.town),
        lines=[(stand.market.cheese, 1)],
        resident=make_resident(),
        payment_mode=PaymentMode.SHOP,
    )
    part = dairy_part(order)
    made = stand.propose(order, stand.dearer)
    with pytest.raises(PaidInShopError, match="attend la réponse"):
        note_paid_in_shop(part_id=part.pk, actor=DAIRY, now=now)
    withdraw(substitution_id=made.pk, actor=DAIRY, now=now)
    note_paid_in_shop(part_id=part.pk, actor=DAIRY, now=now)
    with pytest.raises(SubstitutionError, match="vous a déjà payé"):
        stand.propose(order, stand.dearer)


def test_an_order_that_is_not_paid_yet_has_nothing_to_replace(stand: Stand) -> None:
    order = stand.placed()
    with pytest.raises(SubstitutionError, match="paiement attendu"):
        stand.propose(order, stand.cheaper)
    pay_by_card(order=order)
    assert stand.propose(order, stand.cheaper).is_live
