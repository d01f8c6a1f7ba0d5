"""Refunds that somebody has to take up, with the orders they are of."""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.payments.models import Refund
from billing.payments.queries import refunds_to_give
from billing.payments.resuming import failed_refunds, waiting_refunds
from tenants.orders.models import Order


@dataclass(frozen=True)
class StuckRefund:
    """A refund that failed, that Stripe puts off or that waits at the counter.

    Every payment is of an order; only an erased one is not there.
    """

    refund: Refund
    order: Order | None

    @property
    def number(self) -> str:
        return self.order.number if self.order else self.refund.payment.label


def stuck_refunds() -> list[StuckRefund]:
    """All of them, those that failed first, each kind from the oldest."""
    return _with_orders([*failed_refunds(), *waiting_refunds()])


def refunds_at_the_desk() -> list[StuckRefund]:
    """Those that wait for their customer at the counter, the oldest first."""
    return _with_orders(refunds_to_give())


def refunds_that_failed() -> list[StuckRefund]:
    """Those that do not go without somebody, the oldest first."""
    return _with_orders(failed_refunds())


def _with_orders(refunds: Iterable[Refund]) -> list[StuckRefund]:
    found = list(refunds)
    orders = Order.objects.in_bulk({refund.payment.reference for refund in found}) if found else {}
    return [StuckRefund(refund, orders.get(refund.payment.reference)) for refund in found]
