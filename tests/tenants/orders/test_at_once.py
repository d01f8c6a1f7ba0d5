"""Orders that several people touch at the same instant: real transactions that commit, in a town thrown away after."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection

from billing.ledger.queries import unbalanced
from billing.payments.models import Bearer, Mode, Payment, PaymentState, Refund
from billing.payments.queries import paid_cents
from billing.payments.reconciliation import Seen, apply
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import Town
from conciergeries.towns.schemas.making import make_schema
from conciergeries.towns.steps import run_steps
from shared.tenancy import activate_public, in_town
from tenants.orders.answering import accept, refuse, refuse_line
from tenants.orders.basket import NotEnoughError
from tenants.orders.cancelling import TooLateToCancelError, cancel
from tenants.orders.capturing import take_before_it_ends
from tenants.orders.confirming import confirm_paid, let_go
from tenants.orders.effects import settle_parts
from tenants.orders.events import CUSTOMER, PLATFORM
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, RefundReason, RefundRequest
from tenants.orders.placing import BasketChangedError
from tenants.orders.refunding import RefundError, WantedRefund, decline_refund, grant_refund, refund_lines
from tenants.orders.states import ENDED_WITHOUT_GOODS, OrderState, ShopOrderState
from tenants.orders.substitutions.answering import accept as accept_replacement
from tenants.orders.substitutions.answering import decline
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.proposing import Offer, propose, withdraw
from tenants.orders.transitions import ForbiddenMoveError
from tenants.orders.weighing import WeightError, weigh
from tenants.shops.models import Product
from tests.billing.test_at_once import at_once
from tests.conftest import TUESDAY as NOW
from tests.factories import CONCIERGE, Market, make_market, make_order, make_product, pay_by_card
from tests.tenants.orders.weighing import answer, hold, make_weighed, weighed_line

ROUNDS = 4


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[Market]:
    """A town of its own that sells, with plenty in stock."""
    with django_db_blocker.unblock():
        activate_public()
        town = Town(
            schema_name="tous_ensemble",
            slug="tous-ensemble",
            insee="99001",
            name="Tous-Ensemble",
            department="99",
            operating_company=Town.objects.get(schema_name="istres").operating_company,
            ready=True,
        )
        town.save()
        make_schema(schema=town.schema_name, now=NOW)
        before = set(Merchant.objects.values_list("pk", flat=True))
        with in_town(town):
            run_steps(town=town, now=NOW)
            found = make_market(town=town)
            Product.objects.exclude(stock=None).update(stock=500)
        yield found
        activate_public()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA tous_ensemble CASCADE")
        mine = set(Merchant.objects.values_list("pk", flat=True)) - before
        MerchantPresence.objects.filter(merchant__in=mine)._raw_delete("default")  # noqa: SLF001  (a cascade would visit towns' tables, which public has not)
        Merchant.objects.filter(pk__in=mine)._raw_delete("default")  # noqa: SLF001  (the same)
        Town.objects.filter(pk=town.pk)._raw_delete("default")  # noqa: SLF001  (the same)


def raised(results: list[Any], *expected: type[Exception]) -> list[Any]:
    """What was raised and is not among the refusals that are expected: a deadlock, most of all."""
    return [each for each in results if isinstance(each, Exception) and not isinstance(each, expected)]


def stock_of(product: Product) -> int:
    return int(Product.objects.values_list("stock", flat=True).get(pk=product.pk) or 0)


def still_sold(product: Product) -> int:
    """How many of a product the orders that live, or that a shop refused, keep out of its stock."""
    lines = Line.objects.filter(product=product).exclude(shop_order__state=ShopOrderState.CANCELLED)
    return sum(line.quantity for line in lines.order_by("pk"))


def test_the_last_one_is_sold_to_one(market: Market) -> None:
    town = market.town
    with in_town(town):
        Product.objects.filter(pk=market.wine.pk).update(stock=1)

    def buy() -> Order:
        return make_order(town=town, lines=[(market.wine, 1)])

    results = at_once(town, *[buy] * 4)
    assert [type(result) for result in results].count(Order) == 1
    assert not raised(results, BasketChangedError, NotEnoughError)
    with in_town(town):
        assert stock_of(market.wine) == 0
        assert len({order.number for order in Order.objects.order_by("pk")}) == Order.objects.count()
        Product.objects.filter(pk=market.wine.pk).update(stock=500 - still_sold(market.wine))


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_refused_accepted_and_cancelled_at_once_the_money_is_right(market: Market, _turn: int) -> None:
    """Whoever is first: what is kept is what is still wanted, and no more goes back than came."""
    town = market.town
    with in_town(town):
        order = make_order(town=town, lines=market.everything, payment_mode=PaymentMode.CARD)
        pay_by_card(order=order)
        first, second, third = (part.pk for part in order.shop_orders.order_by("pk"))
    works: list[Callable[[], Any]] = [
        lambda: refuse(part_id=first, reason="épuisé", actor=PLATFORM, now=NOW),
        lambda: refuse(part_id=second, reason="épuisé", actor=PLATFORM, now=NOW),
        lambda: accept(part_id=third, actor=PLATFORM, now=NOW),
        lambda: cancel(order_id=order.pk, actor=CUSTOMER, now=NOW),
    ]
    results = at_once(town, *works)
    assert not raised(results, ForbiddenMoveError, TooLateToCancelError)
    with in_town(town):
        fresh = Order.objects.get(pk=order.pk)
        living = fresh.shop_orders.exclude(state__in=ENDED_WITHOUT_GOODS)
        owed = sum(part.total_cents for part in living.order_by("pk"))
        assert paid_cents(reference=order.pk) == owed
        assert sum(refund.amount_cents for refund in Refund.objects.filter(payment__reference=order.pk)) == 6000 - owed
        assert (fresh.cancelled_at is not None) == (fresh.state == OrderState.CANCELLED)
        assert stock_of(market.shirt) + still_sold(market.shirt) == 500


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_paid_let_go_and_cancelled_at_once_it_is_an_order_or_the_money_goes_back(market: Market, _turn: int) -> None:
    town = market.town
    with in_town(town):
        order = make_order(town=town, lines=market.everything, payment_mode=PaymentMode.CARD)
        payment = Payment.objects.get(reference=order.pk)

    def pays() -> bool:
        seen = Seen(state=PaymentState.SUCCEEDED, session_id=f"cs_{payment.pk}", intent_id=f"pi_{payment.pk}")
        apply(payment_id=payment.pk, seen=seen, now=NOW)
        return confirm_paid(order_id=order.pk, payment_id=payment.pk, now=NOW)

    results = at_once(
        town,
        pays,
        pays,
        lambda: let_go(order_id=order.pk, actor=PLATFORM, reason="not paid in time", now=NOW),
        lambda: cancel(order_id=order.pk, actor=CUSTOMER, now=NOW),
    )
    assert not raised(results)
    with in_town(town):
        fresh = Order.objects.get(pk=order.pk)
        assert paid_cents(reference=order.pk) == (0 if fresh.cancelled_at else 6000)
        assert fresh.events.filter(kind="paid").count() == 1
        assert stock_of(market.shirt) + still_sold(market.shirt) == 500


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_handed_over_settled_and_answered_late_at_once_nobody_is_blocked(market: Market, _turn: int) -> None:
    town = market.town
    with in_town(town):
        order = make_order(town=town, lines=market.everything)
        parts = list(order.shop_orders.order_by("pk"))
        for part in parts:
            collect(part_id=part.pk, actor=CONCIERGE, now=NOW)
            arrive(part_id=part.pk, actor=CONCIERGE, now=NOW)
    proof = Proof(code=order.code, adult_seen=True)
    keys = [part.pk for part in parts]

    def hands_over() -> Order:
        return hand_over(order_id=order.pk, proof=proof, means=Mode.TERMINAL, actor=CONCIERGE, now=NOW)

    results = at_once(
        town,
        hands_over,
        hands_over,
        lambda: settle_parts(keys, now=NOW),
        lambda: refuse(part_id=parts[-1].pk, reason="trop tard", actor=PLATFORM, now=NOW),
        lambda: settle_parts(keys, now=NOW),
    )
    assert not raised(results, ForbiddenMoveError)
    assert not [result for result in results if isinstance(result, OperationalError)]
    with in_town(town):
        assert paid_cents(reference=order.pk) == 6000
        assert Payment.objects.filter(reference=order.pk, state=PaymentState.SUCCEEDED).count() == 1
        assert unbalanced() == []


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_asked_twice_and_granted_by_two_at_once_it_is_given_back_once(market: Market, _turn: int) -> None:
    town = market.town
    with in_town(town):
        order = make_order(town=town, lines=market.everything, payment_mode=PaymentMode.CARD)
        pay_by_card(order=order)
        line = Line.objects.get(shop_order__order=order, product=market.cheese)
    token = uuid4()

    def ask(cents: int, token: UUID) -> RefundRequest:
        wanted = WantedRefund(line_id=line.pk, amount_cents=cents, bearer=Bearer.MERCHANT)
        return refund_lines(
            order_id=order.pk,
            lines=[wanted],
            reason=RefundReason.DAMAGED,
            words="",
            token=token,
            actor=CONCIERGE,
            town=town,
            now=NOW,
        )

    # One form sent twice, and another that wants as much of the same line.
    asked = at_once(town, lambda: ask(2300, token), lambda: ask(2300, token), lambda: ask(2300, uuid4()))
    assert not raised(asked, RefundError)
    with in_town(town):
        request = RefundRequest.objects.get(order=order)
    results = at_once(
        town,
        lambda: grant_refund(request_id=request.pk, actor=CONCIERGE, now=NOW),
        lambda: grant_refund(request_id=request.pk, actor=CONCIERGE, now=NOW),
        lambda: decline_refund(request_id=request.pk, answer="non", actor=CONCIERGE, now=NOW),
        lambda: refuse(part_id=line.shop_order_id, reason="épuisé", actor=PLATFORM, now=NOW),
    )
    # The shop's refusal may have come first: there is then nothing to grant.
    assert not raised(results, RefundError)
    with in_town(town):
        assert sum(refund.amount_cents for refund in Refund.objects.filter(payment__reference=order.pk)) == 2400
        assert paid_cents(reference=order.pk) == Order.objects.get(pk=order.pk).total_cents == 3600
        assert unbalanced() == []


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_weighed_twice_refused_cancelled_and_let_go_at_once_the_card_is_asked_once(market: Market, _turn: int) -> None:
    """Whoever is first, one thing is asked of the card, and no more is kept than the order comes to."""
    town = market.town
    with in_town(town):
        product = make_weighed(shop=market.cheese.shop, name=f"Tomme {_turn}", now=NOW)
        order = make_order(town=town, lines=[(product, 1), (market.shirt, 1)], payment_mode=PaymentMode.CARD)
        payment = hold(order, now=NOW)
        line = weighed_line(order)
        shirt = Line.objects.get(shop_order__order=order, product=market.shirt)

    def scales(grams: int) -> Callable[[], Any]:
        return lambda: weigh(part_id=line.shop_order_id, grams={line.pk: grams}, actor=CONCIERGE, now=NOW)

    results = at_once(
        town,
        scales(480),
        scales(480),
        scales(510),
        lambda: refuse_line(line_id=shirt.pk, reason="épuisé", actor=PLATFORM, now=NOW),
        lambda: cancel(order_id=order.pk, actor=CUSTOMER, now=NOW),
        lambda: take_before_it_ends(order_id=order.pk, payment_id=payment.pk, now=NOW),
    )
    assert not raised(results, WeightError, ForbiddenMoveError, TooLateToCancelError)
    with in_town(town):
        payment = answer(payment, now=NOW)
        assert payment.state in {PaymentState.SUCCEEDED, PaymentState.CANCELLED}
        order = Order.objects.get(pk=order.pk)
        owed = 0 if order.cancelled_at else order.total_cents
        assert paid_cents(reference=order.pk) == owed
        assert not unbalanced()


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_a_replacement_answered_by_everybody_at_once_is_answered_once(market: Market, _turn: int) -> None:
    """Accepted with two clicks, declined at the desk, withdrawn by its shop: one of them, and the money is right."""
    town = market.town
    with in_town(town):
        order = make_order(town=town, lines=[(market.shirt, 1), (market.wine, 1)], payment_mode=PaymentMode.CARD)
        pay_by_card(order=order)
        other = make_product(shop=market.shirt.shop, name=f"Marinière {_turn}", price_cents=1650, stock=5)
        line = Line.objects.get(shop_order__order=order, product=market.shirt)
        offer = Offer(product_id=other.pk, quantity=1, same_price=True)
        made = propose(line_id=line.pk, offer=offer, actor=CONCIERGE, now=NOW)
    works: list[Callable[[], Any]] = [
        lambda: accept_replacement(substitution_id=made.pk, actor=CUSTOMER, now=NOW),
        lambda: accept_replacement(substitution_id=made.pk, actor=CUSTOMER, now=NOW),
        lambda: decline(substitution_id=made.pk, actor=CONCIERGE, now=NOW),
        lambda: withdraw(substitution_id=made.pk, actor=CONCIERGE, now=NOW),
    ]
    results = at_once(town, *works)
    assert not raised(results, AlreadyAnsweredError)
    with in_town(town):
        made.refresh_from_db()
        total = {"approved": 3100, "declined": 1450, "withdrawn": 3600}[made.state]
        assert Order.objects.get(pk=order.pk).total_cents == paid_cents(reference=order.pk) == total
        assert stock_of(other) == (4 if made.state == "approved" else 5)
        assert Line.objects.filter(shop_order__order=order).count() == (3 if made.state == "approved" else 2)
