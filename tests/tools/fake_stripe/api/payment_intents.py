"""/v1/payment_intents."""

from tests.tools.fake_stripe import intents
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.cards import NAMED, card_for
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError, no_such, not_played
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body, Record

ROOT = "/v1/payment_intents"
KIND = "payment_intent"
TEXTS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
CREATE = (
    *TEXTS,
    "allowed_payment_method_types",
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "metadata",
    "off_session",
    "payment_method",
    "return_url",
)
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only(*CREATE)
    amount = params.required_amount("amount")
    params.currency()
    allowed = params.texts("allowed_payment_method_types")
    if allowed and "card" not in allowed:
        raise not_played("PaymentIntents of other types than card")
    confirming = params.flag("confirm")
    payer = _payer(call)
    texts: Body = {name: params.text(name) for name in TEXTS}
    intent = intents.new_intent(
        call.ctx,
        amount=amount,
        allowed_payment_method_types=allowed or None,
        capture_method=params.choice("capture_method", ("automatic", "automatic_async", "manual"), "automatic"),
        metadata=params.metadata(),
        status="requires_confirmation" if payer else "requires_payment_method",
        **texts,
    )
    if params.has("automatic_payment_methods"):
        automatic = params.section("automatic_payment_methods")
        intent.body["automatic_payment_methods"] = {
            "allow_redirects": automatic.choice("allow_redirects", ("always", "never"), "always"),
            "enabled": automatic.flag("enabled"),
        }
    intent.hidden["named"] = params.text("payment_method")
    call.ctx.store.save(intent)
    if confirming:
        _confirm(call, intent, payer)
    return intent.body


def _payer(call: Call) -> Payer | None:
    """Test payment methods by name (`pm_card_visa`), or one that an earlier payment made."""
    name = call.params.text("payment_method")
    return None if name is None else payer_named(call.ctx, name)


def payer_named(ctx: Context, name: str) -> Payer:
    if name in NAMED:
        return Payer(card_for(NAMED[name]))
    method = ctx.store.find(name, "payment_method")
    if method is None or "number" not in method.hidden:
        raise no_such("PaymentMethod", name, param="payment_method", status=400)
    return Payer(card_for(method.hidden["number"]))


def _confirm(call: Call, intent: Record, payer: Payer | None) -> None:
    if payer is None and intent.hidden.get("named"):
        payer = payer_named(call.ctx, intent.hidden["named"])
    if payer is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
            "the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method.",
            code="payment_intent_unexpected_state",
            applied=True,
        )
    intents.confirm(call.ctx, intent, payer, return_url=call.params.text("return_url"))
    error = intent.body["last_payment_error"]
    if error is not None:
        raise ApiError(
            error["message"],
            status=402,
            kind="card_error",
            code=error["code"],
            applied=True,
            extra={key: value for key, value in error.items() if key in ("charge", "decline_code", "payment_method")}
            | {"payment_intent": intent.body},
        )


def find(call: Call) -> Record:
    return call.ctx.get(KIND, call.id)


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only("client_secret")
    return find(call).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("description", "metadata", "receipt_email", "transfer_group")
    intent = find(call)
    for name in ("description", "receipt_email", "transfer_group"):
        if call.params.has(name):
            intent.body[name] = call.params.text(name, clearable=True) or None
    intent.body["metadata"] = call.params.merge_metadata(intent.body["metadata"])
    return call.ctx.store.save(intent).body


@api.on("POST", ROOT + "/{id}/confirm")
def confirm(call: Call) -> Body:
    call.params.only("off_session", "payment_method", "return_url")
    intent = find(call)
    _refuse_if_checkout(call.ctx, intent, "confirm")
    _confirm(call, intent, _payer(call))
    return intent.body


@api.on("POST", ROOT + "/{id}/capture")
def capture(call: Call) -> Body:
    call.params.only("amount_to_capture", "metadata", "statement_descriptor", "statement_descriptor_suffix")
    intent = find(call)
    intent.body["metadata"] = call.params.merge_metadata(intent.body["metadata"])
    intents.capture(call.ctx, intent, call.params.amount("amount_to_capture"))
    return intent.body


@api.on("POST", ROOT + "/{id}/cancel")
def cancel(call: Call) -> Body:
    call.params.only("cancellation_reason")
    intent = find(call)
    reason = call.params.choice("cancellation_reason", REASONS)
    if intent.body["status"] in intents.CONFIRMABLE:
        _refuse_if_checkout(call.ctx, intent, "cancel")
    intents.cancel(call.ctx, intent, reason)
    return intent.body


def _refuse_if_checkout(ctx: Context, intent: Record, verb: str) -> None:
    """A session's intent is the session's business while it is open."""
    session = ctx.store.find(intent.hidden.get("session", ""), "checkout.session")
    if session is not None and session.body["status"] == "open":
        raise ApiError(
            f"You cannot {verb} this PaymentIntent because it was created by Checkout: expire its Checkout Session "
            f"{session.id} instead.",
            code="payment_intent_unexpected_state",
        )
