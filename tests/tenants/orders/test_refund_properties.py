"""Whatever is asked, granted, refused, sent back by a bank or given by hand: nobody gets back more than they paid."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.models import Account
from billing.ledger.queries import balance, unbalanced
from billing.payments.models import Bearer, Mode, Payment, PaymentState, Refund, RefundState
from billing.payments.refunds import _apply as stripe_said
from billing.payments.services import RefundClosedError, RefundTooLargeError, give_by_hand, retry_refund
from tenants.orders.answering import refuse_line
from tenants.orders.cancelling import TooLateToCancelError, cancel
from tenants.orders.checking import differences_with_orders
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import HandoverError, Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, RefundReason, RefundRequest
from tenants.orders.refunding import RefundError, WantedRefund, decline_refund, grant_refund, refund_lines
from tenants.orders.states import ENDED_WITHOUT_GOODS
from tenants.orders.transitions import ForbiddenMoveError
from tests.factories import CONCIERGE, Market, make_order, pay_by_card

pytestmark = pytest.mark.django_db

CENTS = st.sampled_from([1, 700, 1450, 2000, 2400, 6000])
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), CENTS, st.sampled_from([Bearer.MERCHANT, Bearer.COMPANY])),
    st.tuples(st.just("gesture"), CENTS),
    st.tuples(
        st.sampled_from(["grant", "decline", "hand_over", "cancel", "paid_out", "sent_back", "retry", "by_hand"])
    ),
    st.tuples(st.just("refuse"), st.integers(0, 2)),
)
REFUSALS = (
    RefundError,
    RefundClosedError,
    RefundTooLargeError,
    ForbiddenMoveError,
    TooLateToCancelError,
    HandoverError,
)


class _Play:
    """One order of 60.00 € paid by card, and everything that may happen to it."""

    def __init__(self, market: Market, now: datetime) -> None:
        self.town, self.now = market.town, now
        self.order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
        pay_by_card(order=self.order)
        self.lines = list(Line.objects.filter(shop_order__order=self.order).order_by("name"))

    def step(self, name: str, *facts: Any) -> None:
        self.now += timedelta(minutes=1)
        with suppress(*REFUSALS), transaction.atomic():
            getattr(self, name)(*facts)

    def ask(self, line: int, cents: int, bearer: Bearer) -> None:
        self._ask(WantedRefund(line_id=self.lines[line].pk, amount_cents=cents, bearer=bearer))

    def gesture(self, cents: int) -> None:
        self._ask(WantedRefund(amount_cents=cents, bearer=Bearer.COMMUNE))

    def _ask(self, wanted: WantedRefund) -> None:
        refund_lines(
            order_id=self.order.pk,
            lines=[wanted],
            reason=RefundReason.OTHER,
            words="",
            token=uuid4(),
            actor=CONCIERGE,
            town=self.town,
            now=self.now,
        )

    def grant(self) -> None:
        for request in RefundRequest.objects.filter(state="waiting").order_by("asked_at")[:1]:
            grant_refund(request_id=request.pk, actor=CONCIERGE, now=self.now)

    def decline(self) -> None:
        for request in RefundRequest.objects.filter(state="waiting").order_by("asked_at")[:1]:
            decline_refund(request_id=request.pk, answer="non", actor=CONCIERGE, now=self.now)

    def refuse(self, line: int) -> None:
        refuse_line(line_id=self.lines[line].pk, reason="épuisé", actor=CONCIERGE, now=self.now)

    def cancel(self) -> None:
        cancel(order_id=self.order.pk, actor=CONCIERGE, now=self.now)

    def hand_over(self) -> None:
        for part in self.order.shop_orders.exclude(state__in=ENDED_WITHOUT_GOODS).order_by("pk"):
            collect(part_id=part.pk, actor=CONCIERGE, now=self.now)
            arrive(part_id=part.pk, actor=CONCIERGE, now=self.now)
        proof = Proof(code=self.order.code, adult_seen=True)
        hand_over(order_id=self.order.pk, proof=proof, means=None, actor=CONCIERGE, now=self.now)

    def paid_out(self) -> None:
        self._stripe("succeeded", RefundState.PENDING)

    def sent_back(self) -> None:
        self._stripe("failed", RefundState.SUCCEEDED)

    def _stripe(self, status: str, state: RefundState) -> None:
        for refund in Refund.objects.filter(state=state, mode=Mode.CARD).order_by("created_at", "pk")[:1]:
            values = {"id": f"re_{refund.pk}", "object": "refund", "status": status, "failure_reason": "declined"}
            stripe_said(refund_id=refund.pk, seen=stripe.Refund.construct_from(values, None), now=self.now)

    def retry(self) -> None:
        for refund in Refund.objects.filter(state=RefundState.FAILED).order_by("created_at", "pk")[:1]:
            retry_refund(refund_id=refund.pk, actor=CONCIERGE, now=self.now)

    def by_hand(self) -> None:
        for refund in Refund.objects.filter(state=RefundState.FAILED).order_by("-created_at", "pk")[:1]:
            give_by_hand(refund_id=refund.pk, means=Mode.TRANSFER, actor=CONCIERGE, now=self.now)

    def check(self) -> None:
        for payment in Payment.objects.filter(state=PaymentState.SUCCEEDED):
            on_its_way = payment.refunds.exclude(state=RefundState.FAILED)
            assert sum(refund.amount_cents for refund in on_its_way) == payment.refunded_cents <= payment.amount_cents
        assert sum(refund.amount_cents for refund in Refund.objects.filter(state=RefundState.SUCCEEDED)) <= 6000
        for line in Line.objects.filter(shop_order__order=self.order):
            assert line.reduced_cents <= line.refunded_cents <= line.amount_cents
        assert unbalanced() == []
        assert differences_with_orders(now=self.now) == []
        # What a customer is owed is never a debt of theirs.
        assert balance(account=Account.CUSTOMERS) <= 0


@given(steps=st.lists(STEPS, min_size=3, max_size=10))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_customer_ever_gets_back_more_than_they_paid(market: Market, now: datetime, steps: list[Any]) -> None:
    with transaction.atomic():
        play = _Play(market, now)
        for step in steps:
            play.step(*step)
            play.check()
        # The next example begins with another order.
        transaction.set_rollback(True)
    assert not Order.objects.exists()
