"""Reading proposals: what waits, for whom, and what is still to be paid for it."""

from django.db.models import F, QuerySet, Sum

from billing.payments.queries import paid_and_held
from tenants.orders.models import Order, Substitution, SubstitutionState
from tenants.orders.queries import owed_cents, proposals


def live() -> QuerySet[Substitution]:
    """What is proposed and not decided, the most urgent first."""
    return proposals().select_related("line__shop_order__shop", "line__shop_order__order")


def proposed() -> QuerySet[Substitution]:
    """Everything that was ever proposed, decided or not, the oldest first."""
    found = Substitution.objects.select_related("line__shop_order__order", "line__shop_order__shop", "product")
    return found.order_by("proposed_at", "pk")


def proposed_in(order: Order) -> QuerySet[Substitution]:
    return proposed().filter(line__shop_order__order=order)


def supplement_cents(order: Order) -> int:
    """What accepted replacements still cost above what is paid: they count once it is."""
    to_pay = Substitution.objects.filter(line__shop_order__order=order, state=SubstitutionState.TO_PAY).order_by()
    more = to_pay.aggregate(more=Sum(F("price_cents") - F("instead_of_cents"), default=0))["more"]
    if not more:
        return 0
    owed, paid = owed_cents(order), sum(paid_and_held(reference=order.pk))
    # What is due besides is due anyway.
    return max(owed + int(more) - max(paid, owed), 0)
