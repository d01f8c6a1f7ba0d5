"""The fee of collecting at a hub: frozen, paid, earned by the handover, given back when nothing is left."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, balances
from billing.payments.models import Mode, Payment, Refund
from shared.money import vat_of_ttc
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders import fetching
from tenants.orders.answering import refuse, refuse_line
from tenants.orders.cancelling import cancel
from tenants.orders.checking import differences_with_orders
from tenants.orders.events import CUSTOMER
from tenants.orders.handing_over import HandoverError, Proof, hand_over
from tenants.orders.hub_fees import fee_vat_bp
from tenants.orders.models import Channel, Line, Order, PaymentMode
from tenants.orders.placing import FeeChangedError, Wish, place_order
from tenants.orders.queries import due_cents
from tests.billing.lives import Life
from tests.billing.worked import cents, rate_bp, table
from tests.conftest import TUESDAY
from tests.factories import (
    CONCIERGE,
    Market,
    first_window,
    make_basket,
    make_market,
    make_resident,
    pay_by_card,
)

VAT = table(heading="What collecting costs", first_column="Fee")


@pytest.fixture(params=["istres", "viroflay"])
def here(request: pytest.FixtureRequest) -> Iterator[Market]:
    """A town that sells, and asks 5.00 € of who collects."""
    town = request.getfixturevalue(request.param)
    with in_town(town):
        market = make_market(town=town)
        Hub.objects.update(fee_cents=500)
        yield market


def order(market: Market, *products: Any, mode: PaymentMode = PaymentMode.CARD, fee: int = 500) -> Order:
    wanted = [(product, 1) for product in products or [market.shirt]]
    wish = Wish(
        hub=market.hub,
        window_start=first_window(town=market.town, products=[product for product, _one in wanted]).start,
        payment_mode=mode,
        channel=Channel.WEB,
        token=uuid4(),
        fee_cents=fee,
    )
    return place_order(
        town=market.town,
        basket=make_basket(lines=wanted),
        resident=make_resident(),
        wish=wish,
        actor=CUSTOMER,
        now=TUESDAY,
    )


def hand(placed: Order, now: datetime, means: Mode | None = None) -> None:
    for part in placed.shop_orders.exclude(state="refused"):
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    proof = Proof(code=placed.code, adult_seen=True)
    hand_over(order_id=placed.pk, proof=proof, means=means, actor=CONCIERGE, now=now)


def agreed(now: datetime) -> bool:
    return differences_with_orders(now=now) == []


def fresh(placed: Order) -> Order:
    return Order.objects.get(pk=placed.pk)


def test_the_life_of_a_fee(here: Market, now: datetime) -> None:
    placed = order(here)
    assert (placed.goods_cents, placed.fee_cents, placed.total_cents) == (2150, 500, 2650)
    assert Payment.objects.get(reference=placed.pk).amount_cents == 2650
    with Life("The fee of a hub") as life:
        with life.event("card captured"):
            pay_by_card(order=placed)
        with life.events("handed over, the shop's part", "handed over, the hub's fee"):
            hand(placed, now)
    assert balance(account=Account.CUSTOMERS) == 0
    assert agreed(now)


def test_at_the_desk_the_fee_is_taken_with_the_rest(here: Market, now: datetime) -> None:
    placed = order(here, mode=PaymentMode.DESK)
    assert due_cents(placed) == 2650
    with pytest.raises(HandoverError, match="26,50\u00a0€ à encaisser"):
        hand(placed, now)
    proof = Proof(code=placed.code)
    for _twice in range(2):
        hand_over(order_id=placed.pk, proof=proof, means=Mode.CASH, actor=CONCIERGE, now=now)
    found = balances()
    assert (found[Account.CASH], found[Account.SERVICES], found[Account.VAT_COLLECTED]) == (2650, -417, -83)
    assert found[Account.CUSTOMERS] == 0
    assert agreed(now)


def test_the_order_keeps_its_fee(here: Market, now: datetime) -> None:
    placed = order(here, mode=PaymentMode.DESK)
    Hub.objects.update(fee_cents=900)
    assert (fresh(placed).total_cents, due_cents(fresh(placed))) == (2650, 2650)
    assert (placed.hub_fee_cents, placed.hub_fee_vat_bp) == (500, 2000)


@pytest.mark.parametrize("shown", [0, 499, 501])
def test_nobody_is_charged_a_fee_they_were_not_shown(here: Market, shown: int) -> None:
    with pytest.raises(FeeChangedError, match="sont maintenant de 5,00\u00a0€"):
        order(here, fee=shown)
    assert Order.objects.count() == 0


def test_a_fee_that_is_no_longer_asked_is_said_too(here: Market) -> None:
    Hub.objects.update(fee_cents=0)
    with pytest.raises(FeeChangedError, match="ne sont plus demandés"):
        order(here)


def test_a_line_refused_leaves_the_fee(here: Market, now: datetime) -> None:
    placed = order(here, here.shirt, here.cheese)
    pay_by_card(order=placed)
    refuse_line(line_id=Line.objects.get(product=here.cheese).pk, reason="rupture", actor=CONCIERGE, now=now)
    assert Refund.objects.get().amount_cents == 2400
    assert (fresh(placed).total_cents, due_cents(fresh(placed))) == (2650, 0)
    hand(placed, now)
    assert balance(account=Account.SERVICES) == -417


def test_with_nothing_left_the_fee_goes_back(here: Market, now: datetime) -> None:
    placed = order(here, here.shirt, here.cheese)
    pay_by_card(order=placed)
    for part in placed.shop_orders.order_by("pk"):
        for _twice in range(2):
            refuse(part_id=part.pk, reason="rupture", actor=CONCIERGE, now=now)
    assert sorted(Refund.objects.values_list("amount_cents", flat=True)) == [500, 2150, 2400]
    payment = Payment.objects.get(reference=placed.pk)
    assert payment.refunded_cents == payment.amount_cents
    found = fresh(placed)
    assert (found.fee_cents, found.total_cents, found.cancelled_at) == (0, 0, now)
    assert agreed(now)


def test_with_nothing_left_of_an_order_not_paid_nothing_goes_back(here: Market, now: datetime) -> None:
    placed = order(here, mode=PaymentMode.DESK)
    refuse(part_id=placed.shop_orders.get().pk, reason="rupture", actor=CONCIERGE, now=now)
    assert (Refund.objects.count(), due_cents(fresh(placed))) == (0, 0)


def test_the_customer_is_told_of_all_that_goes_back(here: Market, now: datetime) -> None:
    placed = order(here)
    pay_by_card(order=placed)
    refuse(part_id=placed.shop_orders.get().pk, reason="rupture", actor=CONCIERGE, now=now)
    assert "26,50\u00a0€ vous sont rendus" in Message.objects.get(template="orders/line_refused").text


def test_cancelled_it_goes_back_with_the_rest(here: Market, now: datetime) -> None:
    placed = order(here)
    pay_by_card(order=placed)
    assert cancel(order_id=placed.pk, actor=CUSTOMER, now=now) == 2650
    assert Refund.objects.get().amount_cents == 2650
    assert not Entry.objects.filter(kind="hub_fee").exists()
    assert agreed(now)


def test_a_hub_without_a_fee_posts_none(here: Market, now: datetime) -> None:
    Hub.objects.update(fee_cents=0)
    placed = order(here, fee=0)
    pay_by_card(order=placed)
    hand(placed, now)
    assert not Entry.objects.filter(kind="hub_fee").exists()
    assert (placed.total_cents, placed.hub_fee_vat_bp) == (2150, 0)


@pytest.mark.parametrize("row", VAT.records(), ids=lambda row: f"{row['Fee']} in {row['Where']}")
def test_the_vat_inside_a_fee(in_istres: Any, now: datetime, row: dict[str, str]) -> None:
    in_istres.department = row["Where"]
    rate = fee_vat_bp(town=in_istres, now=now)
    assert rate == rate_bp(row["VAT"])
    fee = cents(row["Fee"])
    vat = vat_of_ttc(fee, rate)
    assert (fee - vat, vat) == (cents(row["Without VAT"]), cents(row["VAT inside"]))


def test_a_company_that_is_exempt_charges_no_vat(in_istres: Any, now: datetime) -> None:
    in_istres.operating_company.vat_franchise = True
    assert fee_vat_bp(town=in_istres, now=now) == 0
