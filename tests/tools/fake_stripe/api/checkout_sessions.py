"""/v1/checkout/sessions."""

from typing import Any

from tests.tools.fake_stripe import checkout
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.errors import ApiError, missing, no_such, not_played
from tests.tools.fake_stripe.ids import new_id
from tests.tools.fake_stripe.params import Params
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

ROOT = "/v1/checkout/sessions"
CREATE = (
    "allowed_payment_method_types",
    "billing_address_collection",
    "branding_settings",
    "cancel_url",
    "client_reference_id",
    "currency",
    "custom_text",
    "customer_creation",
    "customer_email",
    "expires_at",
    "integration_identifier",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "origin_context",
    "payment_intent_data",
    "submit_type",
    "success_url",
    "ui_mode",
)
# Strings that are kept and shown again, nothing more.
KEPT = (
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "integration_identifier",
    "locale",
    "origin_context",
    "submit_type",
)
PAYMENT = (
    "capture_method",
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
TYPES = ("card", "sepa_debit")
HOUR = 3600
SHORTEST, LONGEST = HOUR // 2, 24 * HOUR
LEAST_TOTAL = 50
DESCRIPTOR_LENGTH = 22


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only(*CREATE)
    if params.choice("mode", ("payment", "setup", "subscription")) is None:
        raise missing("mode")
    if params.text("mode") != "payment":
        raise not_played(f"Checkout Sessions in mode {params.text('mode')}")
    ui_mode = params.choice("ui_mode", ("elements", "embedded_page", "form", "hosted_page"), "hosted_page")
    if ui_mode != "hosted_page":
        raise not_played(f"Checkout Sessions with ui_mode {ui_mode}")
    allowed = params.texts("allowed_payment_method_types")
    # Stripe offers what is eligible and allowed: here that is a card, and a debit for those who ask for it by name.
    types = [name for name in TYPES if name in (allowed or ["card"])]
    if "card" not in types:
        raise not_played(f"allowed_payment_method_types {allowed}: card, with or without sepa_debit")
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    if params.text("success_url") is None:
        raise missing("success_url")
    fields: dict[str, Any] = {name: params.text(name) for name in KEPT}
    fields |= {
        "customer_creation": params.choice("customer_creation", ("always", "if_required"), "if_required"),
        "metadata": params.metadata(),
        "allowed_payment_method_types": allowed or None,
        "payment_method_types": types,
        "success_url": params.text("success_url"),
    }
    if params.has("branding_settings"):
        fields["branding_settings"] = params.section("branding_settings").tree
    if params.has("custom_text"):
        fields["custom_text"] = blank("checkout_session")["custom_text"] | params.section("custom_text").tree
    session = checkout.new_session(
        call.ctx,
        items=_items(params),
        details=[_product(item).text("description") for item in params.sections("line_items")],
        payment=_payment(params),
        lifetime=_lifetime(call),
        **fields,
    )
    return session.body


def _check_url(params: Params, name: str) -> None:
    url = params.text(name)
    if url is not None and not url.startswith(("http://", "https://")):
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _lifetime(call: Call) -> int:
    """Seconds until the session expires: half an hour to a day."""
    expires_at = call.params.integer("expires_at")
    if expires_at is None:
        return LONGEST
    lifetime = expires_at - call.ctx.now()
    # A request takes a moment to arrive: half an hour asked for is half an hour.
    if lifetime < SHORTEST - 60:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if lifetime > LONGEST:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return lifetime


def _payment(params: Params) -> Body:
    """What the PaymentIntent will be made with."""
    data = params.section("payment_intent_data")
    data.only(*PAYMENT)
    fields: Body = {name: data.text(name) for name in PAYMENT if name not in ("capture_method", "metadata")}
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        if fields[name] and len(fields[name]) > DESCRIPTOR_LENGTH:
            raise ApiError(f"The {name} must be at most {DESCRIPTOR_LENGTH} characters.", param=data.path(name))
    fields["capture_method"] = data.choice("capture_method", ("automatic", "automatic_async", "manual"), "automatic")
    fields["metadata"] = data.metadata()
    return fields


def _items(params: Params) -> list[Body]:
    items = [_item(section) for section in params.sections("line_items")]
    if not items:
        raise missing("line_items")
    total = sum(item["amount_total"] for item in items)
    if total < LEAST_TOTAL:
        raise ApiError(
            "The Checkout Session's total amount due must add up to at least €0.50 eur",
            code="amount_too_small",
        )
    return items


def _product(item: Params) -> Params:
    return item.section("price_data").section("product_data")


def _item(params: Params) -> Body:
    params.only("price", "price_data", "quantity", "metadata")
    if params.has("price"):
        raise no_such("price", params.required("price"), param=params.path("price"), status=400)
    data = params.section("price_data")
    if not data.tree:
        raise missing(params.path("price_data"))
    data.only("currency", "product_data", "unit_amount", "tax_behavior")
    product = _product(params)
    product.only("name", "description", "metadata", "images", "unit_label", "tax_code")
    quantity = params.integer("quantity", minimum=1)
    if quantity is None:
        raise missing(params.path("quantity"))
    unit = data.integer("unit_amount")
    if unit is None:
        raise missing(data.path("unit_amount"))
    currency = data.currency()
    price = blank(
        "price",
        id=new_id("price"),
        currency=currency,
        product=new_id("product"),
        unit_amount=unit,
        unit_amount_decimal=str(unit),
    )
    return blank(
        "item",
        id=new_id("item"),
        amount_subtotal=unit * quantity,
        amount_total=unit * quantity,
        currency=currency,
        description=product.required("name"),
        metadata=params.metadata(),
        price=price,
        quantity=quantity,
    )


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    return listing(call, call.ctx.store.newest_first(checkout.KIND), filters=("payment_intent", "status"))


def find(call: Call) -> Record:
    return call.ctx.get(checkout.KIND, call.id)


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return find(call).body


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    call.params.only("metadata")
    session = find(call)
    session.body["metadata"] = call.params.merge_metadata(session.body["metadata"])
    return call.ctx.store.save(session).body


@api.on("POST", ROOT + "/{id}/expire")
def expire(call: Call) -> Body:
    call.params.only()
    session = find(call)
    checkout.expire(call.ctx, session)
    return session.body


@api.on("GET", ROOT + "/{id}/line_items")
def line_items(call: Call) -> Body:
    session = find(call)
    items = [Record(item["id"], "item", item) for item in session.hidden["items"]]
    return listing(call, items)
