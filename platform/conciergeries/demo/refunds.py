"""Refunds of orders handed over: one done, one to give at the counter, one that waits for the town hall."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from billing.payments.models import Bearer, Mode, Refund
from billing.payments.services import refund_at_desk
from conciergeries.demo.orders import CONCIERGE
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.models import Line, Order, PaymentMode, RefundReason, RefundRequest
from tenants.orders.refunding import WantedRefund, refund_lines

A_LITTLE_CENTS = 300


def first_refunds(*, town: Town, now: datetime) -> None:
    """Give part of two lines back, ask for the whole of a dear one; once."""
    with in_town(town):
        if RefundRequest.objects.exists():
            return
        done = _ask(
            town, above=A_LITTLE_CENTS, reason=RefundReason.QUALITY, words="moins frais que d’habitude", now=now
        )
        if done is not None:
            for refund in Refund.objects.filter(reference=done.pk):
                refund_at_desk(refund_id=refund.pk, means=Mode.CASH, actor=CONCIERGE, now=now)
        _ask(town, above=A_LITTLE_CENTS, reason=RefundReason.MISSING, words="un pot manquait au lot", now=now)
        dear = town.refund_ceiling_cents
        _ask(town, above=dear, reason=RefundReason.DAMAGED, words="tombé dans l’escalier", now=now)


def _ask(town: Town, *, above: int, reason: RefundReason, words: str, now: datetime) -> RefundRequest | None:
    """Ask for part of the latest line that costs enough: a little of it below the ceiling, all of it above."""
    line = next((each for each in _sold() if each.amount_cents > above), None)
    if line is None:
        return None
    at_once = above < town.refund_ceiling_cents
    wanted = WantedRefund(
        line_id=line.pk,
        quantity=None if at_once else line.quantity,
        amount_cents=above if at_once else line.amount_cents,
        bearer=Bearer.MERCHANT if at_once else Bearer.COMPANY,
    )
    return refund_lines(
        order_id=line.shop_order.order_id,
        lines=[wanted],
        reason=reason,
        words=words,
        token=uuid4(),
        actor=CONCIERGE,
        town=town,
        now=now - timedelta(hours=2),
    )


def _sold() -> Iterator[Line]:
    """Lines handed over, paid here, of orders that nothing was asked back of, the latest first."""
    asked = RefundRequest.objects.values("order")
    handed_over = Order.objects.exclude(handed_over_at=None).exclude(payment_mode=PaymentMode.SHOP)
    for order in handed_over.exclude(pk__in=asked).order_by("-handed_over_at", "pk"):
        yield from Line.objects.filter(shop_order__order=order).select_related("shop_order").order_by("name", "pk")
