"""The settlements' tasks: a dispatcher that beat wakes, and one task per town that has payouts to try."""

from celery import shared_task
from django.utils import timezone

from billing.settlements.payouts import wake_payouts
from billing.settlements.schedule import towns_with_payouts_to_wake


@shared_task(name="billing.settlements.tasks.wake_town")
def wake_town() -> None:
    wake_payouts(now=timezone.now())


@shared_task(name="billing.settlements.tasks.wake_waiting_payouts")
def wake_waiting_payouts(*, ask_stripe: bool = False) -> None:
    """Have payouts that wait for nothing any more sent, in towns that have no sales to settle too."""
    for schema in towns_with_payouts_to_wake(ask_stripe=ask_stripe):
        wake_town.apply_async(headers={"_schema_name": schema})
