"""Refunds: all or part of a captured charge goes back to the card."""

from tests.tools.fake_stripe import balance, charges, jobs
from tests.tools.fake_stripe.cards import card_for
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record


def euros(cents: int) -> str:
    return f"€{cents // 100}.{cents % 100:02d}"


def refund(ctx: Context, charge: Record, *, amount: int | None, reason: str | None, metadata: dict[str, str]) -> Record:
    """Give `amount` cents back, or all that is left."""
    _check_refundable(charge)
    left = charges.refundable(charge)
    if left == 0:
        raise ApiError(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded", applied=True)
    given = left if amount is None else amount
    if given > left:
        whole = "charge amount" if left == charge.body["amount"] else "unrefunded amount on charge"
        raise ApiError(
            f"Refund amount ({euros(given)}) is greater than {whole} ({euros(left)})", param="amount", applied=True
        )
    balance.require(ctx, given, funds=balance.total(ctx))
    fate = card_for(charge.hidden.get("number", "")).refund
    body = blank(
        "refund",
        amount=given,
        charge=charge.id,
        created=ctx.now(),
        destination_details={
            "type": "card",
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        },
        metadata=metadata,
        payment_intent=charge.body["payment_intent"],
        payment_method=charge.body["payment_method"],
        reason=reason,
        status="pending" if fate == "pending" else "succeeded",
    )
    record = ctx.add("refund", body, parent=charge.id)
    movement = balance.move(
        ctx,
        kind="refund",
        amount=-given,
        source=record.id,
        fee=balance.fee_of(ctx, "refund_fee"),
        description=f"REFUND FOR CHARGE ({charge.body['description']})",
    )
    record.body["balance_transaction"] = movement.id
    ctx.store.save(record)
    _count(ctx, charge, given)
    emit(ctx, "refund.created", record.body)
    emit(ctx, "charge.refunded", charge.body)
    jobs.schedule(ctx, f"refund.{fate}", record.id, ctx.now() + ctx.options.later)
    return record


def _check_refundable(charge: Record) -> None:
    if charge.body["status"] != "succeeded":
        raise ApiError(
            f"Charge {charge.id} does not have a successful payment to refund.", code="charge_not_refundable"
        )
    if not charge.body["captured"]:
        raise ApiError(
            f"Charge {charge.id} has not been captured: cancel its PaymentIntent instead.", code="charge_not_refundable"
        )
    if charge.body["disputed"]:
        raise ApiError(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")


def _count(ctx: Context, charge: Record, amount: int) -> None:
    refunded = charge.hidden.get("refunded", 0) + amount
    charge.hidden["refunded"] = refunded
    charge.body |= {"amount_refunded": refunded, "refunded": refunded >= charge.body["amount_captured"]}
    ctx.store.save(charge)


@jobs.does("refund.succeeded")
@jobs.does("refund.pending")
def _settle(ctx: Context, identifier: str) -> None:
    """The bank confirms: a pending refund succeeds, and every refund gets its bank reference."""
    record = ctx.get("refund", identifier)
    previous: Body = {"destination_details": {"card": {"reference_status": "pending"}}}
    if record.body["status"] == "pending":
        previous["status"] = "pending"
        record.body["status"] = "succeeded"
    record.body["destination_details"]["card"] |= {
        "reference": f"7{identifier[-10:].encode().hex()[:22]}",
        "reference_status": "available",
    }
    ctx.store.save(record)
    emit(ctx, "refund.updated", record.body, previous=previous)
    emit(ctx, "charge.refund.updated", record.body, previous=previous)


@jobs.does("refund.failed")
def _fail(ctx: Context, identifier: str) -> None:
    """The bank sends the money back: it is on the balance again, and the charge is not refunded any more."""
    record = ctx.get("refund", identifier)
    charge = ctx.get("charge", record.body["charge"])
    amount = record.body["amount"]
    movement = balance.move(ctx, kind="refund_failure", amount=amount, source=record.id, description="REFUND FAILURE")
    previous = {"status": record.body["status"]}
    record.body |= {
        "failure_balance_transaction": movement.id,
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    ctx.store.save(record)
    _count(ctx, charge, -amount)
    emit(ctx, "refund.failed", record.body)
    emit(ctx, "refund.updated", record.body, previous=previous)
    emit(ctx, "charge.refund.updated", record.body, previous=previous)
