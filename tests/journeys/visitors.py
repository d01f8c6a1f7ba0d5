"""People at a real browser: each has a context of their own, and everything that goes wrong in it is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, ViewportSize

from conciergeries.embedded.supervisor import Platform

PATIENCE_MS = 20_000
SCREEN: ViewportSize = {"width": 1280, "height": 900}
PASSWORD_PAGE = "compte/login/?avec=mot-de-passe"
# What a page does to be refused is its own test's business.
EXPECTED_STATUSES = frozenset({403, 404, 409, 410, 422})


@dataclass(frozen=True)
class Role:
    """Who signs in, and on which host (empty: the platform's)."""

    email: str
    town: str


ROLES = {
    "alice": Role("alice@habitants.example", "istres"),
    "concierge": Role("concierge@istres.example", "istres"),
    "thomas": Role("concierge@viroflay.example", "viroflay"),
    "guarded": Role("mairie@viroflay.example", "viroflay"),
    "town_hall": Role("mairie@istres.example", "istres"),
    "amandine": Role("amandine@fromagerie.example", ""),
    "marc": Role("marc@heures-claires.example", ""),
    "leila": Role("leila@atelier-mistral.example", ""),
    "operator": Role("operateur@conciergeries.example", ""),
}


@dataclass
class Visit:
    """One person's browser: its page, its host, and what went wrong."""

    page: Page
    home: str
    password: str = ""
    problems: list[str] = field(default_factory=list)
    # What this visit means to see refused, beyond EXPECTED_STATUSES.
    expected: set[int] = field(default_factory=set)

    def opens(self, path: str) -> Response | None:
        """Open an address of the visit's host."""
        return self.page.goto(urljoin(self.home, path))

    def settles(self) -> None:
        """Wait until nothing more is on its way: for who looks at the whole page."""
        self.page.wait_for_load_state("networkidle")

    def follows(self, words: str) -> None:
        """Follow the first link of the content with these words."""
        self.page.locator("main").get_by_role("link", name=words).first.click()
        self.page.wait_for_load_state()

    def presses(self, words: str) -> None:
        """Press the first button of the content with these words."""
        self.page.locator("main").get_by_role("button", name=words).first.click()
        self.page.wait_for_load_state()

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url} : {error}"))
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if any(f"status of {status} " in message.text for status in EXPECTED_STATUSES | self.expected):
            return
        self.problems.append(f"{self.page.url} : {message.text}")

    def _failed(self, url: str, why: str | None) -> None:
        # A page left while something was still on its way.
        if why != "net::ERR_ABORTED":
            self.problems.append(f"{self.page.url} : {url} {why}")


class Visitors:
    """Everybody who visits the demo; each signs in once for all tests."""

    def __init__(self, demo: Platform, chromium: Browser) -> None:
        self.demo = demo
        self._chromium = chromium
        accounts = json.loads((demo.folder.path / "demo-accounts.json").read_text(encoding="utf-8"))
        self._password: str = accounts[0]["password"]
        self._states: dict[str, Any] = {}
        self._visits: list[Visit] = []

    def host(self, town: str) -> str:
        return f"http://{town}.localhost:{self.demo.port}/" if town else self.demo.url

    def stranger(self, town: str = "istres", **options: Any) -> Visit:
        """Somebody who is not signed in. `options` are those of a browser's context: viewport, java_script_enabled."""
        context = self._context(**options)
        visit = Visit(context.new_page(), self.host(town), self._password)
        visit.watch()
        self._visits.append(visit)
        return visit

    def signed_in(self, who: str, **options: Any) -> Visit:
        """One of ROLES, signed in with the demo's password."""
        role = ROLES[who]
        if who not in self._states:
            self._states[who] = self._sign_in(role)
        return self.stranger(role.town, storage_state=self._states[who], **options)

    def remember(self, who: str, visit: Visit) -> None:
        """Let `signed_in(who)` be whom this visit has signed in, however they did."""
        self._states[who] = visit.page.context.storage_state()

    def leave(self) -> None:
        """Close every browser. Raises AssertionError when anything went wrong in one of them."""
        problems = [problem for visit in self._visits for problem in visit.problems]
        for visit in self._visits:
            visit.page.context.close()
        self._visits.clear()
        assert not problems, "\n".join(problems)

    def _sign_in(self, role: Role) -> Any:
        with self._passing_through(role.town) as visit:
            visit.opens(PASSWORD_PAGE)
            visit.page.get_by_label("Adresse e-mail").fill(role.email)
            visit.page.get_by_label("Mot de passe").fill(self._password)
            visit.page.get_by_role("button", name="S’identifier").click()
            visit.page.wait_for_url(lambda url: "login" not in url)
            return visit.page.context.storage_state()

    @contextmanager
    def _passing_through(self, town: str) -> Iterator[Visit]:
        context = self._context()
        try:
            yield Visit(context.new_page(), self.host(town))
        finally:
            context.close()

    def _context(self, **options: Any) -> BrowserContext:
        options = {
            "locale": "fr-FR",
            "timezone_id": "Europe/Paris",
            "viewport": {"width": 1280, "height": 900},
            **options,
        }
        context = self._chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        return context
