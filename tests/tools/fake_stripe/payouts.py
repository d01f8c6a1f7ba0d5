"""Payouts: from the platform's balance, or a connected account's, to the bank account behind it."""

from tests.tools.fake_stripe import accounts, balance, jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Record

DAY = 24 * 3600


# What Stripe says of a bank account that refused; once it has, it asks for another one.
REFUSALS = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "incorrect_account_holder_name": "The bank account holder name on file is incorrect.",
    "invalid_account_number": "The routing number seems correct, but the account number is invalid.",
    "no_account": "The bank account could not be located.",
}


def pay_out(
    ctx: Context,
    *,
    amount: int,
    description: str | None,
    descriptor: str | None,
    metadata: dict[str, str],
    account: str = balance.PLATFORM,
) -> Record:
    balance.require(ctx, amount, funds=balance.available(ctx, account))
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
    payout = ctx.add("payout", body, parent=account)
    movement = balance.move(
        ctx, kind="payout", amount=-amount, source=payout.id, description="STRIPE PAYOUT", account=account
    )
    payout.body["balance_transaction"] = movement.id
    ctx.store.save(payout)
    _tell(ctx, "payout.created", payout)
    jobs.schedule(ctx, "payout.arrives", payout.id, ctx.now() + ctx.options.later)
    return payout


def _owner(payout: Record) -> str:
    return payout.parent or balance.PLATFORM


def _tell(ctx: Context, event_type: str, payout: Record) -> None:
    """An event of a connected account names it."""
    owner = _owner(payout)
    emit(ctx, event_type, payout.body, account=None if owner == balance.PLATFORM else owner)


def change(ctx: Context, payout: Record, metadata: dict[str, str]) -> None:
    previous = {"metadata": payout.body["metadata"]}
    payout.body["metadata"] = metadata
    ctx.store.save(payout)
    emit(ctx, "payout.updated", payout.body, previous=previous)


@jobs.does("payout.arrives")
def _arrive(ctx: Context, identifier: str) -> None:
    payout = ctx.get("payout", identifier)
    if payout.body["status"] == "pending":
        payout.body |= {"status": "paid", "trace_id": {"status": "unsupported", "value": None}}
        ctx.store.save(payout)
        _tell(ctx, "payout.paid", payout)


def fail(ctx: Context, payout: Record, *, code: str = "account_closed") -> None:
    """The bank refuses, even days after it said paid: the money is on the balance again."""
    if payout.body["status"] not in ("pending", "in_transit", "paid"):
        raise ApiError(f"Payout {payout.id} is {payout.body['status']}: it cannot fail.")
    movement = balance.move(
        ctx,
        kind="payout_failure",
        amount=payout.body["amount"],
        source=payout.id,
        description="STRIPE PAYOUT FAILURE",
        account=_owner(payout),
    )
    payout.body |= {
        "failure_balance_transaction": movement.id,
        "failure_code": code,
        "failure_message": REFUSALS.get(code, "The bank refused this payout."),
        "status": "failed",
    }
    ctx.store.save(payout)
    _tell(ctx, "payout.failed", payout)
    merchant = ctx.store.find(_owner(payout), accounts.KIND)
    if merchant is not None:
        accounts.set_requirements(ctx, merchant, [accounts.entry("external_account")], deadline=None)


def cancel(ctx: Context, payout: Record) -> None:
    if payout.body["status"] != "pending":
        raise ApiError(
            "Payouts can only be canceled while they are pending.", code="payout_not_cancelable", applied=True
        )
    movement = balance.move(
        ctx,
        kind="payout_cancel",
        amount=payout.body["amount"],
        source=payout.id,
        description="STRIPE PAYOUT CANCEL",
        account=_owner(payout),
    )
    payout.body["failure_balance_transaction"] = movement.id
    payout.body["status"] = "canceled"
    ctx.store.save(payout)
    _tell(ctx, "payout.canceled", payout)
