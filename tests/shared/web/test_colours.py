"""/couleurs.css: one town's colours, cached for long under an address that changes with them."""

from types import SimpleNamespace

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory

from shared.web import colours


def ask(path: str, accent: str | None, **headers: str) -> HttpResponseBase:
    request = RequestFactory().get(path, headers=headers)
    if accent is not None:
        request.tenant = SimpleNamespace(accent=accent)  # type: ignore[attr-defined]  # set by the tenant middleware
    return colours.stylesheet(request)


def body(response: HttpResponseBase) -> str:
    content = getattr(response, "content", b"")
    assert isinstance(content, bytes)
    return content.decode()


def test_a_town_gets_its_own_colours_in_both_schemes() -> None:
    css = body(ask("/couleurs.css", "#7a2e3a"))
    assert "--accent:#7a2e3a;" in css
    assert "prefers-color-scheme:dark" in css
    assert css != body(ask("/couleurs.css", "#0d5c63"))


@pytest.mark.parametrize("accent", [None, "", "red;}body{display:none"])
def test_without_a_usable_accent_the_default_is_served(accent: str | None) -> None:
    assert "--accent:#0d5c63;" in body(ask("/couleurs.css", accent))


def test_a_poor_accent_is_never_served() -> None:
    assert "#ffcc00" not in body(ask("/couleurs.css", "#ffcc00"))


def test_the_address_carries_the_version_and_is_kept_for_a_year() -> None:
    href = colours.href("#7a2e3a")
    assert href != colours.href("#0d5c63")
    response = ask(href, "#7a2e3a")
    assert "immutable" in response["Cache-Control"]
    assert "immutable" not in ask(href, "#0d5c63")["Cache-Control"]


def test_an_unchanged_stylesheet_is_not_sent_again() -> None:
    first = ask("/couleurs.css", "#7a2e3a")
    again = ask("/couleurs.css", "#7a2e3a", **{"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_only_reading_is_allowed() -> None:
    assert colours.stylesheet(RequestFactory().post("/couleurs.css")).status_code == 405
