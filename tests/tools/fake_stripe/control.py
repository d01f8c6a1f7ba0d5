"""The test controls, `/_test/…`: JSON in, JSON out, no key. What a test needs and Stripe's API does not offer."""

import time
from datetime import datetime

from tests.tools.fake_stripe import (
    accounts,
    balance,
    checkout,
    debits,
    deliveries,
    disputes,
    faults,
    intents,
    jobs,
    payouts,
    topups,
)
from tests.tools.fake_stripe.cards import AUTHENTICATE, card_for, digits
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError, no_such
from tests.tools.fake_stripe.faults import Faults
from tests.tools.fake_stripe.gateway import Answer, Request
from tests.tools.fake_stripe.params import Params, parse_json
from tests.tools.fake_stripe.routing import Call, Handler, controls
from tests.tools.fake_stripe.store import Body

ORDERS = ("oldest_first", "newest_first", "shuffled")
FEES = ("fee_bp", "fee_cents", "refund_fee", "dispute_fee")
PAUSE = 0.01


def answer(ctx: Context, broken: Faults, request: Request) -> Answer:
    """Run one control; those that wait or that act on the failures are not under the transaction."""
    try:
        params = Params(parse_json(request.body))
        if request.path == "/_test/fail":
            broken.add(faults.read(params))
            return Answer(200, {"ok": True}, {})
        if request.path == "/_test/held":
            return Answer(200, {"held": broken.held}, {})
        if request.path == "/_test/let_go":
            return Answer(200, {"held": broken.let_go()}, {})
        if request.path == "/_test/webhooks/drain":
            return Answer(200, _drain(ctx, params), {})
        handler, names = _route(request)
        with ctx.store.transaction():
            body = handler(Call(ctx, request.method, request.path, params, names))
        if request.path == "/_test/reset":
            broken.clear()
    except ApiError as refusal:
        return Answer(refusal.status, refusal.body(), {})
    ctx.wake()
    return Answer(200, body, {})


def _route(request: Request) -> tuple[Handler, dict[str, str]]:
    found = controls.find(request.method, request.path)
    if found is None:
        raise ApiError(f"No such control: {request.method} {request.path}", status=404)
    return found


@controls.on("POST", "/_test/sessions/{id}/pay")
def pay(call: Call) -> Body:
    """What the hosted page does, without the page."""
    params = call.params
    params.only("card", "authenticate", "name", "email", "iban")
    session = call.ctx.get(checkout.KIND, call.id)
    name, email = params.text("name"), params.text("email")
    payer = Payer(card_for(digits(params.text("card") or "4242424242424242")), name=name, email=email)
    try:
        if params.has("iban"):
            iban = debits.normal(params.required("iban"))
            intent = checkout.pay_by_debit(call.ctx, session, iban=iban, name=name, email=email)
        else:
            intent = checkout.pay(call.ctx, session, payer)
    except checkout.SessionClosedError as closed:
        raise ApiError("This session has expired.", code="session_expired") from closed
    if (
        intent.body["status"] == "requires_action"
        and payer.card.behaviour == AUTHENTICATE
        and params.tree.get("authenticate", True) is not None
    ):
        accepted = params.flag("authenticate", default=True)
        checkout.authenticate(call.ctx, session, intent, payer, accepted=accepted)
    error = intent.body["last_payment_error"]
    return {
        "status": intent.body["status"],
        "error": None if error is None else {key: error.get(key) for key in ("code", "decline_code", "message")},
        "redirect_to": checkout.success_url(session) if session.body["status"] == "complete" else session.body["url"],
        "session": session.body,
        "payment_intent": intent.body,
    }


@controls.on("POST", "/_test/sessions/{id}/expire")
def expire(call: Call) -> Body:
    session = call.ctx.get(checkout.KIND, call.id)
    session.body["expires_at"] = call.ctx.now()
    checkout.expire(call.ctx, session)
    return session.body


@controls.on("POST", "/_test/accounts/{id}/transfers")
def set_transfers(call: Call) -> Body:
    account = call.ctx.get(accounts.KIND, call.id)
    accounts.set_transfers(call.ctx, account, call.params.required("status"))
    return accounts.shown(account, ["configuration.recipient"])


@controls.on("POST", "/_test/accounts/{id}/requirements")
def set_requirements(call: Call) -> Body:
    params = call.params
    params.only("entries", "deadline")
    account = call.ctx.get(accounts.KIND, call.id)
    entries = [_entry(each) for each in params.sections("entries")]
    accounts.set_requirements(call.ctx, account, entries, deadline=params.text("deadline"))
    return accounts.shown(account, ["requirements"])


def _entry(params: Params) -> Body:
    params.only("code", "waits_for", "due", "errors")
    return accounts.entry(
        params.required("code"),
        waits_for=params.choice("waits_for", accounts.OWNERS) or "user",
        due=params.choice("due", accounts.DEADLINES) or "past_due",
        errors=[{"code": code, "description": f"Stripe says: {code}."} for code in params.texts("errors")],
    )


@controls.on("POST", "/_test/balance")
def add_to_balance(call: Call) -> Body:
    amount = call.params.integer("amount", minimum=-(10**12))
    balance.move(call.ctx, kind="topup", amount=amount or 0, source=None, description="Test control")
    return balance.shown(call.ctx)


