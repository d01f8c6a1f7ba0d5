"""Every night, each town's ledger is checked on its own: one that cannot be does not stop another."""

from celery import shared_task
from django.utils import timezone

from billing.ledger.checking import check_here
from billing.ledger.nightly import keep
from shared.tenancy import current_schema, ready_towns, town_of_schema


@shared_task(name="billing.ledger.tasks.check_town")
def check_town() -> None:
    now = timezone.now()
    keep(report=check_here(now=now), town=town_of_schema(current_schema()), now=now)


@shared_task(name="billing.ledger.tasks.check_everywhere")
def check_everywhere() -> None:
    for town in ready_towns():
        check_town.apply_async(headers={"_schema_name": town.schema_name})
