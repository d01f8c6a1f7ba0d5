"""Which towns have a finished week that nobody settled: asked of all of them in one statement."""

from datetime import date, datetime

from django.db import connection
from psycopg import sql

from billing.settlements.calendar import end_of, last_finished_week
from billing.settlements.models import PayoutState
from shared.tenancy import ready_towns

# PostgreSQL plans two UNIONs of this size faster than one of twice as many.
TOWNS_PER_STATEMENT = 500

# Sales that no statement has; or a payout that was refused, which its merchant's next statement opens with.
_UNSETTLED = """
(SELECT {schema_name} WHERE EXISTS (
    SELECT 1 FROM {schema}.settlements_sale AS sale
    WHERE sale.statement_id IS NULL AND sale.handed_over_at < {until} AND NOT EXISTS (
        SELECT 1 FROM {schema}.settlements_statement AS issued
        WHERE issued.merchant_id = sale.merchant_id AND issued.period_end >= {period_end}))
OR EXISTS (
    SELECT 1 FROM {schema}.settlements_payout AS payout
    JOIN {schema}.settlements_statement AS stated ON stated.id = payout.statement_id
    WHERE payout.state = {failed} AND stated.period_end < {period_end} AND NOT EXISTS (
        SELECT 1 FROM {schema}.settlements_statement AS later
        WHERE later.merchant_id = payout.merchant_id AND later.period_end > stated.period_end)))
"""


def due_towns(*, now: datetime) -> list[tuple[str, date]]:
    """(schema, last day of the week) of every ready town that owes for a finished week what no statement says yet."""
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
                    failed=sql.Literal(PayoutState.FAILED.value),
                )
            )
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
            due += [(schema, weeks[schema][1]) for (schema,) in cursor.fetchall()]
    return due
