"""Cards that hold nothing any more, or from which nothing could be taken, with the orders that wait for the money."""

from dataclasses import dataclass

from billing.payments.models import Payment
from billing.payments.queries import lapsed_payments, stuck_captures
from billing.payments.wording import let_go_reason
from shared.french import NBSP
from tenants.orders.models import Order
from tenants.orders.queries import due_cents


@dataclass(frozen=True)
class LostHold:
    """A payment that was held; what its order still awaits, or `is_asked`: what Stripe refuses to take for now."""

    payment: Payment
    order: Order
    due_cents: int
    is_asked: bool

    @property
    def why(self) -> str:
        """In French."""
        if self.is_asked:
            return f"Stripe refuse de débiter la carte pour l’instant, et c’est redemandé{NBSP}: {self.payment.failure}"
        return let_go_reason(self.payment.failure)


def lost_holds() -> list[LostHold]:
    """All of them, the oldest first; an order that was paid since, or given up, is not listed."""
    lapsed, stuck = lapsed_payments(), stuck_captures()
    waiting = Order.objects.filter(cancelled_at=None, handed_over_at=None)
    orders = waiting.in_bulk([payment.reference for payment in [*lapsed, *stuck]])
    # One that lapsed twice is one to be paid.
    latest = {payment.reference: payment for payment in lapsed if payment.reference in orders}
    found = [
        LostHold(payment, orders[reference], due, is_asked=False)
        for reference, payment in latest.items()
        if (due := due_cents(orders[reference]))
    ]
    asked = [
        LostHold(payment, orders[payment.reference], payment.capture_cents or 0, is_asked=True)
        for payment in stuck
        if payment.reference in orders
    ]
    return [*found, *asked]
