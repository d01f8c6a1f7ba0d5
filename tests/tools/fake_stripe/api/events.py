"""/v1/events (snapshots) and /v2/core/events (thin)."""

from fnmatch import fnmatchcase

from tests.tools.fake_stripe import deliveries
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body, Record


def _shown(call: Call, event: Record) -> Body:
    return event.body | {"pending_webhooks": min(1, deliveries.pending_for(call.ctx, event.id))}


@api.on("GET", "/v1/events")
def listed(call: Call) -> Body:
    params = call.params
    records = [each for each in call.ctx.store.newest_first("event") if each.body.get("account") == call.account]
    wanted, several = params.text("type"), params.texts("types")
    if wanted and several:
        raise ApiError("You may only specify one of these parameters: type, types.")
    patterns = several or ([wanted] if wanted else ["*"])
    records = [event for event in records if any(fnmatchcase(event.body["type"], pattern) for pattern in patterns)]
    if params.has("delivery_success"):
        success = params.flag("delivery_success")
        records = [event for event in records if (deliveries.pending_for(call.ctx, event.id) == 0) is success]
    return listing(call, records, other=("type", "types", "delivery_success"), show=lambda event: _shown(call, event))


@api.on("GET", "/v1/events/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return _shown(call, call.ctx.get("event", call.id))


@api.on("GET", "/v2/core/events/{id}")
def retrieve_thin(call: Call) -> Body:
    call.params.only()
    return call.ctx.get("v2.core.event", call.id).body
