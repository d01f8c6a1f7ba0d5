"""Reading towns."""

from conciergeries.towns.models import Town
from shared.french import NBSP
from shared.tenancy import in_public, ready_towns


class UnknownTownError(ValueError):
    """No open town has this name; `str()` says so in French."""


def open_town(name: str) -> Town:
    """The open town that a command names, by its address («istres») or its INSEE code. Raises UnknownTownError."""
    with in_public():
        towns = Town.objects.select_related("operating_company")
        town: Town | None = towns.filter(slug=name.lower()).first() or towns.filter(insee=name.upper()).first()
    if town is None:
        known = ", ".join(each.slug for each in ready_towns()) or "aucune"
        raise UnknownTownError(f"Aucune commune ne s’appelle «{NBSP}{name}{NBSP}». Communes ouvertes{NBSP}: {known}.")
    if not town.ready:
        raise UnknownTownError(f"{town.name} n’est pas encore ouverte.")
    return town
