"""What cards hold and should have been taken or let go by now: an authorisation must not be lost from sight."""

from datetime import datetime, timedelta

from billing.ledger.checking import Finding, Kind, compares
from billing.payments.models import Payment, PaymentState
from shared.french import NBSP, money, short_date

# Taken a day before their end, or known by then to have been let go.
OVERDUE_AFTER = timedelta(hours=1)


@compares(Kind.STRIPE)
def holds_past_their_end(*, now: datetime) -> list[Finding]:
    """Payments still said to be held after their card let go of them: nobody has heard what became of them."""
    held = Payment.objects.filter(state=PaymentState.AUTHORISED, capture_before__lte=now - OVERDUE_AFTER)
    return [
        Finding(
            kind=Kind.STRIPE,
            subject=f"hold {payment.pk}",
            message=(
                f"{payment.label}{NBSP}: {money(payment.amount_cents)} autorisés sur une carte jusqu’au "
                f"{short_date(payment.capture_before)}, ni débités ni libérés."
            ),
        )
        for payment in held.order_by("capture_before", "pk")
        if payment.capture_before is not None
    ]
