"""Every night, each town forgets on its own: one that fails does not stop another."""

from celery import shared_task
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from shared.retention.services import purge_here
from shared.tenancy import current_schema, ready_towns


class PurgeFailedError(RuntimeError):
    """Some purges of this schema failed; the others were done."""


@shared_task(name="shared.retention.tasks.purge_schema")
def purge_schema() -> None:
    failures = purge_here(now=timezone.now()).failures
    if failures:
        raise PurgeFailedError(current_schema(), failures)


@shared_task(name="shared.retention.tasks.purge_everywhere")
def purge_everywhere() -> None:
    for schema in [get_public_schema_name(), *(town.schema_name for town in ready_towns())]:
        purge_schema.apply_async(headers={"_schema_name": schema})
