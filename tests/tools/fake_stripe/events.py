"""Events: what happened, kept for ever and queued for the webhook endpoint.

Snapshot events (v1) carry the whole object; thin events (v2) only say which object changed.
"""

from typing import Any

from tests.tools.fake_stripe import deliveries
from tests.tools.fake_stripe.clock import rfc3339
from tests.tools.fake_stripe.context import API_VERSION, Context
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

NOT_IN_THE_NOTIFICATION = ("data", "changes")


def emit(
    ctx: Context, event_type: str, subject: Body, *, previous: Body | None = None, account: str | None = None
) -> Record:
    """A snapshot event about `subject` as it is now; `previous` holds the old values of an update, `account` the
    connected account that it happened to.
    """
    data: Body = {"object": subject}
    if previous is not None:
        data["previous_attributes"] = previous
    body = blank(
        "event",
        api_version=API_VERSION,
        created=ctx.now(),
        data=data,
        request={"id": ctx.cause.request_id, "idempotency_key": ctx.cause.idempotency_key},
        type=event_type,
    )
    if account is not None:
        body["account"] = account
    event = ctx.add("event", body)
    deliveries.enqueue(ctx, event)
    return event


def emit_thin(ctx: Context, event_type: str, *, subject: Body | None, data: Body | None = None) -> Record:
    """A v2 event: `data` is read by fetching the event, it is not in what is delivered."""
    reason: Body | None = None
    if ctx.cause.request_id:
        request = {"id": ctx.cause.request_id, "idempotency_key": ctx.cause.idempotency_key or ""}
        reason = {"type": "request", "request": request}
    body: Body = {
        "id": "",
        "object": "v2.core.event",
        "changes": None,
        "context": None,
        "created": rfc3339(ctx.now()),
        "data": data or {},
        "livemode": False,
        "reason": reason,
        "type": event_type,
    }
    if subject is not None:
        url = f"/v2/core/accounts/{subject['id']}"
        body["related_object"] = {"id": subject["id"], "type": subject["object"], "url": url}
    event = ctx.add("v2.core.event", body)
    deliveries.enqueue(ctx, event)
    return event


def notification(event: Record, pending: int) -> dict[str, Any]:
    """What is posted to the webhook endpoint."""
    if event.kind == "v2.core.event":
        return {key: value for key, value in event.body.items() if key not in NOT_IN_THE_NOTIFICATION}
    return event.body | {"pending_webhooks": pending}
