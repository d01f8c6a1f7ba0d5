"""Balances at Stripe, the platform's and its connected accounts': sums of balance transactions, never a number kept."""

from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

PLATFORM = "platform"
BASIS = 10_000
CATEGORIES = {"payment": "charge", "payment_refund": "refund", "adjustment": "dispute"}


def fee_on(ctx: Context, amount: int) -> int:
    """Stripe's own fee on a charge, rounded half up to the cent; nothing unless the stand-in was given one."""
    return (amount * fee_of(ctx, "fee_bp") * 2 + BASIS) // (2 * BASIS) + fee_of(ctx, "fee_cents")


def fee_of(ctx: Context, name: str) -> int:
    """One of the fees of Options: what was set while running, else what it was started with."""
    chosen: dict[str, int] = ctx.store.setting("fees", {})
    return int(chosen.get(name, getattr(ctx.options, name)))


def move(
    ctx: Context,
    *,
    kind: str,
    amount: int,
    source: str | None,
    fee: int = 0,
    description: str | None = None,
    account: str = PLATFORM,
    available_on: int | None = None,
) -> Record:
    """Record that money came (positive) or went (negative), in cents."""
    available = ctx.now() if available_on is None else available_on
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": "eur",
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    body = blank(
        "balance_transaction",
        amount=amount,
        available_on=available,
        created=ctx.now(),
        description=description,
        fee=fee,
        fee_details=details if fee else [],
        net=amount - fee,
        reporting_category=CATEGORIES.get(kind, kind),
        source=source,
        type=kind,
    )
    return ctx.add("balance_transaction", body, parent=account)


def available(ctx: Context, account: str = PLATFORM) -> int:
    return _sum(ctx, account, ctx.now())


def total(ctx: Context, account: str = PLATFORM) -> int:
    return _sum(ctx, account, 2**62)


def _sum(ctx: Context, account: str, until: int) -> int:
    rows = ctx.store.rows(
        "SELECT COALESCE(SUM(json_extract(body, '$.net')), 0) FROM objects"
        " WHERE kind = 'balance_transaction' AND parent = ? AND json_extract(body, '$.available_on') <= ?",
        account,
        until,
    )
    return int(rows[0][0])


def require(ctx: Context, amount: int, *, funds: int) -> None:
    """Refuse to send what is not there. The refusal is an answer: an idempotency key repeats it."""
    if amount > funds:
        raise ApiError(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available "
            "balance by creating Charges using the 4000000000000077 test card. See: "
            "https://stripe.com/docs/testing#available-balance",
            code="balance_insufficient",
            applied=True,
        )


def shown(ctx: Context, account: str = PLATFORM) -> Body:
    ready = available(ctx, account)
    pending = total(ctx, account) - ready
    return {
        "object": "balance",
        "available": [{"amount": ready, "currency": "eur", "source_types": {"card": ready}}],
        "connect_reserved": [{"amount": 0, "currency": "eur"}],
        "livemode": False,
        "pending": [{"amount": pending, "currency": "eur", "source_types": {"card": pending}}],
    }


def with_status(ctx: Context, body: Body) -> Body:
    return body | {"status": "available" if body["available_on"] <= ctx.now() else "pending"}


def open_once(ctx: Context) -> None:
    """The money that was on the balance before the story begins."""
    if ctx.options.opening_balance and not ctx.store.setting("opened"):
        move(ctx, kind="topup", amount=ctx.options.opening_balance, source=None, description="Opening balance")
        ctx.store.set("opened", True)
