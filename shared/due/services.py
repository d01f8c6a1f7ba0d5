"""Planning work, handing it out, and doing it.

The dispatcher claims rows with SKIP LOCKED and a lease, and sends one message to each town. A worker that dies leaves
its lease to run out: the row is handed out again, 20 seconds later the first time.
"""

import logging
from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import connection
from django_tenants.utils import get_tenant_model
from psycopg import sql

from shared.due.models import DueWork
from shared.due.registry import worker_of
from shared.outbox.delivery import FIRST_LEASE, LONGEST_LEASE
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)

# So that one message keeps a worker seconds, not minutes.
SUBJECTS_PER_MESSAGE = 50
ROWS_PER_DISPATCH = 2000

# The lease is the outbox's: 20 s, doubled by each attempt, 6 h at most.
_CLAIM = """
UPDATE public.due_duework SET
    claimed_until = {now} + least({first} * power(2, least(attempts, 20)), {longest}),
    attempts = least(attempts + 1, 1000)
WHERE id IN (
    SELECT work.id FROM public.due_duework AS work
    JOIN public.{towns} AS town ON town.schema_name = work.schema AND town.ready
    WHERE work.due_at <= {now} AND (work.claimed_until IS NULL OR work.claimed_until <= {now})
    ORDER BY work.due_at LIMIT {limit}
    FOR UPDATE OF work SKIP LOCKED)
RETURNING schema, kind, subject
"""


def plan(*, kind: str, subject: UUID, due_at: datetime) -> None:
    """Have a kind of work done for a subject of the current town; nothing changes where it is planned already.

    In the caller's transaction: the work is planned if the fact that calls for it is, and only then.
    """
    row = DueWork(schema=current_schema(), kind=kind, subject=subject, due_at=due_at)
    DueWork.objects.bulk_create([row], ignore_conflicts=True)


def plan_by(*, kind: str, subject: UUID, due_at: datetime) -> None:
    """Plan as `plan` does, and bring forward what is planned for later."""
    plan(kind=kind, subject=subject, due_at=due_at)
    later = DueWork.objects.filter(schema=current_schema(), kind=kind, subject=subject, due_at__gt=due_at)
    later.update(due_at=due_at, claimed_until=None, attempts=0)


def hasten_work(*, kind: str, subject: UUID, now: datetime) -> None:
    """Have planned work of the current town done now: what stood in its way may be gone."""
    rows = DueWork.objects.filter(schema=current_schema(), kind=kind, subject=subject, due_at__gt=now)
    rows.update(due_at=now, claimed_until=None, attempts=0)


def claim_due(*, now: datetime) -> dict[tuple[str, str], list[UUID]]:
    """Take what is due in the towns that are open: subjects by (schema, kind). What somebody else takes is left."""
    statement = sql.SQL(_CLAIM).format(
        now=sql.Literal(now),
        first=sql.Literal(FIRST_LEASE),
        longest=sql.Literal(LONGEST_LEASE),
        towns=sql.Identifier(get_tenant_model()._meta.db_table),  # noqa: SLF001  (Django's documented name of a table)
        limit=sql.Literal(ROWS_PER_DISPATCH),
    )
    taken: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))
        for schema, kind, subject in cursor.fetchall():
            taken[schema, kind].append(subject)
    return {key: sorted(subjects) for key, subjects in sorted(taken.items())}


def do_work(*, kind: str, subjects: list[UUID], now: datetime) -> None:
    """Do a kind of work for some subjects of the current town. One that fails is tried again; it stops no other."""
    worker = worker_of(kind)
    for subject in subjects:
        row = DueWork.objects.filter(schema=current_schema(), kind=kind, subject=subject)
        if not row.filter(due_at__lte=now).exists():
            # Another worker has done it since.
            continue
        try:
            due_at = worker(subject=subject, now=now)
        except Exception as error:
            logger.exception("due work failed", extra={"town": current_schema(), "kind": kind, "subject": str(subject)})
            row.update(last_error=f"{type(error).__name__}: {error}"[:2000])
        else:
            row.update(due_at=due_at, claimed_until=None, attempts=0, last_error="")
