"""The real weeks of docs/promise.md: the same conciergerie in three towns, and the page's tables."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.hours import Calendar, Schedule
from tenants.hubs.facts import HubFacts, Item, Lead, Question, RoundFacts, ShopFacts
from tenants.hubs.promise import promise
from tests.tenants.hubs.places import minutes

PAGE = Path(__file__).resolve().parents[3] / "docs" / "promise.md"
# Its zone, and the territory whose public holidays hold.
TOWNS = {
    "Istres": ("Europe/Paris", ""),
    "Strasbourg": ("Europe/Paris", "6AE"),
    "Saint-Denis": ("Indian/Reunion", "974"),
}
HOURS = {
    "the main hub": "Mo-Sa 12:00-14:00,18:00-20:00; PH off",
    "the Friday hub": "Fr 14:00-18:00; PH off",
    "the collection rounds": "Mo-Sa 11:00-12:00,17:00-18:00; PH off",
    "the van": "Fr 12:30-13:30; PH off",
    "the pastry shop": "Tu-Sa 08:30-12:30,15:30-19:00; PH off",
}
LAST_CALL, PREPARATION = minutes(60), minutes(30)
SHOP = UUID(int=1)
TART = Item(UUID(int=10), "a tart", SHOP)
CAKE = replace(TART, key=UUID(int=11), name="a cake", lead=Lead(opening_days=1))
WEDDING_CAKE = replace(TART, key=UUID(int=12), name="a wedding cake", lead=Lead(hours=72))
# What the pages' rows ask for: an item, and a hub.
ASKED = {
    "a tart": (TART, "the main hub"),
    "a cake": (CAKE, "the main hub"),
    "a wedding cake": (WEDDING_CAKE, "the main hub"),
    "a tart, Friday hub": (TART, "the Friday hub"),
}
FORM = "%a %Y-%m-%d %H:%M"


def question(asked: str, town: str) -> Question:
    zone, territory = TOWNS[town]

    def calendar(what: str) -> Calendar:
        return Calendar(Schedule(HOURS[what]), zone, territory)

    def a_round(what: str, number: int) -> RoundFacts:
        return RoundFacts(key=UUID(int=number), name=what, calendar=calendar(what), last_call=LAST_CALL)

    item, hub = ASKED[asked]
    runs = (a_round("the van", 21),) if hub == "the Friday hub" else None
    return Question(
        items=(item,),
        shops={SHOP: ShopFacts(name="the pastry shop", calendar=calendar("the pastry shop"), preparation=PREPARATION)},
        collections=(a_round("the collection rounds", 20),),
        hub=HubFacts(name=hub, calendar=calendar(hub), runs=runs),
    )


def answer(asked: str, town: str, at: str) -> str:
    """The earliest window of an order placed then, as the page writes it, and the moment to order before."""
    now = datetime.strptime(at, FORM).replace(tzinfo=ZoneInfo(TOWNS[town][0]))
    if f"{now:{FORM}}" != at:
        raise ValueError(f"{at}: that day is a {now:%a}")
    found = promise(question(asked, town), now=now).earliest
    return (
        f"{found.start:%a %d %b %H:%M}, before {found.order_before:%a %d %b %H:%M}" if found else "nothing in two weeks"
    )


def rows(heading: str) -> list[dict[str, str]]:
    """The rows of the page's first table under a heading."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    following = lines[lines.index(f"### {heading}") + 1 :]
    start = next(number for number, line in enumerate(following) if line.startswith("|"))
    table = []
    for line in following[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    columns, _dashes, *body = table
    return [dict(zip(columns, cells, strict=True)) for cells in body]
