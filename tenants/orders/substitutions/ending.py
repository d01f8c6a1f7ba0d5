"""Putting an end to a proposal that comes to nothing: the goods that were kept aside go back on sale."""

from collections.abc import Collection
from datetime import datetime

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.services import expire_payment
from shared.locks import lock
from tenants.orders import stock
from tenants.orders.events import Actor, log
from tenants.orders.models import Line, Order, ShopOrder, Substitution, SubstitutionState
from tenants.orders.queries import due_cents
from tenants.orders.substitution_models import LIVE, SUBSTITUTION_TRANSITIONS
from tenants.orders.substitutions.queries import supplement_cents

# Events of a part.
PROPOSED = "substitution_proposed"
APPROVED = "substitution_approved"
TO_PAY = "substitution_to_pay"
_EVENTS = {
    SubstitutionState.DECLINED: "substitution_declined",
    SubstitutionState.EXPIRED: "substitution_expired",
    SubstitutionState.WITHDRAWN: "substitution_withdrawn",
}


class AlreadyAnsweredError(ValueError):
    """The proposal is over: somebody, or time, was quicker; `str()` says so in French."""

    def __init__(self, substitution: Substitution) -> None:
        said = str(substitution.get_state_display())
        super().__init__(f"Ce remplacement n’attend plus de réponse\u00a0: {said}.")
        self.substitution = substitution


def write_answer(
    substitution: Substitution, state: SubstitutionState, *, actor: Actor, now: datetime, new_line: Line | None = None
) -> None:
    """Put a *locked* proposal into another state. Raises AlreadyAnsweredError."""
    if state not in SUBSTITUTION_TRANSITIONS[SubstitutionState(substitution.state)]:
        raise AlreadyAnsweredError(substitution)
    substitution.state, substitution.new_line = state, new_line
    substitution.answered_at, substitution.answered_by = now, actor.label
    substitution.save(update_fields=["state", "new_line", "answered_at", "answered_by"])


def end(substitution: Substitution, state: SubstitutionState, *, part: ShopOrder, actor: Actor, now: datetime) -> None:
    """End a *locked* proposal of a locked part without a sale. Raises AlreadyAnsweredError."""
    write_answer(substitution, state, actor=actor, now=now)
    products = stock.lock_products([substitution.product_id])
    stock.give_back(products=products, quantities={substitution.product_id: substitution.quantity})
    log(
        order=part.order,
        shop_order=part,
        kind=_EVENTS[state],
        actor=actor,
        now=now,
        data=said_of(substitution),
    )
    _close_page(part.order, now=now)


def _close_page(order: Order, *, now: datetime) -> None:
    """Close the card's page where a supplement that nobody wants any more could be paid."""
    wanted = due_cents(order) + supplement_cents(order)
    for payment in Payment.objects.filter(reference=order.pk, state=PaymentState.PENDING, mode=Mode.CARD):
        if payment.supplement and payment.amount_cents != wanted:
            expire_payment(payment_id=payment.pk, now=now)


def withdraw_those_of(*, part: ShopOrder, lines: Collection[Line], actor: Actor, now: datetime) -> None:
    """Withdraw what is proposed for *locked* lines that their merchant now refuses."""
    for substitution in lock(Substitution.objects.filter(line__in=list(lines), state__in=LIVE)):
        substitution.line = next(line for line in lines if line.pk == substitution.line_id)
        end(substitution, SubstitutionState.WITHDRAWN, part=part, actor=actor, now=now)


def said_of(substitution: Substitution) -> dict[str, object]:
    """What the order's log keeps of a proposal; load its line."""
    return {
        "substitution": str(substitution.pk),
        "name": str(substitution.line),
        "by": str(substitution),
        "price_cents": substitution.price_cents,
        "instead_of_cents": substitution.instead_of_cents,
    }
