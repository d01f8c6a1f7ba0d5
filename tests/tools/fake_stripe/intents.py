"""The life of a PaymentIntent: created, confirmed, authenticated, captured or cancelled."""

from typing import Any

from tests.tools.fake_stripe import charges, jobs
from tests.tools.fake_stripe.cards import ACCEPT, AUTHENTICATE
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.disputes import open_dispute
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.ids import random_text
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")
AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def new_intent(ctx: Context, *, amount: int, hidden: Body | None = None, **fields: Any) -> Record:
    intent = ctx.add(
        "payment_intent", blank("payment_intent", amount=amount, created=ctx.now(), **fields), hidden=hidden
    )
    intent.body["client_secret"] = f"{intent.id}_secret_{random_text(25)}"
    ctx.store.save(intent)
    emit(ctx, "payment_intent.created", intent.body)
    return intent


def require_status(intent: Record, allowed: tuple[str, ...], verb: str) -> None:
    status = intent.body["status"]
    if status not in allowed:
        raise ApiError(
            f"This PaymentIntent's status is {status}: it could not be {verb}. "
            f"Only a PaymentIntent with one of the following statuses may be {verb}: {', '.join(allowed)}.",
            code="payment_intent_unexpected_state",
            extra={"payment_intent": intent.body},
            applied=True,
        )


def confirm(ctx: Context, intent: Record, payer: Payer, *, return_url: str | None = None) -> None:
    """Try to pay. The result is the intent's new status; a refusal is in its `last_payment_error`."""
    require_status(intent, CONFIRMABLE, "confirmed")
    method = charges.new_payment_method(ctx, payer)
    intent.body |= {"payment_method": method.id, "last_payment_error": None, "next_action": None}
    intent.hidden["payer"] = {"number": payer.card.number, "name": payer.name, "email": payer.email}
    intent.hidden |= {"expiry": [payer.exp_month, payer.exp_year], "return_url": return_url}
    if payer.card.behaviour == ACCEPT:
        _succeed(ctx, intent, payer, method, authenticated=False)
    elif payer.card.behaviour == AUTHENTICATE:
        intent.body["status"] = "requires_action"
        intent.body["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": f"{ctx.base_url}/3d-secure/{intent.id}", "return_url": return_url},
        }
        ctx.store.save(intent)
        emit(ctx, "payment_intent.requires_action", intent.body)
    else:
        _decline(ctx, intent, payer, method)


def authenticate(ctx: Context, intent: Record, payer: Payer, *, accepted: bool) -> None:
    """The answer of the bank's 3-D Secure page."""
    require_status(intent, ("requires_action",), "authenticated")
    method = ctx.get("payment_method", intent.body["payment_method"])
    intent.body["next_action"] = None
    if not accepted:
        _fail(
            ctx,
            intent,
            {
                "code": "payment_intent_authentication_failure",
                "message": AUTHENTICATION_FAILED,
                "payment_method": method.body,
                "type": "card_error",
            },
        )
    elif payer.card.code:
        _decline(ctx, intent, payer, method)
    else:
        _succeed(ctx, intent, payer, method, authenticated=True)


def _succeed(ctx: Context, intent: Record, payer: Payer, method: Record, *, authenticated: bool) -> None:
    manual = intent.body["capture_method"] == "manual"
    charge = charges.new_charge(ctx, intent, payer, method, captured=not manual, authenticated=authenticated)
    amount = intent.body["amount"]
    intent.body |= {"latest_charge": charge.id, "status": "requires_capture" if manual else "succeeded"}
    intent.body |= {"amount_capturable": amount} if manual else {"amount_received": amount}
    ctx.store.save(intent)
    emit(ctx, "charge.succeeded", charge.body)
    if manual:
        jobs.schedule(ctx, "intent.release", intent.id, ctx.now() + charges.HOLD_SECONDS)
        emit(ctx, "payment_intent.amount_capturable_updated", intent.body)
    else:
        emit(ctx, "payment_intent.succeeded", intent.body)
    if payer.card.dispute:
        open_dispute(ctx, charge, reason=payer.card.dispute)


def _decline(ctx: Context, intent: Record, payer: Payer, method: Record) -> None:
    charge = charges.new_failed_charge(ctx, intent, payer, method)
    intent.body["latest_charge"] = charge.id
    emit(ctx, "charge.failed", charge.body)
    card = payer.card
    error: Body = {"charge": charge.id, "code": card.code}
    if card.code == "card_declined":
        error["decline_code"] = card.decline_code
    error |= {
        "doc_url": f"https://docs.stripe.com/error-codes/{card.code.replace('_', '-')}",
        "message": card.message,
        "payment_method": method.body,
        "type": "card_error",
    }
    _fail(ctx, intent, error)


def _fail(ctx: Context, intent: Record, error: Body) -> None:
    intent.body |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
    ctx.store.save(intent)
    emit(ctx, "payment_intent.payment_failed", intent.body)


def capture(ctx: Context, intent: Record, amount: int | None) -> None:
    """Take what was held, or less: the rest is released to the customer."""
    require_status(intent, ("requires_capture",), "captured")
    ceiling = intent.body["amount_capturable"]
    taken = ceiling if amount is None else amount
    if taken > ceiling:
        raise ApiError(
            f"The requested capture amount is greater than the amount you can capture for this charge: {ceiling}.",
            code="amount_too_large",
            param="amount_to_capture",
            applied=True,
        )
    charge = ctx.get("charge", intent.body["latest_charge"])
    charge.body |= {"captured": True, "amount_captured": taken}
    charges.bring_in(ctx, charge, taken)
    intent.body |= {"amount_capturable": 0, "amount_received": taken, "status": "succeeded"}
    ctx.store.save(intent)
    tell_session(ctx, intent, payment_status="paid")
    emit(ctx, "charge.captured", charge.body)
    emit(ctx, "payment_intent.succeeded", intent.body)


def cancel(ctx: Context, intent: Record, reason: str | None) -> None:
    """Nothing more is taken; what was held is released."""
    require_status(intent, CANCELABLE, "canceled")
    held = intent.body["amount_capturable"]
    intent.body |= {
        "amount_capturable": 0,
        "canceled_at": ctx.now(),
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    ctx.store.save(intent)
    if held:
        charge = ctx.get("charge", intent.body["latest_charge"])
        charge.body |= {"amount_refunded": charge.body["amount"], "refunded": True}
        ctx.store.save(charge)
        emit(ctx, "charge.expired" if reason == "automatic" else "charge.refunded", charge.body)
    emit(ctx, "payment_intent.canceled", intent.body)


@jobs.does("intent.release")
def _release(ctx: Context, identifier: str) -> None:
    """A bank holds money for seven days; after that the authorisation lapses."""
    intent = ctx.get("payment_intent", identifier)
    if intent.body["status"] == "requires_capture":
        cancel(ctx, intent, "automatic")


def tell_session(ctx: Context, intent: Record, *, payment_status: str) -> Record | None:
    """The Checkout Session that made this intent, if one did, follows."""
    session = ctx.store.find(intent.hidden.get("session", ""), "checkout.session")
    if session is not None:
        session.body["payment_status"] = payment_status
        ctx.store.save(session)
    return session
