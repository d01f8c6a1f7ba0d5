"""A demo served once per run, a Chromium for all its visitors, and the words that tests use about them.

Nothing here touches this process's database: what the tests see is what a person sees.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from stripe import StripeClient

from conciergeries.embedded.supervisor import Platform
from tests.journeys.buying import (
    CONTESTED,
    REFUND_FAILS,
    eventually,
    pays_as_typed,
    type_a_card,
)
from tests.journeys.desk import sells_an_accepted_order
from tests.journeys.guarding import activates_an_application, adds_a_passkey, gives_a_device
from tests.journeys.visitors import ROLES, Visitors
from tests.journeys.ways import (
    close_a_shop_all_the_same,
    go_to_pay,
    open_a_shop_again,
    order_at_the_desk,
    type_the_password,
)
from tests.tools.fake_stripe.controls import Controls
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


@pytest.fixture(scope="session")
def sold(_visitors: Visitors, statements: None) -> None:
    """Something was sold since the last statements."""
    manage(_visitors.demo, "shell", "-c", (Path(__file__).parent / "data" / "sold.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def two_cheeses(_visitors: Visitors) -> None:
    """An order of two things of the same shop, to be paid at the desk: each may be refused alone."""
    alice = _visitors.signed_in("alice")
    alice.opens("/boutiques/fromagerie-amandine/")
    alice.follows("Brousse du Rove")
    alice.presses("Ajouter au panier")
    expect(alice.page.get_by_text("est dans votre panier")).to_be_visible()
    alice.opens("/boutiques/fromagerie-amandine/")
    order_at_the_desk(alice)
    _visitors.leave()


@pytest.fixture
def unsettled(_visitors: Visitors) -> Iterator[None]:
    """A shop closes although an order counts on it; afterwards it is open again, for whoever shops next."""
    alice, amandine = _visitors.signed_in("alice"), _visitors.signed_in("amandine")
    alice.opens("/boutiques/fromagerie-amandine/")
    order_at_the_desk(alice)
    amandine.opens("/portail/vitrines/")
    close_a_shop_all_the_same(amandine)
    eventually(_visitors.signed_in("town_hall"), "Choisissez un autre retrait", "/mairie/retraits-a-revoir/")
    _visitors.leave()
    yield
    again = _visitors.signed_in("amandine")
    again.opens("/portail/vitrines/")
    open_a_shop_again(again)
    _visitors.leave()


@pytest.fixture(scope="session")
def contested(_visitors: Visitors) -> None:
    """Two payments by card are contested at the bank, which has given one of them up to its customer."""
    alice, hall = _visitors.signed_in("alice"), _visitors.signed_in("town_hall")
    for _ in range(2):
        alice.opens("/boutiques/fromagerie-amandine/")
        go_to_pay(alice)
        type_a_card(alice, CONTESTED)
        number = pays_as_typed(alice)
        eventually(hall, number, "/mairie/argent/incidents/")
    environment = _visitors.demo.environment
    client = StripeClient(environment["STRIPE_SECRET_KEY"], base_addresses={"api": environment["STRIPE_API_URL"]})
    last = client.v1.disputes.list().data[0]
    Controls(environment["STRIPE_API_URL"]).close_dispute(last.id, won=False)
    eventually(hall, "perdue, à décider", "/mairie/argent/incidents/")
    _visitors.leave()


@pytest.fixture(scope="session")
def sent_back(_visitors: Visitors) -> None:
    """An order paid by card is cancelled, and the bank sends its refund back: the card's account is closed."""
    alice, hall = _visitors.signed_in("alice"), _visitors.signed_in("town_hall")
    alice.opens("/boutiques/fromagerie-amandine/")
    go_to_pay(alice)
    type_a_card(alice, REFUND_FAILS)
    pays_as_typed(alice)
    alice.follows("Annuler la commande")
    alice.presses("Annuler la commande")
    eventually(hall, "Rendre autrement", "/mairie/argent/incidents/")
    _visitors.leave()


@pytest.fixture(scope="session")
def by_bank(_visitors: Visitors, statements: None) -> None:
    """One payout of Istres is in a file that the bank has, another waits for a file, and a statement is to be read."""
    manage(_visitors.demo, "shell", "-c", (Path(__file__).parent / "data" / "by_bank.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def guarded(_visitors: Visitors) -> None:
    """Viroflay's town hall signs in with a password and one factor more: an application, or a passkey."""
    visit = _visitors.stranger("viroflay")
    type_the_password(ROLES["guarded"].email)(visit)
    gives_a_device(visit.page)
    activates_an_application(visit)
    adds_a_passkey(visit, "téléphone")
    _visitors.remember("guarded", visit)
    _visitors.leave()


@pytest.fixture
def viroflay_suspended(_visitors: Visitors) -> Iterator[None]:
    """The operator has closed Viroflay's doors, for the time of the test."""
    odile = _visitors.signed_in("operator")
    odile.opens("/console/")
    odile.follows("Viroflay")
    odile.follows("Suspendre la conciergerie")
    odile.page.get_by_label("Pourquoi").fill("Pour voir la page")
    odile.presses("Suspendre")
    yield
    odile.presses("Rouvrir la conciergerie")
    expect(odile.page.get_by_text("est de nouveau ouverte")).to_be_visible()
