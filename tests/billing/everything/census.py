"""What the machine has really come to, and how often: entries, what happened to orders, what the audit trails say."""

from collections import Counter

from billing.ledger.models import Entry
from shared.audit.models import AuditEvent
from shared.tenancy import in_public
from tenants.orders.models import OrderEvent
from tests.billing.everything.world import World


class Census(Counter[str]):
    """In how many examples each thing has happened at least once, before everything was brought to an end."""

    def count(self, world: World) -> None:
        found = set()
        with in_public():
            found |= _actions()
        for place in world.places:
            with world.inside(place):
                found |= _actions() | {f"entry {kind}" for kind in Entry.objects.values_list("kind", flat=True)}
                found |= {f"order {kind}" for kind in OrderEvent.objects.values_list("kind", flat=True)}
        self.update(found | {"(examples)"})

    def __str__(self) -> str:
        return "\n".join(f"{number:6}  {what}" for what, number in sorted(self.items()))


def _actions() -> set[str]:
    return set(AuditEvent.objects.values_list("action", flat=True))
