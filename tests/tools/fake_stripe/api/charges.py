"""/v1/charges: read, and their metadata."""

from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body

ROOT = "/v1/charges"
KIND = "charge"


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND), filters=("payment_intent", "transfer_group"))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(KIND, call.id).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("metadata", "description")
    charge = call.ctx.get(KIND, call.id)
    charge.body["metadata"] = call.params.merge_metadata(charge.body["metadata"])
    if call.params.has("description"):
        charge.body["description"] = call.params.text("description", clearable=True) or None
    return call.ctx.store.save(charge).body


@api.on("GET", ROOT + "/{id}/refunds")
def refunds(call: Call) -> Body:
    call.ctx.get(KIND, call.id)
    return listing(call, call.ctx.store.children(call.id, "refund"))
