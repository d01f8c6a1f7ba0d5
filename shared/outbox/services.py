"""Recording an effect with its cause.

The path: `record_effect` writes a row in the caller's transaction; on commit a Celery message wakes a worker, which
carries it out (shared/outbox/delivery.py). A message that is lost is sent again by the sweeper.
"""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from shared.outbox.delivery import FIRST_WAIT
from shared.outbox.models import Effect
from shared.outbox.registry import handlers_of
from shared.outbox.tasks import deliver_effect
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)


class OutsideTransactionError(RuntimeError):
    """An effect was recorded with no transaction open: it could be carried out for a fact that never was."""


def record_effect(*, kind: str, payload: dict[str, Any], now: datetime, due_at: datetime | None = None) -> Effect:
    """Write an effect in the current transaction and wake a worker once it commits.

    Raises OutsideTransactionError with no transaction open, UnknownEffectError for a kind nobody handles.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(kind)
    handlers_of(kind)
    is_due = due_at is None or due_at <= now
    effect = Effect.objects.create(
        kind=kind,
        payload=payload,
        created_at=now,
        due_at=due_at or now,
        queued_until=now + FIRST_WAIT if is_due else None,
    )
    if is_due:
        # The schema is passed: at commit time the connection may already serve another town.
        transaction.on_commit(partial(_wake, str(effect.pk), current_schema()), robust=True)
    return effect


def hasten(*, kind: str, payload: dict[str, Any], now: datetime) -> Effect:
    """Have an effect carried out now, in the current transaction: the one that waits for its next try, or a new one.

    Raises as `record_effect`.
    """
    waiting = Effect.objects.filter(kind=kind, payload=payload, done_at=None).order_by("created_at", "pk").first()
    if waiting is None:
        return record_effect(kind=kind, payload=payload, now=now)
    if not connection.in_atomic_block:
        raise OutsideTransactionError(kind)
    waiting.due_at = now
    waiting.save(update_fields=["due_at"])
    transaction.on_commit(partial(_wake, str(waiting.pk), current_schema()), robust=True)
    return waiting


def _wake(effect_id: str, schema: str) -> None:
    try:
        deliver_effect.apply_async(kwargs={"effect_id": effect_id}, headers={"_schema_name": schema})
    except deliver_effect.OperationalError:
        logger.warning("broker unreachable, the sweeper will deliver", extra={"effect": effect_id})
