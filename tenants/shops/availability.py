"""Products that could never be promised, because their days are days on which the shop is closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.hours import Calendar
from shared.hours.schedule import days_between
from tenants.shops.models import EVERY_DAY_BITS, Product

# A year has all its seasons.
LOOK_AHEAD = timedelta(days=366)
_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def never_open(*, weekday_bits: int, calendar: Calendar, now: datetime) -> bool:
    """Whether the shop opens on none of these days of the week (Monday is bit 0) in the year to come."""
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    days = (day for day in days_between(today, today + LOOK_AHEAD) if weekday_bits >> day.weekday() & 1)
    return not any(calendar.on(day) for day in days)


def never_promised(products: Iterable[Product], *, calendar: Calendar, now: datetime) -> list[Product]:
    """The products of a shop that nobody can be promised, whatever the rounds."""
    return [each for each in products if never_open(weekday_bits=each.weekday_bits, calendar=calendar, now=now)]


def why_never(weekday_bits: int) -> str:
    """Say to the merchant why a product can never be promised."""
    if weekday_bits == EVERY_DAY_BITS:
        return "ce produit ne pourra jamais être promis : la boutique n’ouvre aucun jour de l’année à venir."
    days = [name for number, name in enumerate(_NAMES) if weekday_bits >> number & 1]
    said = " ou ".join([", ".join(days[:-1]), days[-1]] if len(days) > 1 else days)
    return (
        f"ce produit ne pourra jamais être promis : il n’est disponible que le {said}, "
        "et la boutique est fermée ces jours-là."
    )
