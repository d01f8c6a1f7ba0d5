"""Start a demo cold, then warm, and time its pages, on data thrown away at the end."""

import http.client
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from conciergeries.embedded.data import DataFolder, throw_away_data
from conciergeries.embedded.environment import DOMAIN
from conciergeries.embedded.ports import Port, first_free_port
from conciergeries.embedded.supervisor import running_platform
from conciergeries.embedded.telling import Narrator

FIRST_PORT = 8700
TOWN = f"istres.{DOMAIN}"
VISITS = 60
WARM_UP = 4
"""Visits not counted: each of the two web processes compiles its templates on the first."""


@dataclass
class PageTimes:
    """How long a page takes to come, in milliseconds."""

    path: str
    median_ms: float
    slowest_of_20_ms: float


@dataclass
class Figures:
    """What the bench prints."""

    cold_start_seconds: float = 0.0
    warm_start_seconds: float = 0.0
    stop_seconds: float = 0.0
    pages: list[PageTimes] = field(default_factory=list)


class Silent(Narrator):
    """Says nothing: the figures are what is told."""

    def line(self, text: str = "") -> None:
        """Keep quiet."""


class PageFailedError(RuntimeError):
    """A page did not come."""


@contextmanager
def timed_platform(folder: DataFolder, port: Port) -> Iterator[float]:
    """Run the platform; give the seconds it took to be ready."""
    began = time.monotonic()
    with running_platform(folder=folder, port=port, narrator=Silent(), seed=True):
        yield time.monotonic() - began


def get(port: int, path: str) -> str:
    """Fetch a page of the town. Raises PageFailedError."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Host": f"{TOWN}:{port}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    if answer.status != http.client.OK:
        raise PageFailedError(f"{path} : {answer.status}")
    return text


def paths(port: int) -> list[str]:
    """Give the paths of the town's home, of its first shop and of that shop's first product."""
    home = re.search(r'href="(/boutiques/[^/"]+/)"', get(port, "/"))
    if home is None:
        raise PageFailedError("l'accueil ne mène à aucune boutique")
    shop = home[1]
    product = re.search(rf'href="({re.escape(shop)}[^/"]+/)"', get(port, shop))
    return ["/", shop, *([product[1]] if product else [])]


def page_times(port: int, path: str) -> PageTimes:
    """Visit a page many times, one after the other."""
    for _visit in range(WARM_UP):
        get(port, path)
    times = []
    for _visit in range(VISITS):
        began = time.perf_counter()
        get(port, path)
        times.append((time.perf_counter() - began) * 1000)
    return PageTimes(
        path=path,
        median_ms=round(statistics.median(times), 1),
        slowest_of_20_ms=round(statistics.quantiles(times, n=20)[-1], 1),
    )


def measure() -> Figures:
    """Take every measure, on a demo of its own."""
    figures = Figures()
    with throw_away_data() as folder, first_free_port(FIRST_PORT) as port:
        with timed_platform(folder, port) as seconds:
            figures.cold_start_seconds = round(seconds, 1)
        with timed_platform(folder, port) as seconds:
            figures.warm_start_seconds = round(seconds, 1)
            figures.pages = [page_times(port.number, path) for path in paths(port.number)]
            began = time.monotonic()
        figures.stop_seconds = round(time.monotonic() - began, 1)
    return figures


def rows(figures: Figures) -> list[tuple[str, str]]:
    """The figures as a table, in French."""
    return [
        ("Démarrage sur des données neuves", f"{figures.cold_start_seconds} s"),
        ("Démarrage sur des données existantes", f"{figures.warm_start_seconds} s"),
        ("Arrêt", f"{figures.stop_seconds} s"),
        *(
            (page.path, f"{page.median_ms} ms, 19 fois sur 20 moins de {page.slowest_of_20_ms} ms")
            for page in figures.pages
        ),
    ]
