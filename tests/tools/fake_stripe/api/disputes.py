"""/v1/disputes: read and close; opened by a test card or by the test controls."""

from tests.tools.fake_stripe import disputes
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body

ROOT = "/v1/disputes"
KIND = "dispute"


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND), filters=("charge", "payment_intent"))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(KIND, call.id).body


@api.on("POST", ROOT + "/{id}/close")
def close(call: Call) -> Body:
    """Accept the loss."""
    call.params.only()
    dispute = call.ctx.get(KIND, call.id)
    disputes.close(call.ctx, dispute, won=False)
    return dispute.body
