"""The queue of webhooks: each event is posted, signed, until the endpoint answers 2xx.

A refused delivery is tried again after 1, 2, 4… seconds (at most an hour), for three days. The queue is in the store: a
restart goes on where it stopped. Tests may hold types back, release them in another order, or send one again.
"""

import hashlib
import hmac
import http.client
import json
import random
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.store import Record

PENDING, HELD, DELIVERED, FAILED, DROPPED = "pending", "held", "delivered", "failed", "dropped"
LONGEST_WAIT = 3600.0
LAST_ATTEMPT = 80  # about three days once the hour between attempts is reached
STEP = 1e-6
ALL_TYPES = "*"


@dataclass(frozen=True)
class Target:
    url: str
    secret: str


@dataclass(frozen=True)
class Delivery:
    id: int
    event: str
    type: str
    attempts: int


@dataclass(frozen=True)
class Answer:
    """What the endpoint said: its status, or why there is none."""

    status: int | None
    error: str | None

    @property
    def accepted(self) -> bool:
        return self.status is not None and self.status // 100 == 2


def target(ctx: Context) -> Target | None:
    """Where webhooks go: set while running, or given at the start; nowhere if neither."""
    chosen = ctx.store.setting("webhook")
    if chosen is not None:
        return Target(chosen["url"], chosen["secret"])
    if ctx.options.webhook_url is None:
        return None
    return Target(ctx.options.webhook_url, ctx.options.webhook_secret)


def is_held(ctx: Context, event_type: str) -> bool:
    return _named(ctx, "held", event_type)


def is_dropped(ctx: Context, event_type: str) -> bool:
    return _named(ctx, "dropped", event_type)


def _named(ctx: Context, setting: str, event_type: str) -> bool:
    types: list[str] = ctx.store.setting(setting, [])
    return ALL_TYPES in types or event_type in types


def enqueue(ctx: Context, event: Record, *, times: int = 1) -> None:
    if target(ctx) is None:
        return
    event_type = event.body["type"]
    # Dropped wins: it is never sent, as if the endpoint had refused it for three days.
    state = DROPPED if is_dropped(ctx, event_type) else HELD if is_held(ctx, event_type) else PENDING
    times *= 1 + int(ctx.store.setting("duplicates", 0))
    for _ in range(times):
        ctx.store.rows(
            "INSERT INTO deliveries (event, type, state, due_at) VALUES (?, ?, ?, ?)",
            event.id,
            event_type,
            state,
            time.time(),
        )


def hold(ctx: Context, types: list[str]) -> None:
    """From now on, and for what is still waiting: these types stay here until released."""
    ctx.store.set("held", types)
    for identifier, event_type in ctx.store.rows("SELECT id, type FROM deliveries WHERE state = ?", PENDING):
        if ALL_TYPES in types or event_type in types:
            ctx.store.rows("UPDATE deliveries SET state = ? WHERE id = ?", HELD, identifier)


def drop(ctx: Context, types: list[str]) -> None:
    """From now on, events of these types never arrive; none of them, and they arrive again."""
    ctx.store.set("dropped", types)


def release(ctx: Context, *, order: str | list[str] = "oldest_first", seed: int = 0) -> int:
    """Stop holding; what was held goes out `oldest_first`, `newest_first`, `shuffled`, or in the order of event ids."""
    ctx.store.set("held", [])
    held = ctx.store.rows("SELECT id, event FROM deliveries WHERE state = ? ORDER BY id", HELD)
    if order == "newest_first":
        held.reverse()
    elif order == "shuffled":
        random.Random(seed).shuffle(held)  # noqa: S311 - an order to try, not a secret
    elif isinstance(order, list):
        held.sort(key=lambda row: order.index(row[1]) if row[1] in order else len(order))
    start = time.time()
    for position, (identifier, _event) in enumerate(held):
        ctx.store.rows(
            "UPDATE deliveries SET state = ?, due_at = ? WHERE id = ?", PENDING, start + position * STEP, identifier
        )
    return len(held)


def retry_now(ctx: Context) -> None:
    """Do not wait for the back-off; failed deliveries get another life."""
    ctx.store.rows("UPDATE deliveries SET state = ?, due_at = 0 WHERE state IN (?, ?)", PENDING, PENDING, FAILED)


def pending_for(ctx: Context, event: str) -> int:
    rows = ctx.store.rows("SELECT COUNT(*) FROM deliveries WHERE event = ? AND state != ?", event, DELIVERED)
    return int(rows[0][0])


def waiting(ctx: Context) -> int:
    return int(ctx.store.rows("SELECT COUNT(*) FROM deliveries WHERE state = ?", PENDING)[0][0])


def next_due(ctx: Context) -> tuple[Delivery | None, float]:
    """The delivery to make now, or how many seconds until one is due."""
    rows = ctx.store.rows(
        "SELECT id, event, type, attempts, due_at FROM deliveries WHERE state = ? ORDER BY due_at, id LIMIT 1", PENDING
    )
    if not rows:
        return None, LONGEST_WAIT
    identifier, event, event_type, attempts, due_at = rows[0]
    left = due_at - time.time()
    if left > 0:
        return None, left
    return Delivery(identifier, event, event_type, attempts), 0.0


def record_answer(ctx: Context, delivery: Delivery, answer: Answer) -> None:
    attempts = delivery.attempts + 1
    refused = FAILED if attempts >= LAST_ATTEMPT else PENDING
    state = DELIVERED if answer.accepted else refused
    wait = min(ctx.options.retry_first * 2 ** min(delivery.attempts, 20), LONGEST_WAIT)
    ctx.store.rows(
        # Only what is still pending changes state: it may have been held while the endpoint was answering.
        "UPDATE deliveries SET state = CASE WHEN state = ? OR ? = ? THEN ? ELSE state END, attempts = ?, due_at = ?,"
        " last_status = ?, last_error = ? WHERE id = ?",
        PENDING,
        state,
        DELIVERED,
        state,
        attempts,
        time.time() + wait,
        answer.status,
        answer.error,
        delivery.id,
    )


def signature(payload: str, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header; the time is real time, whatever Stripe's clock says."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def post(where: Target, notification: dict[str, Any], *, timeout: float) -> Answer:
    """One attempt; redirections are not followed, as at Stripe."""
    payload = json.dumps(notification, ensure_ascii=False, indent=2)
    parts = urlsplit(where.url)
    host = parts.hostname or "localhost"
    # Browsers resolve *.localhost by themselves, the C library may not.
    address = "127.0.0.1" if host.endswith(".localhost") else host
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(address, parts.port, timeout=timeout)
    try:
        connection.request(
            "POST",
            parts.path + (f"?{parts.query}" if parts.query else "") or "/",
            body=payload.encode(),
            headers={
                "Host": parts.netloc,
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Stripe-Signature": signature(payload, where.secret, int(time.time())),
            },
        )
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        return Answer(None, f"{type(problem).__name__}: {problem}")
    finally:
        connection.close()
    return Answer(status, None)


def listing(ctx: Context) -> list[dict[str, Any]]:
    """Oldest first."""
    columns = ("id", "event", "type", "state", "attempts", "due_at", "last_status", "last_error")
    rows = ctx.store.rows(
        "SELECT id, event, type, state, attempts, due_at, last_status, last_error FROM deliveries ORDER BY id"
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]
