"""The life of a Checkout Session: open until it is paid or expires, paid once whatever is submitted twice."""

from typing import Any

from tests.tools.fake_stripe import debits, intents, jobs
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

KIND = "checkout.session"
PAID = ("succeeded", "requires_capture", "processing")


class SessionClosedError(Exception):
    """The session has expired: nothing can be paid with it."""


def new_session(
    ctx: Context, *, items: list[Body], details: list[str | None], payment: Body, lifetime: int, **fields: Any
) -> Record:
    """An open session for these line items.

    `details` are the descriptions shown under their names; `payment` is what the PaymentIntent will be made with;
    `lifetime` is in seconds.
    """
    total = sum(item["amount_total"] for item in items)
    body = blank(
        "checkout_session",
        amount_subtotal=total,
        amount_total=total,
        created=ctx.now(),
        expires_at=ctx.now() + lifetime,
        **fields,
    )
    if body["customer_email"]:
        body["customer_details"] = _customer(body["customer_email"], None)
    session = ctx.add(KIND, body, hidden={"items": items, "details": details, "payment": payment})
    session.body["url"] = f"{ctx.base_url}/c/pay/{session.id}"
    ctx.store.save(session)
    jobs.schedule(ctx, "session.expire", session.id, session.body["expires_at"])
    return session


def _customer(email: str | None, name: str | None) -> Body:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def intent_of(ctx: Context, session: Record) -> Record | None:
    identifier = session.body["payment_intent"]
    return None if identifier is None else ctx.get("payment_intent", identifier)


def pay(ctx: Context, session: Record, payer: Payer) -> Record:
    """Try this card and return the intent. On a session already paid this changes nothing."""
    intent = _to_pay(ctx, session)
    if _is_open(session, intent):
        intents.confirm(ctx, intent, payer, return_url=session.body["url"])
        _finish_if_paid(ctx, session, intent, email=payer.email, name=payer.name)
    return intent


def pay_by_debit(ctx: Context, session: Record, *, iban: str, name: str | None, email: str | None) -> Record:
    intent = _to_pay(ctx, session)
    if _is_open(session, intent):
        debits.start(ctx, intent, iban=iban, name=name, email=email)
        _finish_if_paid(ctx, session, intent, email=email, name=name)
    return intent


def authenticate(ctx: Context, session: Record, intent: Record, payer: Payer, *, accepted: bool) -> None:
    """The bank's answer, for an intent that this session made."""
    intents.authenticate(ctx, intent, payer, accepted=accepted)
    _finish_if_paid(ctx, session, intent, email=payer.email, name=payer.name)


def _is_open(session: Record, intent: Record) -> bool:
    return session.body["status"] == "open" and intent.body["status"] in intents.CONFIRMABLE


def _to_pay(ctx: Context, session: Record) -> Record:
    """The session's intent, made at the first attempt."""
    if session.body["status"] == "expired":
        raise SessionClosedError
    intent = intent_of(ctx, session)
    if intent is None:
        intent = intents.new_intent(
            ctx,
            amount=session.body["amount_total"],
            hidden={"session": session.id},
            allowed_payment_method_types=session.body["allowed_payment_method_types"],
            payment_method_types=session.body["payment_method_types"],
            **session.hidden["payment"],
        )
        session.body["payment_intent"] = intent.id
        session.parent = intent.id
        ctx.store.save(session)
    return intent


def _finish_if_paid(ctx: Context, session: Record, intent: Record, *, email: str | None, name: str | None) -> None:
    status = intent.body["status"]
    if status not in PAID:
        return
    session.body |= {
        "customer_details": _customer(session.body["customer_email"] or email, name),
        "payment_status": "paid" if status == "succeeded" else "unpaid",
        "status": "complete",
        "url": None,
    }
    ctx.store.save(session)
    emit(ctx, "checkout.session.completed", session.body)


def expire(ctx: Context, session: Record) -> None:
    if session.body["status"] != "open":
        raise ApiError(
            f"This Session is not in an expireable state: its status is {session.body['status']}. "
            "Only Sessions with a status of open can be expired.",
            applied=True,
        )
    session.body |= {"status": "expired", "url": None}
    ctx.store.save(session)
    intent = intent_of(ctx, session)
    if intent is not None and intent.body["status"] in intents.CONFIRMABLE:
        intents.cancel(ctx, intent, "expired")
    emit(ctx, "checkout.session.expired", session.body)


@jobs.does("session.expire")
def _expire_in_time(ctx: Context, identifier: str) -> None:
    session = ctx.get(KIND, identifier)
    # The session may have been given another hour to expire at.
    if session.body["status"] == "open" and session.body["expires_at"] <= ctx.now():
        expire(ctx, session)


def success_url(session: Record) -> str:
    return str(session.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)
