"""Finding what is due, in every town at once."""

from collections import defaultdict
from datetime import datetime

from django.db import connection
from psycopg import sql

# One statement asks this many towns; PostgreSQL plans a longer UNION noticeably slower than two shorter ones.
SCHEMAS_PER_STATEMENT = 500
EFFECTS_PER_TOWN = 100


def due_effects(*, schemas: list[str], now: datetime) -> dict[str, list[str]]:
    """Effects that are due, not done, and for which no message is on its way: by schema, those due longest first."""
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for start in range(0, len(schemas), SCHEMAS_PER_STATEMENT):
        parts = [
            sql.SQL(
                "(SELECT {name}, id::text, due_at FROM {schema}.outbox_effect"
                " WHERE done_at IS NULL AND due_at <= {now} AND (queued_until IS NULL OR queued_until <= {now})"
                " ORDER BY due_at LIMIT {limit})"
            ).format(
                name=sql.Literal(schema),
                schema=sql.Identifier(schema),
                now=sql.Literal(now),
                limit=sql.Literal(EFFECTS_PER_TOWN),
            )
            for schema in schemas[start : start + SCHEMAS_PER_STATEMENT]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
            for schema, effect, due_at in cursor.fetchall():
                found[schema].append((due_at, effect))
    # A UNION promises no order, whatever its parts say.
    return {schema: [effect for _due, effect in sorted(rows)] for schema, rows in found.items()}
