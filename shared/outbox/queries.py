"""Finding what is due, in every town at once."""

from datetime import datetime

from django.db import connection
from psycopg import sql

# One statement asks this many towns; PostgreSQL plans a longer UNION noticeably slower than two shorter ones.
SCHEMAS_PER_STATEMENT = 500
EFFECTS_PER_TOWN = 100


def due_effects(*, schemas: list[str], now: datetime) -> list[tuple[str, str]]:
    """(schema, effect id) of effects that are due and not done, oldest first within a town."""
    found: list[tuple[str, str]] = []
    for start in range(0, len(schemas), SCHEMAS_PER_STATEMENT):
        parts = [
            sql.SQL(
                "(SELECT {name}, id::text, due_at FROM {schema}.outbox_effect"
                " WHERE done_at IS NULL AND due_at <= {now} ORDER BY due_at LIMIT {limit})"
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
            found += [(schema, effect) for schema, effect, _due in cursor.fetchall()]
    return found
