"""Goods sold by weight, for tests."""

from datetime import datetime, timedelta
from typing import Any

from billing.payments.facts import AUTHORISATION_ENDING, AUTHORISATION_LAPSED, PAYMENT_AUTHORISED, PAYMENT_SUCCEEDED
from billing.payments.models import Payment, PaymentState
from billing.payments.reconciliation import Seen, apply
from tenants.orders.models import Line, Order, ShopOrder
from tenants.shops.models import Product, Shop
from tenants.shops.services import ProductFacts, add_product
from tests.factories import run_effects

FACTS = [PAYMENT_AUTHORISED, PAYMENT_SUCCEEDED, AUTHORISATION_ENDING, AUTHORISATION_LAPSED]


def make_weighed(*, shop: Shop, now: datetime, **changes: Any) -> Product:
    """Tomme at 12.90 €/kg, about 500 g: 6.45 €, and 7.42 € at most."""
    facts: dict[str, Any] = {
        "name": "Tomme de brebis",
        "description": "",
        "price_cents": 0,
        "vat_rate_bp": 550,
        "unit": "",
        "unit_price": "",
        "made_to_order": False,
        "lead_hours": 0,
        "stock": 20,
        "age_restricted": False,
        "allergens": "lait",
        "per_kg_cents": 1290,
        "unit_grams": 500,
    }
    return add_product(shop_id=shop.pk, facts=ProductFacts(**facts | changes), actor=None, now=now)


def weighed_line(order: Order) -> Line:
    return Line.objects.get(shop_order__order=order, per_kg_cents__isnull=False)


def part_to_weigh(order: Order) -> ShopOrder:
    return weighed_line(order).shop_order


def hold(order: Order, *, now: datetime) -> Payment:
    """Let the customer's card hold what is asked of it, as if Stripe had said so, and the order hear of it."""
    payment = Payment.objects.get(reference=order.pk, state=PaymentState.PENDING)
    seen = Seen(
        state=PaymentState.AUTHORISED,
        session_id=f"cs_{payment.pk}",
        intent_id=f"pi_{payment.pk}",
        capture_before=now + timedelta(days=7),
    )
    apply(payment_id=payment.pk, seen=seen, now=now)
    run_effects(now=now, kinds=FACTS)
    payment.refresh_from_db()
    return payment


def answer(payment: Payment, *, now: datetime) -> Payment:
    """Stripe does what it was asked for a held payment, and the order hears of it."""
    payment.refresh_from_db()
    if payment.capture_asked_at or payment.void_asked_at:
        taken = PaymentState.SUCCEEDED if payment.capture_asked_at else PaymentState.FAILED
        seen = Seen(taken, None, payment.stripe_intent_id, taken_cents=payment.capture_cents)
        apply(payment_id=payment.pk, seen=seen, now=now)
    run_effects(now=now, kinds=FACTS)
    payment.refresh_from_db()
    return payment


def lapse(payment: Payment, *, now: datetime) -> Payment:
    """The bank lets go of what the card held, and the order hears of it."""
    seen = Seen(PaymentState.FAILED, None, payment.stripe_intent_id, failure="automatic")
    apply(payment_id=payment.pk, seen=seen, now=now)
    run_effects(now=now, kinds=FACTS)
    payment.refresh_from_db()
    return payment
