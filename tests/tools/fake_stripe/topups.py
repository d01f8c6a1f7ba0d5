"""Top-ups: money that the platform wires from its own bank to its balance."""

from tests.tools.fake_stripe import balance, jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Record

KIND = "topup"


def announce(
    ctx: Context, *, amount: int, description: str | None, descriptor: str | None, metadata: dict[str, str]
) -> Record:
    """The money is on its way: the balance has it once it arrives."""
    body = blank(
        KIND,
        amount=amount,
        created=ctx.now(),
        description=description,
        expected_availability_date=ctx.now() + ctx.options.later,
        metadata=metadata,
        statement_descriptor=descriptor,
    )
    top_up = ctx.add(KIND, body, parent=balance.PLATFORM)
    emit(ctx, "topup.created", top_up.body)
    jobs.schedule(ctx, "topup.arrives", top_up.id, ctx.now() + ctx.options.later)
    return top_up


@jobs.does("topup.arrives")
def _arrive(ctx: Context, identifier: str) -> None:
    top_up = ctx.get(KIND, identifier)
    if top_up.body["status"] == "pending":
        movement = balance.move(
            ctx, kind="topup", amount=top_up.body["amount"], source=top_up.id, description="STRIPE TOP-UP"
        )
        _become(ctx, top_up, "succeeded", balance_transaction=movement.id)


def fail(ctx: Context, top_up: Record) -> None:
    """The bank refuses: before it arrived it only fails, after it is taken back."""
    status = top_up.body["status"]
    if status == "pending":
        _become(ctx, top_up, "failed", failure_code="insufficient_funds", failure_message="Insufficient funds.")
    elif status == "succeeded":
        balance.move(
            ctx,
            kind="topup_reversal",
            amount=-top_up.body["amount"],
            source=top_up.id,
            description="STRIPE TOP-UP REVERSAL",
        )
        _become(ctx, top_up, "reversed")
    else:
        raise ApiError(f"Top-up {top_up.id} is {status}: it cannot fail.")


def cancel(ctx: Context, top_up: Record) -> None:
    if top_up.body["status"] != "pending":
        raise ApiError("Only pending top-ups can be canceled.", applied=True)
    _become(ctx, top_up, "canceled")


def change(ctx: Context, top_up: Record, metadata: dict[str, str]) -> None:
    """Stripe has no event for it."""
    top_up.body["metadata"] = metadata
    ctx.store.save(top_up)


def _become(ctx: Context, top_up: Record, status: str, **fields: str) -> None:
    top_up.body |= {"status": status, **fields}
    ctx.store.save(top_up)
    emit(ctx, f"topup.{status}", top_up.body)
