"""Carrying effects out, once their cause is committed.

A worker claims the row by pushing its `due_at` forward (a lease), runs the handlers, marks it done. If the worker
dies, the lease runs out and the sweeper sends it again. Delivery is at least once: handlers are idempotent.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from psycopg import sql

from shared.outbox.models import Effect
from shared.outbox.registry import handlers_of

logger = logging.getLogger(__name__)

FIRST_LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(hours=6)

# How long a message may take to reach a worker before another is sent: at least and at most. In between it is the age
# of the effect, so that an hour without workers leaves fewer than twenty messages for each effect, not seven hundred.
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=5)


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
        Effect.objects.filter(pk=effect.pk).update(
            # The message has arrived: should this worker die, the next is sent as soon as its lease ends.
            attempts=F("attempts") + 1,
            due_at=now + lease(effect.attempts),
            queued_until=None,
        )
        return effect


def take_to_queue(*, schema: str, effects: list[str], now: datetime) -> list[str]:
    """Note that a message is being sent for each of these effects; those for which one still is are left out.

    Two sweepers at once share them: a row is taken by an UPDATE whose condition is checked under its lock.
    """
    statement = sql.SQL(
        "UPDATE {schema}.outbox_effect SET queued_until = {now} + LEAST(GREATEST({now} - due_at, {first}), {longest})"
        " WHERE id = ANY({effects}) AND done_at IS NULL AND due_at <= {now}"
        " AND (queued_until IS NULL OR queued_until <= {now}) RETURNING id::text"
    ).format(
        schema=sql.Identifier(schema),
        now=sql.Literal(now),
        first=sql.Literal(FIRST_WAIT),
        longest=sql.Literal(LONGEST_WAIT),
        effects=sql.Literal([UUID(effect) for effect in effects]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))
        taken = {effect for (effect,) in cursor.fetchall()}
    return [effect for effect in effects if effect in taken]
