"""How every town is doing, in one statement for a whole page of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from psycopg import sql

from conciergeries.towns.models import Town
from tenants.orders.states import ShopOrderState

# An effect is due at once and done within seconds; after this long something is in its way.
LATE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What waits in one town: parts of orders that no shop has answered, effects that should have been carried out;
    and what the last check of its ledger still finds wrong.
    """

    unanswered: int = 0
    live: int = 0
    late_effects: int = 0
    differences: int = 0
    ledger_checked_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        return not self.late_effects and not self.differences


def find_towns(query: str) -> QuerySet[Town]:
    """Towns by name, slug, INSEE code, postcode or department; every town for an empty query."""
    towns: QuerySet[Town] = (
        Town.objects.select_related("operating_company").prefetch_related("domains").order_by("name", "pk")
    )
    if query:
        towns = towns.filter(
            Q(name__icontains=query)
            | Q(slug__icontains=query)
            | Q(insee__istartswith=query)
            | Q(postcodes__contains=[query])
            | Q(department=query.upper())
        )
    return towns


def health_of(*, towns: Iterable[Town], now: datetime) -> dict[str, Health]:
    """Health by schema; a town that is not ready has no tables to read and is left out."""
    schemas = [town.schema_name for town in towns if town.ready]
    if not schemas:
        return {}
    unanswered = [ShopOrderState.PLACED.value]
    live = [state.value for state in (ShopOrderState.PLACED, ShopOrderState.ACCEPTED, ShopOrderState.READY)]
    live += [ShopOrderState.COLLECTED.value, ShopOrderState.AT_HUB.value]
    one = sql.SQL(
        "(SELECT {name},"
        " (SELECT count(*) FROM {schema}.orders_shoporder WHERE state = ANY({unanswered})),"
        " (SELECT count(DISTINCT order_id) FROM {schema}.orders_shoporder WHERE state = ANY({live})),"
        # An attempt that failed pushes `due_at` forward: it counts by its attempts.
        " (SELECT count(*) FROM {schema}.outbox_effect"
        "  WHERE done_at IS NULL AND created_at <= {late} AND (attempts > 0 OR due_at <= {late})),"
        " (SELECT count(*) FROM {schema}.ledger_difference WHERE closed_at IS NULL),"
        " (SELECT max(at) FROM {schema}.ledger_ledgercheck))"
    )
    parts = [
        one.format(
            name=sql.Literal(schema),
            schema=sql.Identifier(schema),
            unanswered=sql.Literal(unanswered),
            live=sql.Literal(live),
            late=sql.Literal(now - LATE_AFTER),
        )
        for schema in schemas
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
        return {
            str(schema): Health(
                unanswered=waiting, live=orders, late_effects=late, differences=wrong, ledger_checked_at=checked
            )
            for schema, waiting, orders, late, wrong, checked in cursor.fetchall()
        }
