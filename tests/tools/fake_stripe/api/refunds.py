"""/v1/refunds."""

from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.refunds import refund
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body, Record

ROOT = "/v1/refunds"
KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only("amount", "charge", "metadata", "payment_intent", "reason")
    charge = _charge(call)
    record = refund(
        call.ctx,
        charge,
        amount=params.amount("amount"),
        reason=params.choice("reason", REASONS),
        metadata=params.metadata(),
    )
    return record.body


def _charge(call: Call) -> Record:
    identifier = call.params.text("charge")
    intent_id = call.params.text("payment_intent")
    if identifier is None and intent_id is None:
        raise ApiError("One of the following params should be provided for this request: payment_intent or charge.")
    if intent_id is None:
        return call.ctx.get("charge", str(identifier), param="charge")
    intent = call.ctx.get("payment_intent", intent_id, param="payment_intent")
    if identifier is not None and identifier != intent.body["latest_charge"]:
        raise ApiError("The charge provided does not belong to the PaymentIntent.", param="charge")
    if intent.body["status"] != "succeeded":
        raise ApiError(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return call.ctx.get("charge", intent.body["latest_charge"])


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(KIND), filters=("charge", "payment_intent"))


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return call.ctx.get(KIND, call.id).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("metadata")
    record = call.ctx.get(KIND, call.id)
    record.body["metadata"] = call.params.merge_metadata(record.body["metadata"])
    return call.ctx.store.save(record).body
