"""Which towns have a finished week that nobody settled, or a payout that waits for nothing: asked of all at once."""

from datetime import date, datetime

from django.db import connection
from psycopg import sql

from billing.settlements.calendar import end_of, last_finished_week
from billing.settlements.models import PayoutState
from billing.settlements.payouts import SEND_PAYOUT
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
        WHERE later.merchant_id = payout.merchant_id
        AND (later.issued_at > payout.closed_at OR later.period_end >= {period_end}))))
"""

# Payouts that wait, that are not to be tried again already (their effect is done), and that have somewhere to go.
_WAITING = """
(SELECT {schema_name} WHERE EXISTS (
    SELECT 1 FROM {schema}.settlements_payout AS payout
    JOIN public.merchants_merchantaccount AS account ON account.merchant_id = payout.merchant_id
    WHERE payout.state = {waiting} AND account.company_id = {company} AND account.stripe_account_id <> ''
    AND (account.transfers_active OR {ask_stripe}) AND NOT EXISTS (
        SELECT 1 FROM {schema}.outbox_effect AS effect
        WHERE effect.done_at IS NULL AND effect.kind = {send} AND effect.payload ->> 'payout_id' = payout.id::text)))
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


def towns_with_payouts_to_wake(*, ask_stripe: bool) -> list[str]:
    """The schemas of ready towns where a payout waits though its merchant's account may receive it.

    With `ask_stripe`, also for accounts that are opened but not active as far as we know: the event that said so may
    have been lost, and each try asks Stripe.
    """
    towns = ready_towns()
    found: list[str] = []
    for start in range(0, len(towns), TOWNS_PER_STATEMENT):
        parts = [
            sql.SQL(_WAITING).format(
                schema_name=sql.Literal(town.schema_name),
                schema=sql.Identifier(town.schema_name),
                waiting=sql.Literal(PayoutState.WAITING.value),
                company=sql.Literal(town.operating_company_id),
                ask_stripe=sql.Literal(ask_stripe),
                send=sql.Literal(SEND_PAYOUT),
            )
            for town in towns[start : start + TOWNS_PER_STATEMENT]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
            found += [schema for (schema,) in cursor.fetchall()]
    return found
