"""What a page of the site promises: the sentence, the road, and the windows one may choose from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.french import APOSTROPHE, calendar_day, clock, day, listed, plural, span
from tenants.hubs.models import Hub
from tenants.hubs.promise import Excluded, Window
from tenants.hubs.supply import Obstacle
from tenants.hubs.ticket import Ticket, ticket
from tenants.orders.promising import Prospects
from tenants.shops.models import Product

# As many as are read; the others are a click away.
FEW = 4
# As many places left are worth a word.
FEW_PLACES = 3
NOON, EVENING = 11, 17
_AFTERNOON = 15


@dataclass(frozen=True)
class Choice:
    """A window as a radio card shows it: «Ce soir», «18 h–20 h»; `value` is what the form sends.

    `week` heads the windows of one week; `places` says how few are left. A full one is shown and cannot be chosen.
    """

    value: str
    title: str
    note: str
    start: datetime
    week: str = ""
    places: str = ""
    is_full: bool = False

    def __str__(self) -> str:
        """The title: the note is shown under it, inside the same label."""
        return self.title

    @property
    def said(self) -> str:
        """Inside a sentence: «ce soir, 18 h–20 h»."""
        return f"{self.inline}, {self.note}"

    @property
    def inline(self) -> str:
        """The title inside a sentence: «ce soir»."""
        return self.title[:1].lower() + self.title[1:]


@dataclass(frozen=True)
class Offer:
    """When these products can be collected at this hub: `choices` can be made, `full` ones are taken."""

    hub: Hub
    choices: tuple[Choice, ...]
    ticket: Ticket | None
    full: tuple[Choice, ...] = ()

    def choice(self, value: str) -> Choice | None:
        """The window that a form named; None when it can no longer be promised as it was said."""
        return next((choice for choice in self.choices if choice.value == value), None)

    def shown(self, most: int | None, *, chosen: str = "") -> list[Choice]:
        """The first windows to choose from and the one chosen, among them those that are full: they say why not sooner.

        All of them without `most`.
        """
        kept = [choice for number, choice in enumerate(self.choices) if most is None or number < most]
        last = kept[-1].start if kept else None
        kept += [choice for choice in self.choices if choice.value == chosen and choice not in kept]
        taken = [choice for choice in self.full if last is not None and (most is None or choice.start < last)]
        return sorted([*kept, *taken[-FEW:]] if most else [*kept, *taken], key=lambda choice: choice.start)


def offer(found: Prospects, hub: Hub, *, most: int | None = None) -> Offer:
    """What `hub` can promise of the prospects: its ticket is the soonest window's."""
    said = found.at(hub)
    today = said.now.date()
    first = said.earliest
    return Offer(
        hub=hub,
        choices=tuple(_choice(window, today) for window in said.windows[:most]),
        ticket=ticket(question=found.questions[hub.pk], window=first, now=found.now) if first else None,
        full=tuple(_choice(each, today) for each in said.excluded if each.obstacle == Obstacle.FULL),
    )


def ticket_of(found: Prospects, hub: Hub, choice: Choice) -> Ticket | None:
    """The ticket of a window that may be chosen."""
    window = found.at(hub).window_at(choice.start)
    return ticket(question=found.questions[hub.pk], window=window, now=found.now) if window else None


def _choice(window: Window | Excluded, today: date) -> Choice:
    return Choice(
        value=value_of(window.start, window.end),
        title=title_of(window.start, today),
        note=note_of(window.start, window.end, today),
        start=window.start.astimezone(UTC),
        week=_week(window.start.date(), today),
        places=_places(window.room) if isinstance(window, Window) else "complet",
        is_full=isinstance(window, Excluded),
    )


def value_of(start: datetime, end: datetime) -> str:
    """How a form names a window: both its ends, so that one whose hours change is not taken for what it was."""
    return f"{start.astimezone(UTC):%Y%m%dT%H%MZ}-{end.astimezone(UTC):%H%MZ}"


def title_of(start: datetime, today: date) -> str:
    """«Ce soir», «Demain midi», «Jeudi soir»: as one says it."""
    part = _part_of_day(start.hour)
    said = day(start.date(), today)
    if said.startswith("aujourd"):
        return {"midi": "Ce midi", "soir": "Ce soir"}.get(part, f"Aujourd{APOSTROPHE}hui")
    name = said if said == "demain" else calendar_day(start).split(" ", 1)[0]
    return " ".join(filter(None, [name.capitalize(), part]))


def note_of(start: datetime, end: datetime, today: date) -> str:
    """«18 h–20 h», with its date when it is not near."""
    ends_with_the_day = not (end.hour or end.minute)
    hours = f"dès {clock(start)}" if ends_with_the_day else span(start, end)
    near = (start.date() - today).days <= 1
    return hours if near else f"{calendar_day(start).split(' ', 1)[1]}, {hours}"


def _part_of_day(hour: int) -> str:
    if hour < NOON:
        return "matin"
    if hour >= EVENING:
        return "soir"
    return "midi" if hour < _AFTERNOON else ""


def _week(when: date, today: date) -> str:
    """Which week a day is of, Monday first."""
    weeks = (_monday(when) - _monday(today)).days // 7
    if weeks == 0:
        return "Cette semaine"
    return "La semaine prochaine" if weeks == 1 else f"Dans {plural(weeks, 'semaine')}"


def _monday(when: date) -> date:
    return when - timedelta(days=when.weekday())


def _places(room: int | None) -> str:
    if room is None or room > FEW_PLACES:
        return ""
    return f"plus qu{APOSTROPHE}une place" if room == 1 else f"plus que {plural(room, 'place')}"


@dataclass(frozen=True)
class Sooner:
    """What one would have earlier by leaving some products out."""

    products: tuple[Product, ...]
    choice: Choice

    @property
    def names(self) -> str:
        return listed([product.name for product in self.products])


def sooner_without(found: Prospects, hub: Hub, products: Sequence[Product]) -> Sooner | None:
    """The products that make the others wait, and the window these could have without them.

    None when leaving out fewer than all of them gains nothing.
    """
    if len(products) < 2:  # noqa: PLR2004  (one product waits for nobody)
        return None
    whole = _instant(found.at(hub).earliest)
    alone = {product.pk: _instant(found.without(hub, _others(products, product)).earliest) for product in products}
    slow = [product for product in products if alone[product.pk] >= whole]
    if not slow or len(slow) == len(products):
        return None
    window = found.without(hub, slow).earliest
    if window is None or _instant(window) >= whole:
        return None
    return Sooner(tuple(slow), _choice(window, found.at(hub).now.date()))


def _others(products: Iterable[Product], product: Product) -> list[Product]:
    return [other for other in products if other.pk != product.pk]


def _instant(window: Window | None) -> datetime:
    return window.start.astimezone(UTC) if window else datetime.max.replace(tzinfo=UTC)
