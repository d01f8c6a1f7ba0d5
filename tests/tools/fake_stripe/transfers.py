"""Transfers: from the platform's balance to a merchant's connected account, and back."""

from tests.tools.fake_stripe import accounts, balance
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError, no_such
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.ids import random_text
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Record


def transfer(
    ctx: Context,
    *,
    amount: int,
    destination: str,
    source: Record | None,
    description: str | None,
    group: str | None,
    metadata: dict[str, str],
) -> Record:
    """Send `amount` cents; drawn on `source`, a charge, when one is given."""
    account = ctx.store.find(destination, accounts.KIND)
    if account is None:
        raise no_such("destination", destination, param="destination", status=400)
    if accounts.transfers_status(account) != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            applied=True,
        )
    if source is None:
        balance.require(ctx, amount, funds=balance.available(ctx))
    else:
        _draw_on(ctx, source, amount)
        group = group or source.body["transfer_group"] or f"group_{source.body['payment_intent']}"
    body = blank(
        "transfer",
        amount=amount,
        created=ctx.now(),
        description=description,
        destination=destination,
        destination_payment=f"py_{random_text(24)}",
        metadata=metadata,
        source_transaction=source.id if source else None,
        transfer_group=group,
    )
    record = ctx.add("transfer", body)
    movement = balance.move(ctx, kind="transfer", amount=-amount, source=record.id, description=description)
    balance.move(ctx, kind="payment", amount=amount, source=record.body["destination_payment"], account=destination)
    record.body["balance_transaction"] = movement.id
    record.body["reversals"]["url"] = f"/v1/transfers/{record.id}/reversals"
    ctx.store.save(record)
    emit(ctx, "transfer.created", record.body)
    return record


def _draw_on(ctx: Context, source: Record, amount: int) -> None:
    """All the transfers drawn on a charge together may not exceed it."""
    drawn = source.hidden.get("drawn", 0) + amount
    if drawn > source.body["amount_captured"]:
        raise ApiError(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{source.body['amount_captured']}.",
            param="amount",
            applied=True,
        )
    source.hidden["drawn"] = drawn
    ctx.store.save(source)


def reverse(
    ctx: Context, record: Record, *, amount: int | None, description: str | None, metadata: dict[str, str]
) -> Record:
    """Take `amount` cents back from the merchant, or all that is left."""
    left = record.body["amount"] - record.body["amount_reversed"]
    if left == 0:
        raise ApiError(
            f"Transfer {record.id} is already fully reversed.", code="transfer_already_reversed", applied=True
        )
    taken = left if amount is None else amount
    if taken > left:
        raise ApiError(
            f"Reversal amount ({taken}) is greater than unreversed amount on transfer ({left})",
            param="amount",
            applied=True,
        )
    balance.require(ctx, taken, funds=balance.total(ctx, record.body["destination"]))
    body = blank("transfer_reversal", amount=taken, created=ctx.now(), metadata=metadata, transfer=record.id)
    reversal = ctx.add("transfer_reversal", body, parent=record.id)
    movement = balance.move(ctx, kind="transfer_refund", amount=taken, source=reversal.id, description=description)
    balance.move(ctx, kind="payment_refund", amount=-taken, source=reversal.id, account=record.body["destination"])
    reversal.body["balance_transaction"] = movement.id
    ctx.store.save(reversal)
    record.body["amount_reversed"] += taken
    record.body["reversed"] = record.body["amount_reversed"] == record.body["amount"]
    record.body["reversals"]["data"].insert(0, reversal.body)
    ctx.store.save(record)
    emit(ctx, "transfer.reversed", record.body)
    return reversal
