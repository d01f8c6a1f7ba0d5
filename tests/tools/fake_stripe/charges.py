"""Charges: one attempt to take money, with its payment method and what it brought to the balance."""

from dataclasses import dataclass

from tests.tools.fake_stripe import balance
from tests.tools.fake_stripe.cards import Card
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

COPIED = (
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
HOLD_SECONDS = 7 * 24 * 3600
NETWORKS = {"cartes_bancaires": "cartes_bancaires", "mastercard": "mastercard"}


@dataclass(frozen=True)
class Payer:
    """Who pays and with what; the expiry is what was typed."""

    card: Card
    exp_month: int = 12
    exp_year: int = 2034
    name: str | None = None
    email: str | None = None


def new_payment_method(ctx: Context, payer: Payer) -> Record:
    card = blank(
        "payment_method_card",
        brand=payer.card.brand,
        display_brand=payer.card.brand,
        exp_month=payer.exp_month,
        exp_year=payer.exp_year,
        fingerprint=f"fake{payer.card.last4}",
        last4=payer.card.last4,
    )
    body = blank("payment_method", created=ctx.now(), type="card")
    body["billing_details"] |= {"email": payer.email, "name": payer.name}
    body["card"] = card
    return ctx.add("payment_method", body, hidden={"number": payer.card.number})


def card_details(payer: Payer, *, amount: int, authenticated: bool, capture_before: int | None) -> Body:
    details = blank(
        "card_details",
        amount_authorized=amount,
        brand=payer.card.brand,
        exp_month=payer.exp_month,
        exp_year=payer.exp_year,
        fingerprint=f"fake{payer.card.last4}",
        last4=payer.card.last4,
        network=NETWORKS.get(payer.card.brand, "visa"),
        overcapture={"maximum_amount_capturable": amount, "status": "unavailable"},
    )
    if authenticated:
        details["three_d_secure"] = {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": None,
            "version": "2.2.0",
        }
    if capture_before is not None:
        details["capture_before"] = capture_before
    return details


def new_charge(
    ctx: Context, intent: Record, payer: Payer, method: Record, *, captured: bool, authenticated: bool = False
) -> Record:
    """A charge that the bank accepted: captured at once, or held for seven days."""
    amount = intent.body["amount"]
    body = _start(ctx, intent, payer, method)
    body |= {
        "amount_captured": amount if captured else 0,
        "captured": captured,
        "outcome": body["outcome"]
        | {"network_status": "approved_by_network", "seller_message": "Payment complete.", "type": "authorized"},
        "paid": True,
        "payment_method_details": {
            "type": "card",
            "card": card_details(
                payer,
                amount=amount,
                authenticated=authenticated,
                capture_before=None if captured else ctx.now() + HOLD_SECONDS,
            ),
        },
        "status": "succeeded",
    }
    charge = ctx.add("charge", body, parent=intent.id, hidden={"number": payer.card.number})
    if captured:
        bring_in(ctx, charge, amount)
    return charge


def new_failed_charge(ctx: Context, intent: Record, payer: Payer, method: Record) -> Record:
    body = _start(ctx, intent, payer, method)
    card = payer.card
    body |= {
        "failure_code": card.code,
        "failure_message": card.message,
        "outcome": body["outcome"]
        | {
            "network_decline_code": "51" if card.decline_code == "insufficient_funds" else "05",
            "network_status": "declined_by_network",
            "reason": card.decline_code,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
        "payment_method_details": {
            "type": "card",
            "card": card_details(payer, amount=intent.body["amount"], authenticated=False, capture_before=None),
        },
        "status": "failed",
    }
    return ctx.add("charge", body, parent=intent.id, hidden={"number": card.number})


def _start(ctx: Context, intent: Record, payer: Payer, method: Record) -> Body:
    body = blank(
        "charge",
        amount=intent.body["amount"],
        calculated_statement_descriptor=(intent.body["statement_descriptor"] or ctx.options.business_name)[:22].upper(),
        created=ctx.now(),
        payment_intent=intent.id,
        payment_method=method.id,
        **{name: intent.body[name] for name in COPIED},
    )
    body["billing_details"] |= {"email": payer.email, "name": payer.name}
    return body


def bring_in(ctx: Context, charge: Record, amount: int) -> None:
    """The captured amount, less Stripe's fee, reaches the balance."""
    delay = 0 if charge.hidden.get("number") == "4000000000000077" else ctx.options.available_after
    movement = balance.move(
        ctx,
        kind="charge",
        amount=amount,
        source=charge.id,
        fee=balance.fee_on(ctx, amount),
        description=charge.body["description"],
        available_on=ctx.now() + delay,
    )
    charge.body["balance_transaction"] = movement.id
    ctx.store.save(charge)


def refundable(charge: Record) -> int:
    """Cents that can still be given back."""
    return int(charge.body["amount_captured"] - charge.hidden.get("refunded", 0))