@controls.on("POST", "/_test/fees")
def set_fees(call: Call) -> Body:
    call.params.only(*FEES)
    fees = {name: call.params.integer(name) for name in FEES if call.params.has(name)}
    call.ctx.store.set("fees", fees)
    return {"ok": True}


@controls.on("POST", "/_test/charges/{id}/dispute")
def dispute(call: Call) -> Body:
    charge = call.ctx.get("charge", call.id)
    return disputes.open_dispute(call.ctx, charge, reason=call.params.text("reason") or "fraudulent").body


@controls.on("POST", "/_test/disputes/{id}/close")
def close_dispute(call: Call) -> Body:
    record = call.ctx.get("dispute", call.id)
    disputes.close(call.ctx, record, won=call.params.flag("won"))
    return record.body


@controls.on("POST", "/_test/accounts/{id}/payouts")
def pay_out(call: Call) -> Body:
    """What Stripe does by itself, once a day: a connected account's money leaves for its bank."""
    account = call.ctx.get(accounts.KIND, call.id)
    amount = call.params.required_amount("amount")
    record = payouts.pay_out(
        call.ctx, amount=amount, description=None, descriptor=None, metadata={}, account=account.id
    )
    return record.body


@controls.on("POST", "/_test/payment_intents/{id}/lapse")
def lapse(call: Call) -> Body:
    """The bank lets go of what it held before its time: what an authorisation that is not captured comes to."""
    intent = call.ctx.get("payment_intent", call.id)
    intents.require_status(intent, ("requires_capture",), "let go")
    intents.cancel(call.ctx, intent, "automatic")
    return intent.body


@controls.on("POST", "/_test/payouts/{id}/fail")
def fail_payout(call: Call) -> Body:
    record = call.ctx.get("payout", call.id)
    payouts.fail(call.ctx, record, code=call.params.choice("code", tuple(payouts.REFUSALS)) or "account_closed")
    return record.body


@controls.on("POST", "/_test/topups/{id}/fail")
def fail_topup(call: Call) -> Body:
    record = call.ctx.get(topups.KIND, call.id)
    topups.fail(call.ctx, record)
    return record.body


@controls.on("POST", "/_test/clock")
def set_clock(call: Call) -> Body:
    clock = call.ctx.clock
    at = call.params.text("at")
    if at is not None:
        clock.set(datetime.fromisoformat(at).timestamp())
    clock.offset += call.params.integer("advance") or 0
    call.ctx.store.set("clock_offset", clock.offset)
    return {"now": clock.now(), "done": jobs.run_due(call.ctx)}


@controls.on("POST", "/_test/jobs")
def run_jobs(call: Call) -> Body:
    return {"done": jobs.run_soon(call.ctx)}


@controls.on("POST", "/_test/webhooks/hold")
def hold(call: Call) -> Body:
    deliveries.hold(call.ctx, call.params.texts("types") or [deliveries.ALL_TYPES])
    return {"ok": True}


@controls.on("POST", "/_test/webhooks/drop")
def drop(call: Call) -> Body:
    deliveries.drop(call.ctx, call.params.texts("types"))
    return {"ok": True}


@controls.on("POST", "/_test/webhooks/release")
def release(call: Call) -> Body:
    order = call.params.tree.get("order", "oldest_first")
    if not isinstance(order, list) and order not in ORDERS:
        raise ApiError(f"Invalid order: {', '.join(ORDERS)}, or a list of event ids", param="order")
    return {"released": deliveries.release(call.ctx, order=order, seed=call.params.integer("seed") or 0)}


@controls.on("POST", "/_test/webhooks/duplicate")
def duplicate(call: Call) -> Body:
    call.ctx.store.set("duplicates", call.params.integer("extra") or 0)
    return {"ok": True}


@controls.on("POST", "/_test/webhooks/retry")
def retry(call: Call) -> Body:
    deliveries.retry_now(call.ctx)
    return {"ok": True}


@controls.on("POST", "/_test/webhooks/target")
def set_target(call: Call) -> Body:
    secret = call.params.text("secret") or call.ctx.options.webhook_secret
    call.ctx.store.set("webhook", {"url": call.params.required("url"), "secret": secret})
    return {"ok": True}


@controls.on("POST", "/_test/events/{id}/deliver")
def redeliver(call: Call) -> Body:
    event = call.ctx.store.find(call.id)
    if event is None or event.kind not in ("event", "v2.core.event"):
        raise no_such("event", call.id)
    deliveries.enqueue(call.ctx, event, times=call.params.integer("times", minimum=1) or 1)
    return {"ok": True}


@controls.on("GET", "/_test/deliveries")
def listing(call: Call) -> Body:
    return {"data": deliveries.listing(call.ctx)}


@controls.on("POST", "/_test/reset")
def reset(call: Call) -> Body:
    call.ctx.store.forget_everything()
    call.ctx.clock.offset = 0.0
    balance.open_once(call.ctx)
    return {"ok": True}


def _drain(ctx: Context, params: Params) -> Body:
    """Wait, without holding the store, until nothing is pending."""
    seconds = params.tree.get("timeout", 10.0)
    deadline = time.monotonic() + float(seconds)
    while (left := deliveries.waiting(ctx)) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return {"drained": left == 0, "pending": left}
