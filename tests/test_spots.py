"""No kind of page escapes those who look at them: what `./run e2e` looks at is compared with every address there is."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_POST, require_safe

from tests.journeys.spot import STRANGERS
from tests.journeys.spots import SPOTS
from tests.journeys.visitors import ROLES

HOSTS = ("conciergeries.urls.town", "conciergeries.urls.public")
# Addresses that are no page, or none that we dress; those that only take a form are found by the test itself.
NO_PAGE = {
    "colours": "a stylesheet",
    "robots": "a text for robots",
    "picture": "a photograph",
    "letter_attachment": "a file",
    "letter_page": "an e-mail's own page, framed by `letter`",
    "mfa_login_webauthn": "data for the passkeys' script",
    "mfa_download_recovery_codes": "a file",
    "site:my_data_export": "a file",
    "site:hub_feed": "a calendar",
    "site:receipt": "a file",
    "desk:receipt": "a file",
    "portal:daily_totals": "a file",
    "console:journal_entries": "a file",
    "console:sellers": "a file",
    "portal:document": "a file",
    "town_hall:document": "a file",
    "town_hall:journal_entries": "a file",
    "town_hall:daily_totals": "a file",
    "town_hall:deposits_file": "a file",
    "town_hall:sellers": "a file",
    "site:pay": "leads to Stripe, or to the order",
    "site:give_up": "leads to the basket",
    "portal:back": "leads to the payments",
    "console:progress": "the part of `console:opening` that refreshes itself",
    "account": "looked at as `site:account` in towns",
}


def _addresses(patterns: list[Any], app: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each named address and the view that answers it."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, f"{app}{pattern.namespace}:" if pattern.namespace else app)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"an address without a name: {pattern.pattern}"
            yield f"{app}{pattern.name}", pattern.callback


def _only_takes_forms(view: Callable[..., Any]) -> bool:
    """Whether Django's `require_POST` stands somewhere before the view."""
    layer: Callable[..., Any] | None = view
    while layer is not None:
        methods = inspect.getclosurevars(layer).nonlocals.get("request_method_list")
        if methods is not None:
            return list(methods) == ["POST"]
        layer = getattr(layer, "__wrapped__", None)
    return False


@pytest.fixture(scope="module")
def pages() -> set[str]:
    """The names of the addresses that answer a GET."""
    every = {name: view for host in HOSTS for name, view in _addresses(get_resolver(host).url_patterns)}
    return {name for name, view in every.items() if not _only_takes_forms(view)}


def test_what_only_takes_forms_is_told_apart() -> None:
    assert _only_takes_forms(require_POST(lambda request: request))
    assert not _only_takes_forms(require_safe(lambda request: request))
    assert not _only_takes_forms(lambda request: request)


def test_every_page_is_looked_at(pages: set[str]) -> None:
    seen = {spot.page for spot in SPOTS if spot.page}
    assert sorted(pages - seen - NO_PAGE.keys()) == []


def test_what_is_said_to_be_no_page_exists_and_is_looked_at_nowhere(pages: set[str]) -> None:
    assert sorted(NO_PAGE.keys() - pages) == []
    seen = {spot.page for spot in SPOTS if spot.page}
    assert sorted(seen - pages) == []


def test_everybody_who_looks_is_known() -> None:
    assert {spot.who for spot in SPOTS} <= {*ROLES, *STRANGERS}


def test_no_two_spots_share_their_pictures() -> None:
    names = [spot.name for spot in SPOTS]
    assert len(set(names)) == len(names)
