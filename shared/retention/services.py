"""Forgetting, in the current schema, what is past its delay."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from shared.retention.delays import DELAYS
from shared.retention.registry import Purge, purges_here
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)

# Rows locked at once: few enough that nobody who uses the site waits for them.
BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """How many rows were forgotten (or would be), by the key of their delay; and which purges failed, why."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def purge_here(*, now: datetime, dry_run: bool = False) -> Purged:
    """Forget what the current schema may no longer keep; with `dry_run`, only count it.

    Batch by batch, each in a transaction of its own: cut short, it goes on where it was the next time. A purge that
    fails does not stop the others.
    """
    purged = Purged()
    for one in purges_here():
        try:
            count = one.rows(now - DELAYS[one.key]).count() if dry_run else _purge(one, now=now)
        except Exception as error:
            logger.exception("purge failed", extra={"purge": one.key, "town": current_schema()})
            purged.failures[one.key] = f"{type(error).__name__}: {error}"
        else:
            purged.counts[one.key] = count
    if not dry_run:
        logger.info("purged", extra={"town": current_schema(), **purged.counts})
    return purged


def _purge(one: Purge, *, now: datetime) -> int:
    forgotten, last = 0, None
    while True:
        with transaction.atomic():
            rows = one.rows(now - DELAYS[one.key]).order_by("pk")
            if last is not None:
                # Past those of the last batch, also past the ones that could not be forgotten: this ends.
                rows = rows.filter(pk__gt=last)
            # What somebody is using, or another purge is at, waits for tomorrow.
            found = [row.pk for row in rows.select_for_update(skip_locked=True, of=("self",)).only("pk")[:BATCH]]
            if not found:
                return forgotten
            forgotten += one.forget(rows.model._default_manager.filter(pk__in=found), now)  # noqa: SLF001  (documented)
            last = found[-1]
