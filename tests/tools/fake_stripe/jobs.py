"""What Stripe will do later by itself: let a session expire, settle a debit, pay out. Due on Stripe's own clock."""

from collections.abc import Callable

from tests.tools.fake_stripe.context import Context

Handler = Callable[[Context, str], None]
HANDLERS: dict[str, Handler] = {}


def does(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does this kind of job; it is given the identifier of the object concerned."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def schedule(ctx: Context, kind: str, target: str, due_at: int) -> None:
    ctx.store.rows("INSERT INTO jobs (kind, target, due_at) VALUES (?, ?, ?)", kind, target, due_at)


def run_due(ctx: Context) -> int:
    """Do what is due, in order. Returns how many were done."""
    return _run_until(ctx, ctx.now())


def run_soon(ctx: Context) -> int:
    """Do at once what the bank answers a little later; nothing expires by this."""
    return _run_until(ctx, ctx.now() + ctx.options.later)


def _run_until(ctx: Context, horizon: int) -> int:
    done = 0
    for identifier, kind, target in ctx.store.rows(
        "SELECT id, kind, target FROM jobs WHERE due_at <= ? ORDER BY due_at, id", horizon
    ):
        ctx.store.rows("DELETE FROM jobs WHERE id = ?", identifier)
        HANDLERS[kind](ctx, target)
        done += 1
    return done


def seconds_to_next(ctx: Context) -> float | None:
    due = ctx.store.rows("SELECT MIN(due_at) FROM jobs")[0][0]
    return None if due is None else max(0.0, due - ctx.now())
