"""`expand[]`: identifiers replaced by their objects, and the lists that are left out unless asked for."""

from tests.tools.fake_stripe import accounts, balance
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.store import Body, Record

DEEPEST = 4
KINDS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "destination": "v2.core.account",
    "failure_balance_transaction": "balance_transaction",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "source_transaction": "charge",
    "transfer": "transfer",
}
# Expandable at Stripe, and never filled here.
ALWAYS_NULL = (
    "application",
    "application_fee",
    "customer",
    "invoice",
    "on_behalf_of",
    "review",
    "setup_intent",
    "source_transfer_reversal",
    "subscription",
    "transfer_reversal",
)
# What a movement of the balance is about: a charge, a refund, a transfer, a dispute…
OF_ANY_KIND = ("source",)
# Left out of an object until it has one; expandable all the same.
ABSENT = {("refund", "failure_balance_transaction")}


def expand(ctx: Context, body: Body, paths: list[str]) -> None:
    """Change `body` in place; a path that cannot be followed is refused, as at Stripe."""
    for path in paths:
        keys = path.split(".")
        depth = len(keys) - (1 if keys[0] == "data" else 0)
        if depth > DEEPEST:
            raise ApiError(f"You cannot expand more than {DEEPEST} levels of a property ({path})", param="expand")
        _follow(ctx, body, keys, path)


def _follow(ctx: Context, body: Body, keys: list[str], path: str) -> None:
    key, rest = keys[0], keys[1:]
    if key == "data" and body.get("object") == "list":
        for item in body["data"]:
            _follow(ctx, item, rest, path)
        return
    listed = _left_out(ctx, body, key)
    if (body.get("object"), key) in ABSENT and key not in body:
        return
    if listed is not None:
        body[key] = listed
    elif key not in body or key not in (*KINDS, *ALWAYS_NULL, *OF_ANY_KIND):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    value = body[key]
    if isinstance(value, str):
        record = ctx.store.find(value, KINDS.get(key))
        if record is not None:
            body[key] = value = _shown(ctx, record)
    if rest and isinstance(value, dict):
        _follow(ctx, value, rest, path)


def _shown(ctx: Context, record: Record) -> Body:
    if record.kind == accounts.KIND:
        return accounts.shown_as_v1(record)
    return balance.with_status(ctx, record.body) if record.kind == "balance_transaction" else record.body


def _left_out(ctx: Context, body: Body, key: str) -> Body | None:
    kind, identifier = body.get("object"), body.get("id", "")
    if kind == "checkout.session" and key == "line_items":
        session = ctx.get("checkout.session", identifier)
        return as_list(session.hidden["items"], f"/v1/checkout/sessions/{identifier}/line_items")
    if kind == "charge" and key == "refunds":
        refunds = [record.body for record in ctx.store.children(identifier, "refund")]
        return as_list(refunds, f"/v1/charges/{identifier}/refunds")
    return None


def as_list(data: list[Body], url: str) -> Body:
    return {"object": "list", "data": data, "has_more": False, "url": url}
