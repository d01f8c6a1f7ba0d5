"""Giving back part of an order: who bears it, before the handover and after, and what is never given back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.models import Bearer, Mode, Payment, Refund, RefundState
from billing.payments.unpaid_cheques import note_unpaid
from billing.settlements.models import Sale, SaleKind
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.answering import refuse_line
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, LineState, Order, PaymentMode, RefundReason, RefundRequest, RequestState
from tenants.orders.queries import due_cents
from tenants.orders.refunding import (
    AlreadyDecidedError,
    RefundError,
    WantedRefund,
    decline_refund,
    grant_refund,
    refund_lines,
)
from tenants.orders.states import OrderState, ShopOrderState
from tests.billing.payments.depositing import deposited_cheques
from tests.billing.settlements.selling import check_ledger
from tests.factories import CONCIERGE, Market, make_market, make_order, pay_by_card
from tests.tenants.orders.test_handing_over import bring_in

pytestmark = pytest.mark.django_db

Ask = Callable[..., RefundRequest]


@pytest.fixture
def paid(market: Market) -> Order:
    """60.00 € in three shops, by card."""
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def handed_over(paid: Order, now: datetime) -> Order:
    bring_in(paid, now)
    return hand_over(
        order_id=paid.pk, proof=Proof(code=paid.code, adult_seen=True), means=None, actor=CONCIERGE, now=now
    )


@pytest.fixture
def ask(market: Market, now: datetime) -> Ask:
    """`ask(order, (product, cents, bearer), …)`: what the concierge asks for."""

    def asked(order: Order, *wanted: tuple[Any, int, Bearer], token: UUID | None = None, **changes: Any) -> Any:
        facts: dict[str, Any] = {"reason": RefundReason.DAMAGED, "words": "fendu", "actor": CONCIERGE, "now": now}
        return refund_lines(
            order_id=order.pk,
            lines=[
                WantedRefund(
                    line_id=Line.objects.get(shop_order__order=order, product=product).pk if product else None,
                    amount_cents=cents,
                    bearer=bearer,
                )
                for product, cents, bearer in wanted
            ],
            token=token or uuid4(),
            **({"town": market.town} | facts | changes),
        )

    return asked


# --- Before the handover ---


def test_before_the_handover_the_order_gets_smaller(paid: Order, market: Market, ask: Ask, now: datetime) -> None:
    request = ask(paid, (market.cheese, 900, Bearer.MERCHANT))
    assert (request.state, request.after_handover, request.at_once) == (RequestState.GRANTED, False, True)
    order = Order.objects.get(pk=paid.pk)
    assert (order.total_cents, due_cents(order)) == (5100, 0)
    assert Refund.objects.get().amount_cents == 900
    bring_in(paid, now)
    hand_over(order_id=paid.pk, proof=Proof(code=paid.code, adult_seen=True), means=None, actor=CONCIERGE, now=now)
    assert Sale.objects.get(merchant_id=market.cheese.shop.merchant_id).gross_cents == 1500
    check_ledger()


def test_a_line_given_back_whole_is_not_handed_over(paid: Order, market: Market, ask: Ask) -> None:
    ask(paid, (market.wine, 1000, Bearer.MERCHANT))
    ask(paid, (market.wine, 450, Bearer.MERCHANT))
    line = Line.objects.get(product=market.wine)
    assert (line.state, line.kept_cents, line.shop_order.state) == (LineState.REFUSED, 0, ShopOrderState.REFUSED)
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 1450


def test_all_of_it_given_back_at_the_counter_cancels_the_order(
    paid: Order, market: Market, ask: Ask, now: datetime
) -> None:
    bring_in(paid, now)
    everything = [(product, product.price_cents, Bearer.MERCHANT) for product, _ in market.everything]
    request = ask(paid, *everything)
    grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
    order = Order.objects.get(pk=paid.pk)
    assert (order.state, order.cancelled_at, order.total_cents) == (OrderState.CANCELLED, now, 0)
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 6000


def test_not_paid_yet_it_is_less_to_pay(market: Market, ask: Ask, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    ask(order, (market.shirt, 500, Bearer.MERCHANT))
    assert not Refund.objects.exists()
    assert due_cents(Order.objects.get(pk=order.pk)) == 5500
    assert "autant de moins à payer" in Message.objects.get(template="orders/refunded").text


def test_refused_by_its_shop_after_a_part_was_given_back(paid: Order, market: Market, ask: Ask, now: datetime) -> None:
    ask(paid, (market.wine, 450, Bearer.MERCHANT))
    refuse_line(line_id=Line.objects.get(product=market.wine).pk, reason="casse", actor=CONCIERGE, now=now)
    assert Order.objects.get(pk=paid.pk).total_cents == 4550
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 1450


@pytest.mark.parametrize("bearer", [Bearer.COMPANY, Bearer.COMMUNE])
def test_before_the_handover_nothing_was_sold_for_anybody_to_bear(
    paid: Order, market: Market, ask: Ask, bearer: Bearer
) -> None:
    with pytest.raises(RefundError, match="remettez-la d’abord"):
        ask(paid, (market.wine, 450, bearer))


# --- After it ---


def test_the_merchant_bears_it_and_its_sale_is_corrected(handed_over: Order, market: Market, ask: Ask) -> None:
    request = ask(handed_over, (market.cheese, 900, Bearer.MERCHANT))
    merchant = market.cheese.shop.merchant_id
    correction = Sale.objects.get(kind=SaleKind.REFUND)
    sale = Sale.objects.get(kind=SaleKind.SALE, merchant_id=merchant)
    assert (correction.gross_cents, correction.by_vat_rate, correction.terms) == (-900, {550: -900}, sale.terms)
    assert (correction.corrects, correction.cause) == (sale, request.lines.get().pk)
    assert balance(account=Account.MERCHANTS, merchant_id=merchant) == -1500
    # Granted, and not yet paid by Stripe: the customer is owed it.
    assert balance(account=Account.CUSTOMERS) == -900
    assert Refund.objects.get().amount_cents == 900
    order = Order.objects.get(pk=handed_over.pk)
    assert (order.total_cents, due_cents(order)) == (6000, 0)
    check_ledger()


@pytest.mark.parametrize(
    ("bearer", "account"), [(Bearer.COMPANY, Account.LOSSES), (Bearer.COMMUNE, Account.COMMUNE_OWES)]
)
def test_borne_by_another_the_sale_stands(
    handed_over: Order, market: Market, ask: Ask, bearer: Bearer, account: Account
) -> None:
    ask(handed_over, (market.cheese, 900, bearer), (None, 200, bearer))
    assert not Sale.objects.filter(kind=SaleKind.REFUND).exists()
    assert balance(account=account) == 1100
    assert balance(account=Account.MERCHANTS) == -6000
    assert balance(account=Account.CUSTOMERS) == -1100
    assert not Message.objects.filter(template="orders/refund_borne").exists()


def test_goodwill_is_never_a_merchants(handed_over: Order, ask: Ask) -> None:
    with pytest.raises(RefundError, match="exploitant ou de la commune"):
        ask(handed_over, (None, 200, Bearer.MERCHANT))


def test_customer_and_merchant_are_told(handed_over: Order, market: Market, ask: Ask) -> None:
    ask(handed_over, (market.cheese, 900, Bearer.MERCHANT), (market.wine, 300, Bearer.COMPANY))
    mail = Message.objects.get(template="orders/refunded")
    assert mail.subject == f"12,00\u00a0€ rendus sur la commande {handed_over.number}"
    assert "produit abîmé ou impropre\u00a0: fendu" in mail.text
    assert "12,00\u00a0€ reviennent sur votre carte" in mail.text
    letter = Message.objects.get(template="orders/refund_borne")
    assert letter.to == market.cheese.shop.merchant.contact_email
    assert "9,00\u00a0€" in letter.text
    assert market.wine.name not in letter.text


def test_taken_at_the_desk_it_waits_there(market: Market, ask: Ask, now: datetime) -> None:
    order = bring_in(make_order(town=market.town, lines=[(market.shirt, 1)]), now)
    hand_over(order_id=order.pk, proof=Proof(code=order.code), means=Mode.CASH, actor=CONCIERGE, now=now)
    ask(order, (market.shirt, 700, Bearer.MERCHANT))
    refund = Refund.objects.get()
    assert (refund.mode, refund.state) == (Mode.CASH, RefundState.PENDING)
    assert "7,00\u00a0€ vous attendent au comptoir" in Message.objects.get(template="orders/refunded").text


def test_of_a_cheque_that_came_back_nothing_waits_there(market: Market, ask: Ask, now: datetime) -> None:
    order = bring_in(make_order(town=market.town, lines=[(market.shirt, 1)]), now)
    hand_over(order_id=order.pk, proof=Proof(code=order.code), means=Mode.CHEQUE, actor=CONCIERGE, now=now)
    [cheque] = deposited_cheques(
        town=market.town, payments=list(Payment.objects.all()), now=now, day=now.date()
    ).cheques.all()
    note_unpaid(
        cheque_id=cheque.pk,
        town=market.town,
        returned_on=now.date(),
        reason="sans provision",
        fee_cents=0,
        actor=None,
        now=now,
    )
    ask(order, (market.shirt, 700, Bearer.MERCHANT))
    mail = Message.objects.get(template="orders/refunded").text
    assert "7,00\u00a0€ ne vous sont rendus\nqu’une fois ce chèque payé" in mail
    assert "au comptoir" not in mail


def test_over_several_payments_the_most_recent_goes_first(handed_over: Order, ask: Ask, now: datetime) -> None:
    """What came on top goes back first, and no payment gives back more than it brought."""
    card = Payment.objects.get()
    card.amount_cents, card.refunded_cents = 5000, 0
    card.save()
    Payment.objects.create(
        reference=handed_over.pk,
        label="complément",
        amount_cents=1000,
        mode=Mode.CASH,
        state="succeeded",
        created_at=now + timedelta(hours=1),
    )
    ask(handed_over, (None, 1500, Bearer.COMPANY))
    assert dict(Refund.objects.order_by("pk").values_list("mode", "amount_cents")) == {"cash": 1000, "card": 500}


# --- Never more ---


def test_never_more_than_is_left_of_the_line(handed_over: Order, market: Market, ask: Ask) -> None:
    ask(handed_over, (market.cheese, 900, Bearer.MERCHANT))
    with pytest.raises(RefundError, match="15,00"):
        ask(handed_over, (market.cheese, 1501, Bearer.COMPANY))


def test_never_more_than_was_paid_whoever_bears_it(handed_over: Order, market: Market, ask: Ask) -> None:
    market.town.refund_ceiling_cents = 100_000
    ask(handed_over, (None, 5900, Bearer.COMPANY), town=market.town)
    with pytest.raises(RefundError, match="1,00"):
        ask(handed_over, (market.cheese, 200, Bearer.MERCHANT))


def test_what_waits_is_kept_aside(handed_over: Order, market: Market, ask: Ask) -> None:
    ask(handed_over, (market.cheese, 2400, Bearer.MERCHANT))
    with pytest.raises(RefundError, match="0,00"):
        ask(handed_over, (market.cheese, 1, Bearer.MERCHANT))


@pytest.mark.parametrize("cents", [0, -100])
def test_never_nothing_or_less(handed_over: Order, market: Market, ask: Ask, cents: int) -> None:
    with pytest.raises(RefundError, match="positif"):
        ask(handed_over, (market.cheese, cents, Bearer.MERCHANT))


def test_never_a_line_of_another_order(handed_over: Order, market: Market, now: datetime) -> None:
    other = make_order(town=market.town, lines=[(market.wine, 1)])
    wanted = WantedRefund(
        line_id=Line.objects.get(shop_order__order=other).pk, amount_cents=100, bearer=Bearer.MERCHANT
    )
    with pytest.raises(RefundError, match="pas de cette commande"):
        refund_lines(
            order_id=handed_over.pk,
            lines=[wanted],
            reason=RefundReason.OTHER,
            words="",
            token=uuid4(),
            actor=CONCIERGE,
            town=market.town,
            now=now,
        )


def test_never_a_cancelled_order_nor_one_that_is_not_paid(market: Market, ask: Ask) -> None:
    unpaid = make_order(town=market.town, lines=[(market.wine, 1)], payment_mode=PaymentMode.CARD)
    with pytest.raises(RefundError, match="pas encore payée"):
        ask(unpaid, (market.wine, 100, Bearer.MERCHANT))


def test_postgresql_itself_refuses_more_than_the_line(paid: Order) -> None:
    line = Line.objects.filter(shop_order__order=paid).order_by("pk").first()
    assert line is not None
    for change in ({"refunded_cents": line.amount_cents + 1}, {"reduced_cents": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.filter(pk=line.pk).update(**change)


# --- Asked, and decided once ---


def test_the_same_form_twice_is_once(handed_over: Order, market: Market, ask: Ask) -> None:
    token = uuid4()
    first, second = (ask(handed_over, (market.cheese, 900, Bearer.MERCHANT), token=token) for _ in range(2))
    assert first == second
    assert (RefundRequest.objects.count(), Refund.objects.count()) == (1, 1)
    with pytest.raises(RefundError, match="déjà servi"):
        ask(handed_over, (market.cheese, 901, Bearer.MERCHANT), token=token)


def test_above_the_ceiling_it_waits_for_the_town_hall(
    handed_over: Order, market: Market, ask: Ask, now: datetime
) -> None:
    request = ask(handed_over, (market.cheese, 2400, Bearer.MERCHANT))
    assert request.state == RequestState.WAITING
    assert not Refund.objects.exists()
    grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
    assert Refund.objects.get().amount_cents == 2400
    with pytest.raises(AlreadyDecidedError, match="déjà été accordé par Camille"):
        grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
    with pytest.raises(AlreadyDecidedError):
        decline_refund(request_id=request.pk, answer="non", actor=CONCIERGE, now=now)
    assert Refund.objects.count() == 1
    assert AuditEvent.objects.filter(action="refund.granted").count() == 1


def test_the_ceiling_is_of_an_order_however_it_is_split(handed_over: Order, market: Market, ask: Ask) -> None:
    states = [ask(handed_over, (market.cheese, 1000, Bearer.MERCHANT)).state for _ in range(2)]
    states.append(ask(handed_over, (market.cheese, 1, Bearer.MERCHANT)).state)
    assert states == [RequestState.GRANTED, RequestState.GRANTED, RequestState.WAITING]


def test_declined_its_lines_can_be_asked_for_again(handed_over: Order, market: Market, ask: Ask, now: datetime) -> None:
    request = ask(handed_over, (market.cheese, 2400, Bearer.MERCHANT))
    decline_refund(request_id=request.pk, answer="la photo montre un plateau intact", actor=CONCIERGE, now=now)
    assert not Refund.objects.exists()
    assert ask(handed_over, (market.cheese, 900, Bearer.MERCHANT)).state == RequestState.GRANTED


def test_asked_before_the_handover_and_granted_after_it(paid: Order, market: Market, ask: Ask, now: datetime) -> None:
    request = ask(paid, (market.cheese, 2400, Bearer.MERCHANT))
    bring_in(paid, now)
    hand_over(order_id=paid.pk, proof=Proof(code=paid.code, adult_seen=True), means=None, actor=CONCIERGE, now=now)
    granted = grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
    assert granted.after_handover
    assert Sale.objects.get(kind=SaleKind.REFUND).gross_cents == -2400
    check_ledger()


def test_refused_by_its_shop_while_it_waited(paid: Order, market: Market, ask: Ask, now: datetime) -> None:
    request = ask(paid, (market.cheese, 2400, Bearer.MERCHANT))
    refuse_line(line_id=Line.objects.get(product=market.cheese).pk, reason="casse", actor=CONCIERGE, now=now)
    with pytest.raises(RefundError, match="a changé depuis"):
        grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
    decline_refund(request_id=request.pk, answer="déjà rendu", actor=CONCIERGE, now=now)
    assert Refund.objects.get().amount_cents == 2400


def test_another_towns_requests_are_its_own(
    handed_over: Order, market: Market, ask: Ask, viroflay: Any, now: datetime
) -> None:
    request = ask(handed_over, (market.cheese, 2400, Bearer.MERCHANT))
    with in_town(viroflay):
        make_market(town=viroflay)
        with pytest.raises(RefundRequest.DoesNotExist):
            grant_refund(request_id=request.pk, actor=CONCIERGE, now=now)
        with pytest.raises(Order.DoesNotExist):
            refund_lines(
                order_id=handed_over.pk,
                lines=[WantedRefund(amount_cents=100, bearer=Bearer.COMPANY)],
                reason=RefundReason.LATE,
                words="",
                token=uuid4(),
                actor=CONCIERGE,
                town=viroflay,
                now=now,
            )
