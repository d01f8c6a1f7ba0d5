"""/v2/core/accounts, /v2/core/account_links, and the same accounts read through /v1/accounts."""

from tests.tools.fake_stripe import accounts
from tests.tools.fake_stripe.errors import invalid_choice, missing, not_played
from tests.tools.fake_stripe.events import emit_thin
from tests.tools.fake_stripe.params import Params
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body, Record

ROOT = "/v2/core/accounts"
CREATE = (
    "configuration",
    "contact_email",
    "contact_phone",
    "dashboard",
    "defaults",
    "display_name",
    "identity",
    "include",
    "metadata",
)
TEXTS = ("contact_email", "contact_phone", "display_name")
DASHBOARDS = ("express", "full", "none")
PAGE = 20


def _include(call: Call) -> list[str]:
    names = call.params.texts("include")
    for name in names:
        if name not in accounts.INCLUDABLE:
            raise invalid_choice("include", accounts.INCLUDABLE)
    return names


def _asks_for_transfers(configuration: Params) -> bool:
    """Read `configuration.recipient.capabilities.stripe_balance.stripe_transfers.requested`."""
    configuration.only("recipient")
    recipient = configuration.section("recipient")
    recipient.only("capabilities")
    capabilities = recipient.section("capabilities")
    capabilities.only("stripe_balance")
    stripe_balance = capabilities.section("stripe_balance")
    stripe_balance.only("stripe_transfers")
    transfers = stripe_balance.section("stripe_transfers")
    transfers.only("requested")
    return transfers.flag("requested")


@api.on("POST", ROOT)
def create(call: Call) -> Body:
    params = call.params
    params.only(*CREATE)
    include = _include(call)
    configuration = params.section("configuration")
    account = accounts.new_account(
        call.ctx,
        transfers=_asks_for_transfers(configuration),
        recipient=configuration.has("recipient"),
        dashboard=params.choice("dashboard", DASHBOARDS),
        defaults=params.section("defaults").tree or None,
        identity=params.section("identity").tree or None,
        metadata=params.metadata(),
        **{name: params.text(name) for name in TEXTS},
    )
    return accounts.shown(account, include)


def find(call: Call) -> Record:
    return call.ctx.get(accounts.KIND, call.id)


@api.on("GET", ROOT)
def listed(call: Call) -> Body:
    call.params.only("applied_configurations", "closed", "limit", "page")
    limit = call.params.integer("limit", minimum=1) or PAGE
    start = call.params.integer("page") or 0
    closed = call.params.flag("closed")
    records = [item for item in call.ctx.store.newest_first(accounts.KIND) if item.body["closed"] is closed]
    more = len(records) > start + limit
    return {
        "data": [accounts.shown(record, []) for record in records[start : start + limit]],
        "next_page_url": f"{ROOT}?limit={limit}&page={start + limit}" if more else None,
        "previous_page_url": f"{ROOT}?limit={limit}&page={max(0, start - limit)}" if start else None,
    }


@api.on("GET", ROOT + "/{id}")
def retrieve(call: Call) -> Body:
    call.params.only("include")
    return accounts.shown(find(call), _include(call))


@api.on("POST", ROOT + "/{id}")
def update(call: Call) -> Body:
    params = call.params
    params.only(*CREATE)
    account = find(call)
    for name in TEXTS:
        if params.has(name):
            account.body[name] = params.text(name)
    account.body["metadata"] = params.merge_metadata(account.body["metadata"])
    for name in ("defaults", "identity"):
        if params.has(name):
            account.hidden[name] = (account.hidden[name] or {}) | params.section(name).tree
    configuration = params.section("configuration")
    if _asks_for_transfers(configuration) and account.hidden["transfers"] is None:
        account.body["applied_configurations"] = ["recipient"]
        account.hidden["transfers"] = "restricted"
        account.hidden["requirements"] = [accounts.entry(code) for code in accounts.AT_FIRST]
    call.ctx.store.save(account)
    emit_thin(call.ctx, "v2.core.account.updated", subject=account.body)
    return accounts.shown(account, _include(call))


@api.on("POST", ROOT + "/{id}/close")
def close(call: Call) -> Body:
    call.params.only("applied_configurations")
    account = find(call)
    account.body["closed"] = True
    call.ctx.store.save(account)
    emit_thin(call.ctx, "v2.core.account.closed", subject=account.body)
    return accounts.shown(account, [])


@api.on("POST", "/v2/core/account_links")
def create_link(call: Call) -> Body:
    params = call.params
    params.only("account", "use_case")
    account = call.ctx.get(accounts.KIND, params.required("account"), param="account", status=400)
    use_case = params.section("use_case")
    use_case.only("type", "account_onboarding", "account_update")
    kind = use_case.choice("type", ("account_onboarding", "account_update"))
    if kind is None:
        raise missing("use_case[type]")
    if kind != "account_onboarding":
        raise not_played("account links of type account_update")
    onboarding = use_case.section(kind)
    onboarding.only("collection_options", "refresh_url", "return_url")
    onboarding.required("refresh_url")
    return accounts.new_link(call.ctx, account, use_case.tree).body


@api.on("GET", "/v1/accounts/{id}")
def retrieve_v1(call: Call) -> Body:
    call.params.only()
    return accounts.shown_as_v1(find(call))
