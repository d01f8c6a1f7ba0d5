"""Payouts: from the platform's balance to its own bank account."""

from tests.tools.fake_stripe import balance, jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Record

DAY = 24 * 3600


def pay_out(
    ctx: Context, *, amount: int, description: str | None, descriptor: str | None, metadata: dict[str, str]
) -> Record:
    balance.require(ctx, amount, funds=balance.available(ctx))
    body = blank(
        "payout",
        amount=amount,
        arrival_date=ctx.now() + DAY,
        created=ctx.now(),
        description=description,
        destination="ba_demonstration",
        metadata=metadata,
        statement_descriptor=descriptor,
    )
    payout = ctx.add("payout", body)
    movement = balance.move(ctx, kind="payout", amount=-amount, source=payout.id, description="STRIPE PAYOUT")
    payout.body["balance_transaction"] = movement.id
    ctx.store.save(payout)
    emit(ctx, "payout.created", payout.body)
    jobs.schedule(ctx, "payout.arrives", payout.id, ctx.now() + ctx.options.later)
    return payout


@jobs.does("payout.arrives")
def _arrive(ctx: Context, identifier: str) -> None:
    payout = ctx.get("payout", identifier)
    if payout.body["status"] == "pending":
        payout.body |= {"status": "paid", "trace_id": {"status": "unsupported", "value": None}}
        ctx.store.save(payout)
        emit(ctx, "payout.paid", payout.body)


def fail(ctx: Context, payout: Record, *, code: str = "account_closed") -> None:
    """The bank refuses, even days after it said paid: the money is on the balance again."""
    if payout.body["status"] not in ("pending", "in_transit", "paid"):
        raise ApiError(f"Payout {payout.id} is {payout.body['status']}: it cannot fail.")
    movement = balance.move(
        ctx, kind="payout_failure", amount=payout.body["amount"], source=payout.id, description="STRIPE PAYOUT FAILURE"
    )
    payout.body |= {
        "failure_balance_transaction": movement.id,
        "failure_code": code,
        "failure_message": "The bank account has been closed.",
        "status": "failed",
    }
    ctx.store.save(payout)
    emit(ctx, "payout.failed", payout.body)


def cancel(ctx: Context, payout: Record) -> None:
    if payout.body["status"] != "pending":
        raise ApiError(
            "Payouts can only be canceled while they are pending.", code="payout_not_cancelable", applied=True
        )
    balance.move(
        ctx, kind="payout_cancel", amount=payout.body["amount"], source=payout.id, description="STRIPE PAYOUT CANCEL"
    )
    payout.body["status"] = "canceled"
    ctx.store.save(payout)
    emit(ctx, "payout.canceled", payout.body)
