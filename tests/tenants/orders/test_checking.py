"""Account 46711 beside every order's payments, refunds and sales."""

from datetime import datetime
from typing import Any

import pytest

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.deciding import Share, decide_dispute
from billing.payments.models import Bearer, Dispute, DisputeState, Mode, Payment, Refund
from billing.payments.refunds import lock_refund, succeed
from shared.tenancy import in_town
from tenants.orders import fetching
from tenants.orders.answering import refuse_line
from tenants.orders.cancelling import cancel
from tenants.orders.checking import differences_with_orders
from tenants.orders.events import CUSTOMER
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, ShopOrder
from tests.factories import CONCIERGE, Market, make_order, make_resident, pay_by_card

pytestmark = pytest.mark.django_db


def said(now: datetime) -> list[str]:
    return [finding.message.replace("\u00a0", " ") for finding in differences_with_orders(now=now)]


def collect_all(order: Order, now: datetime) -> None:
    for part in order.shop_orders.exclude(state="refused"):
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)


def hand(order: Order, now: datetime, means: Mode | None = None) -> None:
    collect_all(order, now)
    hand_over(order_id=order.pk, proof=Proof(code=order.code, adult_seen=True), means=means, actor=CONCIERGE, now=now)


@pytest.fixture
def handed(market: Market, now: datetime) -> Order:
    """Paid at the desk and handed over, 43.00 €."""
    order = make_order(town=market.town, lines=[(market.shirt, 2)], resident=make_resident(name="Bruno Tran"))
    hand(order, now, Mode.CASH)
    return order


def test_the_lives_of_orders_agree(market: Market, handed: Order, now: datetime) -> None:
    by_card = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    assert said(now) == []
    pay_by_card(order=by_card)
    assert said(now) == []
    refuse_line(line_id=Line.objects.get(product=market.cheese).pk, reason="rupture", actor=CONCIERGE, now=now)
    assert said(now) == []
    hand(by_card, now)
    assert said(now) == []
    changed_mind = make_order(town=market.town, lines=[(market.wine, 1)], payment_mode=PaymentMode.CARD)
    pay_by_card(order=changed_mind)
    cancel(order_id=changed_mind.pk, actor=CUSTOMER, now=now)
    assert said(now) == []
    asked = list(Refund.objects.values_list("pk", flat=True))
    assert len(asked) == 2
    for each in asked:
        payment, refund = lock_refund(each)
        succeed(refund=refund, payment=payment, source=Account.STRIPE, now=now)
        assert said(now) == []


def test_a_dispute_lost_before_the_handover_agrees(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 1)], payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    dispute = Dispute.objects.create(
        payment=Payment.objects.get(reference=order.pk),
        stripe_id="dp_1",
        amount_cents=2150,
        withdrawn_cents=2150,
        reason="fraudulent",
        state=DisputeState.LOST,
        opened_at=now,
    )
    shares = [Share(bearer=Bearer.CUSTOMER, amount_cents=2150)]
    decide_dispute(dispute_id=dispute.pk, shares=shares, reason="rien remis", about=order.number, actor=None, now=now)
    assert said(now) == []


def test_an_entry_too_many(market: Market, handed: Order, viroflay: Any, now: datetime) -> None:
    post(
        kind="odd",
        key="odd",
        label="",
        reference=handed.pk,
        postings=[debit(Account.CASH, 150), credit(Account.CUSTOMERS, 150)],
        at=now,
    )
    assert said(now) == [
        f"Commande {handed.number} : 0,00 € encaissés et pas encore remis ni rendus, 1,50 € d’après le compte 46711."
    ]
    with in_town(viroflay):
        assert said(now) == []


def test_an_entry_about_a_part_counts_for_its_order(market: Market, handed: Order, now: datetime) -> None:
    post(
        kind="odd",
        key="odd",
        label="",
        reference=handed.shop_orders.get().pk,
        postings=[debit(Account.CUSTOMERS, 150), credit(Account.CASH, 150)],
        at=now,
    )
    (message,) = said(now)
    assert "−1,50 € d’après le compte 46711" in message


def test_a_sale_of_another_amount_than_its_part(market: Market, handed: Order, now: datetime) -> None:
    ShopOrder.objects.filter(order=handed).update(total_cents=4000)
    (message,) = said(now)
    assert message == (
        f"Commande {handed.number}, Atelier Mistral : 40,00 € d’après la commande, "
        "43,00 € d’après la vente notée pour le commerçant."
    )
    ShopOrder.objects.filter(order=handed).update(state="at_hub")
    (message,) = said(now)
    assert "40,00 € d’après la commande" in message


def test_it_asks_the_same_however_many_orders(
    market: Market, handed: Order, now: datetime, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        said(now)
