"""A new town starts with its main hub; the town hall then sets its hours."""

from datetime import datetime

from conciergeries.towns.models import Town
from conciergeries.towns.steps import opening_step
from tenants.hubs.models import Hub

FIRST_HOURS = "Mo-Fr 12:00-14:00,18:00-20:00; PH off"


@opening_step(key="hub", label="Point de retrait principal")
def main_hub(*, town: Town, now: datetime) -> None:  # noqa: ARG001  (a step's signature)
    Hub.objects.get_or_create(
        is_main=True, defaults={"name": "La conciergerie", "slug": "conciergerie", "hours": FIRST_HOURS}
    )
