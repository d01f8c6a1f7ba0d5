"""/v1/payouts, of the platform only."""

from tests.tools.fake_stripe import payouts
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body

ROOT = "/v1/payouts"
KIND = "payout"


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only("amount", "currency", "description", "metadata", "method", "statement_descriptor")
    amount = params.required_amount("amount")
    params.currency()
    params.choice("method", ("standard",))
    record = payouts.pay_out(
        call.ctx,
        amount=amount,
        description=params.text("description"),
        descriptor=params.text("statement_descriptor"),
        metadata=params.metadata(),
    )
    return record.body


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND), filters=("status",))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(KIND, call.id).body


@api.on("POST", ROOT + "/{id}/cancel")
def cancel(call: Call) -> Body:
    call.params.only()
    record = call.ctx.get(KIND, call.id)
    payouts.cancel(call.ctx, record)
    return record.body
