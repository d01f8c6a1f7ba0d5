"""Recording an effect with its cause, and carrying it out after.

The path: `record_effect` writes a row in the caller's transaction; on commit a Celery message wakes a worker; the
worker claims the row by pushing its `due_at` forward (a lease), runs the handlers, marks it done. If the worker dies,
the lease runs out and the sweeper sends it again. Delivery is at least once: handlers are idempotent.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from shared.outbox.models import Effect
from shared.outbox.registry import handlers_of
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)

FIRST_LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(hours=6)


class OutsideTransactionError(RuntimeError):
    """An effect was recorded with no transaction open: it could be carried out for a fact that never was."""


def record_effect(*, kind: str, payload: dict[str, Any], now: datetime, due_at: datetime | None = None) -> Effect:
    """Write an effect in the current transaction and wake a worker once it commits.

    Raises OutsideTransactionError with no transaction open, UnknownEffectError for a kind nobody handles.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(kind)
    handlers_of(kind)
    effect = Effect.objects.create(kind=kind, payload=payload, created_at=now, due_at=due_at or now)
    if effect.due_at <= now:
        # The schema is passed: at commit time the connection may already serve another town.
        transaction.on_commit(partial(_wake, str(effect.pk), current_schema()), robust=True)
    return effect


def _wake(effect_id: str, schema: str) -> None:
    from shared.outbox.tasks import deliver_effect  # noqa: PLC0415  (tasks import this module)

    try:
        deliver_effect.apply_async(kwargs={"effect_id": effect_id}, headers={"_schema_name": schema})
    except deliver_effect.OperationalError:
        logger.warning("broker unreachable, the sweeper will deliver", extra={"effect": effect_id})


def lease(attempts: int) -> timedelta:
    """How long an effect belongs to the worker that claimed it: 20 s, doubled by each attempt, 6 h at most."""
    doubled: timedelta = FIRST_LEASE * 2 ** min(attempts, 20)
    return min(doubled, LONGEST_LEASE)


def deliver(*, effect_id: str, now: datetime) -> bool:
    """Carry out one effect if it is due and nobody else is at it; True when this call did it.

    An error of a handler is kept on the row and logged; the effect is due again when its lease ends.
    """
    effect = _claim(effect_id=effect_id, now=now)
    if effect is None:
        return False
    try:
        for handler in handlers_of(effect.kind):
            handler(payload=effect.payload, now=now)
    except Exception as error:
        logger.exception("effect failed", extra={"kind": effect.kind, "effect": effect_id})
        Effect.objects.filter(pk=effect.pk).update(last_error=f"{type(error).__name__}: {error}"[:2000])
        return False
    Effect.objects.filter(pk=effect.pk).update(done_at=now, last_error="")
    return True


def _claim(*, effect_id: str, now: datetime) -> Effect | None:
    with transaction.atomic():
        effect = (
            Effect.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=effect_id, done_at__isnull=True, due_at__lte=now)
            .first()
        )
        if effect is None:
            return None
        Effect.objects.filter(pk=effect.pk).update(attempts=F("attempts") + 1, due_at=now + lease(effect.attempts))
        return effect
