"""The settlements' tasks: dispatchers that beat wakes, and one task per town that has work."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from billing.settlements.payouts import wake_payouts
from billing.settlements.schedule import due_towns, towns_with_payouts_to_wake
from billing.settlements.settling import settle
from shared.tenancy import current_schema, town_of_schema


@shared_task(name="billing.settlements.tasks.settle_town")
def settle_town(*, period_end: str) -> None:
    settle(town=town_of_schema(current_schema()), period_end=date.fromisoformat(period_end), now=timezone.now())


@shared_task(name="billing.settlements.tasks.settle_due_towns")
def settle_due_towns() -> None:
    for schema, period_end in due_towns(now=timezone.now()):
        settle_town.apply_async(kwargs={"period_end": period_end.isoformat()}, headers={"_schema_name": schema})


@shared_task(name="billing.settlements.tasks.wake_town")
def wake_town() -> None:
    wake_payouts(now=timezone.now())


@shared_task(name="billing.settlements.tasks.wake_waiting_payouts")
def wake_waiting_payouts(*, ask_stripe: bool = False) -> None:
    """Have payouts that wait for nothing any more sent, in towns that have no sales to settle too."""
    for schema in towns_with_payouts_to_wake(ask_stripe=ask_stripe):
        wake_town.apply_async(headers={"_schema_name": schema})
