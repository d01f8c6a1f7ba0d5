"""`Idempotency-Key`: the first answer is kept and given again, for a day (v1) or a month (v2).

v1 keeps failures too once the endpoint has begun to act; v2 keeps successes only, a failed request may be tried again.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError

DAY = 24 * 3600
LIFETIMES = {"v1": DAY, "v2": 30 * DAY}
LONGEST_KEY = 255
KIND = "idempotency_error"


@dataclass(frozen=True)
class Kept:
    """An answer given earlier to the same key."""

    status: int
    body: dict[str, Any]
    request_id: str


def fingerprint(params: dict[str, Any], account: str | None) -> str:
    return hashlib.sha256(json.dumps([params, account], sort_keys=True).encode()).hexdigest()


def recall(ctx: Context, key: str, *, path: str, print_: str) -> Kept | None:
    """The kept answer, if any; refuses a key that was used for something else."""
    if len(key) > LONGEST_KEY:
        raise ApiError(f"Idempotency keys are at most {LONGEST_KEY} characters long.", kind=KIND)
    version = path.split("/")[1]
    ctx.store.rows(
        "DELETE FROM idempotency WHERE key = ? AND created < ?", key, ctx.now() - LIFETIMES.get(version, DAY)
    )
    rows = ctx.store.rows("SELECT path, fingerprint, status, body, request_id FROM idempotency WHERE key = ?", key)
    if not rows:
        return None
    first_path, first_print, status, body, request_id = rows[0]
    if first_path != path:
        raise ApiError(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{path}' vs '{first_path}'). Try using a key other than '{key}' if you meant to execute a different "
            "request.",
            kind=KIND,
        )
    if first_print != print_:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            f"using a key other than '{key}' if you meant to execute a different request.",
            kind=KIND,
        )
    return Kept(status, json.loads(body), request_id)


def keep(ctx: Context, key: str, *, path: str, print_: str, answer: Kept) -> None:
    ctx.store.rows(
        "INSERT INTO idempotency (key, path, fingerprint, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        key,
        path,
        print_,
        answer.status,
        json.dumps(answer.body),
        answer.request_id,
        ctx.now(),
    )
