"""/v1/topups, of the platform."""

from tests.tools.fake_stripe import balance, topups
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body

ROOT = "/v1/topups"


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only("amount", "currency", "description", "metadata", "statement_descriptor")
    amount = params.required_amount("amount")
    params.currency()
    return topups.announce(
        call.ctx,
        amount=amount,
        description=params.text("description"),
        descriptor=params.text("statement_descriptor"),
        metadata=params.metadata(),
    ).body


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.children(balance.PLATFORM, topups.KIND), filters=("status",))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(topups.KIND, call.id).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("metadata")
    record = call.ctx.get(topups.KIND, call.id)
    topups.change(call.ctx, record, call.params.merge_metadata(record.body["metadata"]))
    return record.body


@api.on("POST", ROOT + "/{id}/cancel")
def cancel(call: Call) -> Body:
    call.params.only()
    record = call.ctx.get(topups.KIND, call.id)
    topups.cancel(call.ctx, record)
    return record.body
