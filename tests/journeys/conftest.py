"""A demo served once per run, a Chromium for all its visitors, and the words that tests use about them.

Nothing here touches this process's database: what the tests see is what a person sees.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from conciergeries.embedded.supervisor import Platform
from tests.journeys.desk import sells_an_accepted_order
from tests.journeys.visitors import Visitors
from tests.tools.managing import manage
from tests.tools.served import served_platform

FIRST_PORT = 8700
# Names under `localhost` are resolved by Chromium itself. The rest keeps it from calling home or needing a screen.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="remake the pictures of docs/pictures")


def pytest_configure(config: pytest.Config) -> None:
    # The driver's own event loop is closed with the browser, after pytest has begun to look for leaks.
    config.addinivalue_line("filterwarnings", "ignore:unclosed:ResourceWarning")


@pytest.fixture(scope="session")
def demo() -> Iterator[Platform]:
    """The demo with its two towns, as `./run` fills it, on its own port and data."""
    with served_platform(seed=True, first_port=FIRST_PORT) as platform:
        yield platform


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if path is None:
        pytest.fail("Il faut Chromium : apt install chromium, ou son chemin dans la variable CHROMIUM.")
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def _visitors(demo: Platform, chromium: Browser) -> Visitors:
    return Visitors(demo, chromium)


@pytest.fixture
def visitors(_visitors: Visitors) -> Iterator[Visitors]:
    """Whoever visits the demo in this test: `visitors.stranger()`, `visitors.signed_in("alice")`.

    At the end of the test nothing may have gone wrong in anybody's browser.
    """
    yield _visitors
    _visitors.leave()


@pytest.fixture(scope="session")
def statements(_visitors: Visitors) -> None:
    """One order of the demo has been sold, and its merchants paid: there are statements to look at."""
    sells_an_accepted_order(_visitors.signed_in("concierge"))
    _visitors.leave()
    today = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
    manage(_visitors.demo, "settle", "istres", "--until", today)
