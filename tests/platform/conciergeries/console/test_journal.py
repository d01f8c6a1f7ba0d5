"""The platform's trail, searched."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client

from conciergeries.console.views.journal import PER_PAGE
from shared.accounts.models import User
from shared.audit.services import record
from tests.conftest import TUESDAY


@pytest.fixture(autouse=True)
def _events(odile: User) -> None:
    record(actor=odile, action="town_suspended", target=odile, details={"town": "L’Haÿ-les-Roses"}, now=TUESDAY)
    record(actor=None, action="town_opening_requested", target=odile, details={"insee": "83137"}, now=TUESDAY)
    record(actor=odile, action="an_action_without_words", target=odile, details={"<b>": 1}, now=TUESDAY)


def test_each_action_is_said_in_words(console: Client) -> None:
    page = console.get("/console/journal/").content.decode()
    for said in (
        "Odile Perrin",
        "a suspendu une commune",
        "L’Haÿ-les-Roses",
        "Toulon · 83137",
        "an_action_without_words",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("query", "found"), [("Haÿ", 1), ("odile", 2), ("suspendu", 1), ("83137", 1), ("rien de tel", 0), ("x" * 400, 0)]
)
def test_the_trail_is_searched_by_person_town_and_action(console: Client, query: str, found: int) -> None:
    page = console.get("/console/journal/", {"q": query})
    assert page.status_code == HTTPStatus.OK
    assert page.context["page"].paginator.count == found


def test_a_whole_address_finds_what_the_trail_masks(console: Client, odile: User) -> None:
    record(actor=odile, action="invited", target=odile, details={"email": "chloe@exemple.fr"}, now=TUESDAY)
    page = console.get("/console/journal/", {"q": "chloe@exemple.fr"})
    assert [row["details"] for row in page.context["rows"]] == ["c…@exemple.fr"]


def test_the_latest_comes_first_and_pages_follow(console: Client, odile: User) -> None:
    for number in range(PER_PAGE):
        record(actor=odile, action="x", target=odile, now=TUESDAY + timedelta(minutes=number + 1))
    first = console.get("/console/journal/")
    assert first.context["rows"][0]["at"] == TUESDAY + timedelta(minutes=PER_PAGE)
    assert console.get("/console/journal/?page=2").context["page"].number == 2
    # A page that is not there is the nearest one.
    assert console.get("/console/journal/?page=abc").status_code == HTTPStatus.OK
    assert console.get("/console/journal/?page=999").context["page"].number == 2
