"""Every page, on a phone and on a large screen, by day and by night: readable by everybody, and never too wide.

Each leaves its pictures in var/screenshots, for people to look at.
"""

from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.journeys.looking import axe_violations, overlaps, small_targets, take_picture, wider_than_the_screen
from tests.journeys.spot import STRANGERS, Spot, name_of
from tests.journeys.spots import SPOTS
from tests.journeys.visitors import SCREEN, Visit, Visitors

PHONE: ViewportSize = {"width": 390, "height": 844}
# A4, at a browser's 96 pixels an inch.
SHEET: ViewportSize = {"width": 794, "height": 1123}
# Two frames: everything has its new size and its new colours.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Each size once, each set of colours once: what axe finds depends on nothing else.
AXED = frozenset({"1280", "390-dark"})
VIEWS: tuple[tuple[str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("1280", SCREEN, "light"),
    ("390", PHONE, "light"),
    ("390-dark", PHONE, "dark"),
)


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_everybody_can_read_it(spot: Spot, visitors: Visitors, request: pytest.FixtureRequest) -> None:
    if spot.needs:
        request.getfixturevalue(spot.needs)
    visit = _arrive(spot, visitors)
    page, problems = visit.page, []
    assert page.locator("h1").count() == 1, f"{page.url} : {page.locator('h1').all_inner_texts()}"
    for view, size, scheme in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.evaluate(PAINTED)
        problems += [f"{view} px : {problem}" for problem in _problems(page)]
        if view in AXED:
            problems += [f"{view} px : {problem}" for problem in axe_violations(page)]
        take_picture(page, f"{spot.name}-{view}")
    if spot.prints:
        problems += _on_paper(page, spot)
    assert not problems, f"{page.url}\n" + "\n".join(problems)


def _arrive(spot: Spot, visitors: Visitors) -> Visit:
    # Nothing is measured half-way between two colours.
    calm = {"viewport": SCREEN, "reduced_motion": "reduce"}
    if spot.who in STRANGERS:
        visit = visitors.stranger(STRANGERS[spot.who], **calm)
    else:
        visit = visitors.signed_in(spot.who, **calm)
    visit.expected.add(spot.status)
    response = visit.opens(spot.path)
    assert response is not None
    assert response.status == spot.status, visit.page.url
    if spot.way:
        spot.way(visit)
    visit.settles()
    if spot.page:
        # The page that is looked at is the one that the list says.
        path = urlsplit(visit.page.url).path
        assert name_of(path, platform=visit.home == visitors.host("")) == spot.page, visit.page.url
    return visit


def _on_paper(page: Page, spot: Spot) -> list[str]:
    """What does not fit on a sheet, or cannot be read on it."""
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size(SHEET)
    page.evaluate(PAINTED)
    wide = wider_than_the_screen(page)
    take_picture(page, f"{spot.name}-paper")
    return [
        *([f"plus large que la feuille : {wide}"] if wide else []),
        *(f"sur papier : {problem}" for problem in axe_violations(page)),
    ]


def _problems(page: Page) -> list[str]:
    wide = wider_than_the_screen(page)
    return [
        *([f"plus large que l’écran : {wide}"] if wide else []),
        *(f"écrit l’un sur l’autre : {words}" for words in overlaps(page)),
        *(f"cible trop petite : {target}" for target in small_targets(page)),
    ]
