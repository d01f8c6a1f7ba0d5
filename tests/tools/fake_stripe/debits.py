"""SEPA direct debit: the payment that is only known days later. Two test IBANs, one that pays and one that bounces."""

import re

from tests.tools.fake_stripe import charges, intents, jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

PAYS = "FR1420041010050500013M02606"
BOUNCES = "FR8420041010050500013M02607"
IBANS = (PAYS, BOUNCES)
BOUNCED = "The transaction can't be processed because your customer's account has insufficient funds."


def normal(iban: str) -> str:
    return re.sub(r"\s", "", iban).upper()


def start(ctx: Context, intent: Record, *, iban: str, name: str | None, email: str | None) -> None:
    """The debit is on its way: the intent is `processing` until the bank answers."""
    details = {
        "bank_code": "20041",
        "branch_code": "01005",
        "country": "FR",
        "fingerprint": iban[-8:],
        "last4": iban[-4:],
    }
    method_body = blank("payment_method", created=ctx.now(), type="sepa_debit")
    method_body["billing_details"] |= {"email": email, "name": name}
    method_body["sepa_debit"] = details
    method = ctx.add("payment_method", method_body)
    body = blank(
        "charge",
        amount=intent.body["amount"],
        created=ctx.now(),
        payment_intent=intent.id,
        payment_method=method.id,
        payment_method_details={"type": "sepa_debit", "sepa_debit": details | {"mandate": None}},
        **{field: intent.body[field] for field in charges.COPIED},
    )
    body["billing_details"] |= {"email": email, "name": name}
    charge = ctx.add("charge", body, parent=intent.id, hidden={"iban": iban})
    intent.body |= {
        "last_payment_error": None,
        "latest_charge": charge.id,
        "next_action": None,
        "payment_method": method.id,
        "status": "processing",
    }
    ctx.store.save(intent)
    emit(ctx, "charge.pending", charge.body)
    emit(ctx, "payment_intent.processing", intent.body)
    jobs.schedule(ctx, "debit.answer", intent.id, ctx.now() + ctx.options.later)


@jobs.does("debit.answer")
def _answer(ctx: Context, identifier: str) -> None:
    intent = ctx.get("payment_intent", identifier)
    if intent.body["status"] != "processing":
        return
    charge = ctx.get("charge", intent.body["latest_charge"])
    if charge.hidden["iban"] == BOUNCES:
        _bounce(ctx, intent, charge)
    else:
        _pay(ctx, intent, charge)


def _pay(ctx: Context, intent: Record, charge: Record) -> None:
    amount = charge.body["amount"]
    charge.body |= {"amount_captured": amount, "captured": True, "paid": True, "status": "succeeded"}
    charges.bring_in(ctx, charge, amount)
    intent.body |= {"amount_received": amount, "status": "succeeded"}
    ctx.store.save(intent)
    session = intents.tell_session(ctx, intent, payment_status="paid")
    emit(ctx, "charge.succeeded", charge.body)
    emit(ctx, "payment_intent.succeeded", intent.body)
    if session is not None:
        emit(ctx, "checkout.session.async_payment_succeeded", session.body)


def _bounce(ctx: Context, intent: Record, charge: Record) -> None:
    charge.body |= {"failure_code": "insufficient_funds", "failure_message": BOUNCED, "status": "failed"}
    ctx.store.save(charge)
    error: Body = {
        "charge": charge.id,
        "code": "payment_intent_payment_attempt_failed",
        "decline_code": "insufficient_funds",
        "message": BOUNCED,
        "type": "card_error",
    }
    intent.body |= {"last_payment_error": error, "payment_method": None, "status": "requires_payment_method"}
    ctx.store.save(intent)
    session = intents.tell_session(ctx, intent, payment_status="unpaid")
    emit(ctx, "charge.failed", charge.body)
    emit(ctx, "payment_intent.payment_failed", intent.body)
    if session is not None:
        emit(ctx, "checkout.session.async_payment_failed", session.body)
