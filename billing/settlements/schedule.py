"""Which towns have a finished week that nobody settled: asked of all of them in one statement."""

from datetime import date, datetime

from django.db import connection
from psycopg import sql

from billing.settlements.calendar import end_of, last_finished_week
from shared.tenancy import ready_towns

# PostgreSQL plans two UNIONs of this size faster than one of twice as many.
TOWNS_PER_STATEMENT = 500

_UNSETTLED = """
(SELECT {schema_name} WHERE EXISTS (
    SELECT 1 FROM {schema}.settlements_sale AS sale
    WHERE sale.statement_id IS NULL AND sale.handed_over_at < {until} AND NOT EXISTS (
        SELECT 1 FROM {schema}.settlements_statement AS issued
        WHERE issued.merchant_id = sale.merchant_id AND issued.period_end >= {period_end})))
"""


def due_towns(*, now: datetime) -> list[tuple[str, date]]:
    """(schema, last day of the week) of every ready town with sales of a finished week that no statement has."""
    weeks = {town.schema_name: (town, last_finished_week(town, now)) for town in ready_towns()}
    schemas = sorted(weeks)
    due: list[tuple[str, date]] = []
    for start in range(0, len(schemas), TOWNS_PER_STATEMENT):
        parts = []
        for schema in schemas[start : start + TOWNS_PER_STATEMENT]:
            town, period_end = weeks[schema]
            parts.append(
                sql.SQL(_UNSETTLED).format(
                    schema_name=sql.Literal(schema),
                    schema=sql.Identifier(schema),
                    until=sql.Literal(end_of(town, period_end)),
                    period_end=sql.Literal(period_end),
                )
            )
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
            due += [(schema, weeks[schema][1]) for (schema,) in cursor.fetchall()]
    return due
