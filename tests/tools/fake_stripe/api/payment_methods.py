"""/v1/payment_methods: read only, those that payments made."""

from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body


@api.on("GET", "/v1/payment_methods/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get("payment_method", call.id).body
