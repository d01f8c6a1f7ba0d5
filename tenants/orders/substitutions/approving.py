"""A replacement counts: its line takes the place of the other, and the money follows."""

from datetime import datetime

from billing.payments.queries import paid_cents
from billing.payments.services import give_back
from shared.french import NBSP
from shared.locks import lock
from tenants.orders.capturing import take_what_is_known
from tenants.orders.events import Actor, log
from tenants.orders.models import Line, LineState, Order, ShopOrder, Substitution, SubstitutionState
from tenants.orders.queries import owed_cents
from tenants.orders.substitutions import mail
from tenants.orders.substitutions.ending import APPROVED, said_of, write_answer


def approve(substitution: Substitution, *, part: ShopOrder, actor: Actor, now: datetime) -> None:
    """Put the new line in the order, at the price that was agreed; what is paid beyond it goes back as it came.

    The proposal, its line and its part are *locked*. Raises AlreadyAnsweredError.
    """
    old, order = substitution.line, part.order
    most_before, kept_before = old.consented_cents, old.kept_cents
    old.state, old.refusal_reason = LineState.REPLACED, f"remplacé par {substitution}"
    old.save(update_fields=["state", "refusal_reason"])
    new = _new_line(substitution, part=part)
    write_answer(substitution, SubstitutionState.APPROVED, actor=actor, now=now, new_line=new)
    part.total_cents += new.kept_cents - kept_before
    # The customer has just agreed to it.
    part.ceiling_cents += max(new.consented_cents - most_before, 0)
    part.save(update_fields=["total_cents", "ceiling_cents"])
    given_back = _give_difference_back(substitution, order=order, cents=kept_before - new.kept_cents, now=now)
    data = {**said_of(substitution), "amount_cents": given_back}
    log(order=order, shop_order=part, kind=APPROVED, actor=actor, now=now, data=data)
    take_what_is_known(order=order, now=now)
    mail.approved(substitution, part=part, refunded_cents=given_back, now=now)


def _new_line(substitution: Substitution, *, part: ShopOrder) -> Line:
    weight = {}
    if substitution.per_kg_cents:
        # What it may weigh above is its merchant's: nobody agreed to more.
        weight = {
            "per_kg_cents": substitution.per_kg_cents,
            "ordered_grams": substitution.ordered_grams,
            "ceiling_cents": substitution.price_cents,
            "weight_cents": substitution.price_cents,
        }
    return Line.objects.create(
        shop_order=part,
        product_id=substitution.product_id,
        name=substitution.name,
        unit=substitution.unit,
        unit_price_cents=substitution.unit_price_cents,
        vat_rate_bp=substitution.vat_rate_bp,
        quantity=substitution.quantity,
        discount_cents=substitution.discount_cents,
        age_restricted=substitution.age_restricted,
        **weight,
    )


def _give_difference_back(substitution: Substitution, *, order: Order, cents: int, now: datetime) -> int:
    """What was paid beyond what the order now comes to; unpaid, or paid in the shop, it is simply less to pay."""
    excess = min(paid_cents(reference=order.pk) - owed_cents(order), cents)
    if excess <= 0:
        return 0
    reason = f"{substitution.line.name}{NBSP}: remplacé, la différence"
    give_back(reference=order.pk, cause=substitution.pk, amount_cents=excess, reason=reason, now=now)
    return excess


def approve_what_is_paid(*, order: Order, actor: Actor, now: datetime) -> None:
    """Have the replacements of a *locked* order that waited for their supplement count, as far as it is paid."""
    waiting = Substitution.objects.filter(line__shop_order__order=order, state=SubstitutionState.TO_PAY)
    if not waiting.exists():
        return
    parts = {part.pk: part for part in lock(ShopOrder.objects.filter(order=order).select_related("shop"))}
    lines = {line.pk: line for line in lock(Line.objects.filter(pk__in=waiting.order_by().values("line")))}
    for substitution in sorted(lock(waiting), key=lambda each: (each.answered_at, each.pk)):
        part = parts[lines[substitution.line_id].shop_order_id]
        part.order = order
        substitution.line = lines[substitution.line_id]
        substitution.line.shop_order = part
        if paid_cents(reference=order.pk) - owed_cents(order) >= substitution.difference_cents:
            approve(substitution, part=part, actor=actor, now=now)
