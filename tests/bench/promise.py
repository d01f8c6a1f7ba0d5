"""How long the promise takes, its queries included, and how long the bare evaluation of the same hours would."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext
from opening_hours import OpeningHours

from conciergeries.towns.models import Town
from shared.calendars import ChangeKind
from shared.hours.holidays import public_holidays
from tenants.hubs.models import Hub, HubChange, Round
from tenants.hubs.promise import HORIZON, Promise
from tenants.orders.promising import prospects
from tenants.shops.models import Product, Shop, ShopChange
from tests.factories import make_product, make_shop

ZONE = "Europe/Paris"
# A Tuesday morning, like the tests'.
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CLOSED = date(2026, 12, 2)
SHOPS = (
    "Tu-Sa 08:30-12:30,15:30-19:00; PH off",
    "Tu-Sa 09:30-12:30,15:00-19:30; PH off",
    "Mo-Sa 09:00-12:00,14:00-19:00; PH off",
    "Tu-Su 08:00-12:30; PH off",
    "Tu-Sa 09:30-19:00; PH off",
    "Tu-Fr 09:00-12:00,14:00-18:30; Sa 09:00-12:00; PH off",
)
HUBS = ("Mo-Sa 12:00-14:00,18:00-20:00; PH off", *("Mo-Fr 14:00-18:30; PH off",) * 7)
ROUNDS = ("Mo-Sa 11:00-12:00,17:00-18:00; PH off", *("Mo-Fr 12:30-13:30; PH off",) * 7)
ITEMS = 10
WARM_UP, RUNS = 3, 40
TARGET_MS, MOST_QUERIES = 20, 8


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What `./run bench promise` prints; times in milliseconds, all hubs asked.

    `first_ms` is the first time in a process, when no week is known yet. `ratio` is the median to that of the bare
    evaluation: every rule above, parsed and unrolled by opening-hours-py over the same days.
    """

    items: int
    shops: int
    hubs: int
    days: int
    windows: int
    queries: int
    first_ms: float
    median_ms: float
    slowest_of_20_ms: float
    bare_median_ms: float
    ratio: float
    is_within_target: bool


def lay_out() -> list[Product]:
    """Make eight hubs with their runs, six shops and ten products in the current town, with room and closures."""
    Hub.objects.update(hours=HUBS[0], room=20)
    Round.objects.update(hours=ROUNDS[0], room=40)
    closure = {"kind": ChangeKind.CLOSURE, "first": CLOSED, "last": CLOSED, "created_at": NOW}
    for number in range(1, len(HUBS)):
        hub = Hub.objects.create(name=f"Point {number}", slug=f"point-{number}", hours=HUBS[number], room=20)
        Round.objects.create(name=f"Navette {number}", hub=hub, hours=ROUNDS[number], room=40)
        HubChange.objects.create(hub=hub, **closure)
    shops = [make_shop(name=f"Boutique {number}", hours=hours) for number, hours in enumerate(SHOPS)]
    Shop.objects.update(preparation_minutes=30)
    ShopChange.objects.bulk_create([ShopChange(shop=shop, **closure) for shop in shops])
    return [
        make_product(
            shop=shops[number % len(shops)],
            name=f"Produit {number}",
            made_to_order=number % 2 == 1,
            lead_hours=(0, 4, 0, 24)[number % 4],
            lead_days=number % 3 if number % 2 else 0,
        )
        for number in range(ITEMS)
    ]


def measure(*, town: Any, products: list[Product], runs: int = RUNS) -> Figures:
    """Ask every hub of the town for the same basket, many times."""
    # The library of holidays reads its hundreds of modules on first use, once for a process.
    public_holidays("", [NOW.year - 10])
    first, promises = _timed(lambda: _ask(town, products))
    with CaptureQueriesContext(connection) as queries:
        _ask(town, products)
    times = sorted(_times(lambda: _ask(town, products), runs))
    bare = _times(_evaluate_bare, runs)
    median, bare_median = statistics.median(times), statistics.median(bare)
    return Figures(
        items=len(products),
        shops=len({product.shop_id for product in products}),
        hubs=len(promises),
        days=HORIZON.days,
        windows=sum(len(said.windows) for said in promises),
        queries=len(queries),
        first_ms=round(first, 1),
        median_ms=round(median, 1),
        slowest_of_20_ms=round(times[len(times) * 19 // 20], 1),
        bare_median_ms=round(bare_median, 1),
        ratio=round(median / bare_median, 2),
        is_within_target=median <= TARGET_MS and len(queries) <= MOST_QUERIES,
    )


def _ask(town: Any, products: Iterable[Product]) -> list[Promise]:
    found = prospects(town=town, products=products, now=NOW)
    return [found.at(hub) for hub in found.hubs]


def _evaluate_bare() -> None:
    zone = ZoneInfo(ZONE)
    start = NOW.astimezone(zone)
    for rule in (*SHOPS, *HUBS, *ROUNDS):
        hours = OpeningHours(f"{rule}; {CLOSED:%Y %b %d} off", timezone=zone, country="FR")
        list(hours.intervals(start - timedelta(days=7), start + HORIZON))


def _times(work: Callable[[], Any], runs: int) -> list[float]:
    for _run in range(WARM_UP):
        work()
    return [_timed(work)[0] for _run in range(runs)]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return (time.perf_counter() - began) * 1000, result


def rows(figures: Figures) -> list[tuple[str, str]]:
    """The figures as a table, in French."""
    asked = f"{figures.items} articles, {figures.shops} boutiques, {figures.hubs} points, {figures.days} jours"
    return [
        ("Demande", f"{asked}, {figures.windows} créneaux"),
        ("Requêtes", str(figures.queries)),
        ("La première fois", f"{figures.first_ms} ms"),
        ("Ensuite", f"{figures.median_ms} ms, 19 fois sur 20 moins de {figures.slowest_of_20_ms} ms"),
        ("Les mêmes horaires, évalués seuls", f"{figures.bare_median_ms} ms"),
        ("Rapport", f"{figures.ratio}"),
    ]


def the_town() -> Town:
    found: Town = Town.objects.get(insee="13047")
    return found
