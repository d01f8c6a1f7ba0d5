"""A new town starts with its main hub; the town hall then sets its hours."""

from datetime import datetime

from conciergeries.towns.models import Town
from conciergeries.towns.steps import opening_step
from tenants.hubs.models import Hub, HubKind, Round

FIRST_HOURS = "Mo-Fr 12:00-14:00,18:00-20:00; PH off"
FIRST_ROUNDS = "Mo-Sa 11:00-12:00,17:00-18:00; PH off"


@opening_step(key="hub", label="Point de retrait principal")
def main_hub(*, town: Town, now: datetime) -> None:  # noqa: ARG001  (a step's signature)
    Hub.objects.get_or_create(
        kind=HubKind.MAIN, defaults={"name": "La conciergerie", "slug": "conciergerie", "hours": FIRST_HOURS}
    )
    if not Round.objects.exists():
        Round.objects.create(name="Tournée de ramassage", hours=FIRST_ROUNDS)
