"""/v1/payouts, made by the platform; those of the account in the Stripe-Account header are read."""

from tests.tools.fake_stripe import balance, payouts
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.errors import no_such
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body, Record

ROOT = "/v1/payouts"
KIND = "payout"


def _find(call: Call) -> Record:
    """Another account's payout is nobody's."""
    record = call.ctx.get(KIND, call.id)
    if record.parent != (call.account or balance.PLATFORM):
        raise no_such(KIND, call.id)
    return record


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
    owner = call.account or balance.PLATFORM
    return listing(call, call.ctx.store.children(owner, KIND), filters=("status",))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return _find(call).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("metadata")
    record = _find(call)
    payouts.change(call.ctx, record, call.params.merge_metadata(record.body["metadata"]))
    return record.body


@api.on("POST", ROOT + "/{id}/cancel")
def cancel(call: Call) -> Body:
    call.params.only()
    record = call.ctx.get(KIND, call.id)
    payouts.cancel(call.ctx, record)
    return record.body
