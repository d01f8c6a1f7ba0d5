"""The outbox's tasks: the fast path and the sweeper."""

from celery import shared_task
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from shared.outbox.delivery import deliver, take_to_queue
from shared.outbox.queries import due_effects
from shared.tenancy import ready_towns


@shared_task(name="shared.outbox.tasks.deliver_effect")
def deliver_effect(*, effect_id: str) -> None:
    deliver(effect_id=effect_id, now=timezone.now())


@shared_task(name="shared.outbox.tasks.sweep")
def sweep() -> None:
    """Send again every effect whose wake-up was lost, in all towns and on the platform."""
    now = timezone.now()
    schemas = [get_public_schema_name(), *(town.schema_name for town in ready_towns())]
    for schema, effects in due_effects(schemas=schemas, now=now).items():
        for effect_id in take_to_queue(schema=schema, effects=effects, now=now):
            deliver_effect.apply_async(kwargs={"effect_id": effect_id}, headers={"_schema_name": schema})
