"""What customers paid and got back in a period, by means of payment."""

from dataclasses import dataclass

from django.db.models import Count, Sum

from billing.payments.models import Mode, Payment, PaymentState, Refund, RefundState
from tenants.reports.period import Period


@dataclass(frozen=True, slots=True)
class Takings:
    """Money that came in and went back by one means, in cents, both positive."""

    mode: Mode
    payments: int
    received_cents: int
    refunds: int
    given_back_cents: int

    @property
    def net_cents(self) -> int:
        return self.received_cents - self.given_back_cents


def by_means(period: Period) -> list[Takings]:
    """Every means of payment by which something came in or went back, in the order in which the desk lists them."""
    of_period = {"closed_at__gte": period.begin, "closed_at__lt": period.end}
    received = {
        row["mode"]: (row["number"], row["cents"])
        for row in Payment.objects.filter(state=PaymentState.SUCCEEDED, **of_period)
        .order_by()
        .values("mode")
        .annotate(number=Count("id"), cents=Sum("amount_cents"))
    }
    given_back = {
        row["mode"]: (row["number"], row["cents"])
        for row in Refund.objects.filter(state=RefundState.SUCCEEDED, **of_period)
        .order_by()
        .values("mode")
        .annotate(number=Count("id"), cents=Sum("amount_cents"))
    }
    nothing = (0, 0)
    return [
        Takings(mode, *received.get(mode.value, nothing), *given_back.get(mode.value, nothing))
        for mode in Mode
        if mode.value in received or mode.value in given_back
    ]
