"""/v1/transfers and their reversals."""

from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body
from tests.tools.fake_stripe.transfers import reverse, transfer

ROOT = "/v1/transfers"
KIND = "transfer"


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only("amount", "currency", "description", "destination", "metadata", "source_transaction", "transfer_group")
    amount = params.required_amount("amount")
    params.currency()
    source = params.text("source_transaction")
    record = transfer(
        call.ctx,
        amount=amount,
        destination=params.required("destination"),
        source=None if source is None else call.ctx.get("charge", source, param="source_transaction", status=400),
        description=params.text("description"),
        group=params.text("transfer_group"),
        metadata=params.metadata(),
    )
    return record.body


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND), filters=("destination", "transfer_group"))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(KIND, call.id).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("description", "metadata")
    record = call.ctx.get(KIND, call.id)
    record.body["metadata"] = call.params.merge_metadata(record.body["metadata"])
    if call.params.has("description"):
        record.body["description"] = call.params.text("description", clearable=True) or None
    return call.ctx.store.save(record).body


@api.on("POST", ROOT + "/{id}/reversals")
def create_reversal(call: Call) -> Body:
    params = call.params
    params.only("amount", "description", "metadata")
    record = call.ctx.get(KIND, call.id)
    reversal = reverse(
        call.ctx,
        record,
        amount=params.amount("amount"),
        description=params.text("description"),
        metadata=params.metadata(),
    )
    return reversal.body


@api.on("GET", ROOT + "/{id}/reversals")
def list_reversals(call: Call) -> Body:
    call.ctx.get(KIND, call.id)
    return listing(call, call.ctx.store.children(call.id, "transfer_reversal"))


@api.on("GET", ROOT + "/{id}/reversals/{reversal}")
def retrieve_reversal(call: Call) -> Body:
    call.params.only()
    call.ctx.get(KIND, call.id)
    return call.ctx.get("transfer_reversal", call.names["reversal"]).body
