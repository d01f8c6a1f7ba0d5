"""When merchants are settled, and which towns have a payout that waits for nothing."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from psycopg import sql

from billing.settlements.models import Means, PayoutState
from billing.settlements.payouts import SEND_PAYOUT
from shared.due.services import plan
from shared.tenancy import ready_towns

# The work that is due when a merchant's period ends.
SETTLE = "settlements.settle"

# The work that is due each morning where drafts have been made: those who decide are told of what waits.
DRAFTS_WAIT = "settlements.drafts_wait"

# PostgreSQL plans two UNIONs of this size faster than one of twice as many.
TOWNS_PER_STATEMENT = 500

# Payouts that wait, that are not to be tried again already (their effect is done), and that have somewhere to go.
_WAITING = """
(SELECT {schema_name} WHERE EXISTS (
    SELECT 1 FROM {schema}.settlements_payout AS payout
    JOIN public.merchants_merchantaccount AS account ON account.merchant_id = payout.merchant_id
    WHERE payout.state = {waiting} AND payout.means = {stripe}
    AND account.company_id = {company} AND account.stripe_account_id <> ''
    AND (account.transfers_active OR {ask_stripe}) AND NOT EXISTS (
        SELECT 1 FROM {schema}.outbox_effect AS effect
        WHERE effect.done_at IS NULL AND effect.kind = {send} AND effect.payload ->> 'payout_id' = payout.id::text)))
"""


def plan_settlement(*, merchant_id: UUID, now: datetime) -> None:
    """Have a merchant of the current town settled from now on, each time one of its periods ends.

    In the transaction of the fact that it is owed something by.
    """
    plan(kind=SETTLE, subject=merchant_id, due_at=now)


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
                stripe=sql.Literal(Means.STRIPE.value),
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
