"""Reading payments and refunds."""

from uuid import UUID

from django.db.models import Sum

from billing.payments.models import DESK_MODES, Payment, PaymentState, Refund, RefundState


def payments_of(*, reference: UUID) -> list[Payment]:
    """Every payment asked for one thing, the oldest first, with its refunds."""
    return list(Payment.objects.filter(reference=reference).order_by("created_at", "id").prefetch_related("refunds"))


def current_payment(*, reference: UUID) -> Payment | None:
    """The payment that counts: the one that came and was not given back whole, else the latest."""
    payments = payments_of(reference=reference)
    kept = [payment for payment in payments if payment.refundable_cents]
    candidates = kept or payments
    return candidates[-1] if candidates else None


def paid_cents(*, reference: UUID) -> int:
    """What a customer has paid for one thing, less what went back or is on its way back, in cents."""
    totals = Payment.objects.filter(reference=reference, state=PaymentState.SUCCEEDED).aggregate(
        paid=Sum("amount_cents", default=0), refunded=Sum("refunded_cents", default=0)
    )
    return int(totals["paid"]) - int(totals["refunded"])


def refunds_to_give() -> list[Refund]:
    """Refunds of payments taken at the desk, that wait for their customer there, the oldest first."""
    return list(
        Refund.objects.filter(state=RefundState.PENDING, mode__in=DESK_MODES)
        .select_related("payment")
        .order_by("created_at", "id")
    )
