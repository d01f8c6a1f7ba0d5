"""/v1/balance and /v1/balance_transactions, of the platform or of the account in the Stripe-Account header."""

from tests.tools.fake_stripe import accounts, balance
from tests.tools.fake_stripe.api.lists import listing
from tests.tools.fake_stripe.routing import Call, api
from tests.tools.fake_stripe.store import Body

KIND = "balance_transaction"


def _owner(call: Call) -> str:
    return balance.PLATFORM if call.account is None else call.ctx.get(accounts.KIND, call.account).id


@api.on("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Body:
    call.params.only()
    return balance.shown(call.ctx, _owner(call))


@api.on("GET", "/v1/balance_transactions")
def listed(call: Call) -> Body:
    records = call.ctx.store.children(_owner(call), KIND)
    return listing(
        call, records, filters=("source", "type"), show=lambda record: balance.with_status(call.ctx, record.body)
    )


@api.on("GET", "/v1/balance_transactions/{id}")
def retrieve(call: Call) -> Body:
    call.params.only()
    return balance.with_status(call.ctx, call.ctx.get(KIND, call.id).body)
