"""Chargebacks: the bank takes the money back at once, and gives it again if the platform wins."""

from tests.tools.fake_stripe import balance
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Record

OPEN = ("needs_response", "under_review")
DAYS_TO_ANSWER = 20
DAY = 24 * 3600


def open_dispute(ctx: Context, charge: Record, *, reason: str) -> Record:
    if charge.body["disputed"]:
        raise ApiError(f"Charge {charge.id} is already disputed.", code="charge_disputed")
    amount = charge.body["amount_captured"] - charge.body["amount_refunded"]
    body = blank(
        "dispute",
        amount=amount,
        charge=charge.id,
        created=ctx.now(),
        payment_intent=charge.body["payment_intent"],
        reason=reason,
    )
    body["evidence_details"]["due_by"] = ctx.now() + DAYS_TO_ANSWER * DAY
    dispute = ctx.add("dispute", body, parent=charge.id)
    _move(ctx, dispute, -amount, fee=balance.fee_of(ctx, "dispute_fee"), why="Chargeback withdrawal")
    charge.body["disputed"] = True
    ctx.store.save(charge)
    emit(ctx, "charge.dispute.created", dispute.body)
    emit(ctx, "charge.dispute.funds_withdrawn", dispute.body)
    return dispute


def close(ctx: Context, dispute: Record, *, won: bool) -> None:
    """Won: the money comes back, Stripe's fee does not. Lost: nothing moves any more."""
    if dispute.body["status"] not in OPEN:
        raise ApiError("This dispute is already closed", code="dispute_closed", applied=True)
    dispute.body["status"] = "won" if won else "lost"
    if won:
        _move(ctx, dispute, dispute.body["amount"], fee=0, why="Chargeback reversal")
        emit(ctx, "charge.dispute.funds_reinstated", dispute.body)
    ctx.store.save(dispute)
    emit(ctx, "charge.dispute.closed", dispute.body)


def _move(ctx: Context, dispute: Record, amount: int, *, fee: int, why: str) -> None:
    movement = balance.move(
        ctx,
        kind="adjustment",
        amount=amount,
        source=dispute.id,
        fee=fee,
        description=f"{why} for {dispute.body['charge']}",
    )
    dispute.body["balance_transactions"].append(movement.body)
    ctx.store.save(dispute)
