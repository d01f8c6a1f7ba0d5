"""The real weeks, read from docs/promise.md: the page and the promise cannot say two things."""

import pytest

from tests.tenants.hubs.weeks import ASKED, HOURS, TOWNS, answer, rows

WEEKS = [(row, town) for heading in ("Christmas 2026", "Easter to May 2027") for row in rows(heading) for town in TOWNS]


@pytest.mark.parametrize(
    ("row", "town"), WEEKS, ids=[f"{row['Ordered']}, {row['What']}, {town}" for row, town in WEEKS]
)
def test_the_page_says_what_is_promised(row: dict[str, str], town: str) -> None:
    assert answer(row["What"], town, row["Ordered"]) == row[town]


def test_the_page_describes_the_conciergerie_of_its_tables() -> None:
    assert {row["What"]: row["Hours"].strip("`") for row in rows("The conciergerie of the tables")} == HOURS


def test_the_weeks_ask_for_everything() -> None:
    assert {row["What"] for row, _town in WEEKS} == set(ASKED)


def test_a_day_of_the_page_has_its_name() -> None:
    with pytest.raises(ValueError, match="that day is a Wed"):
        answer("a tart", "Istres", "Thu 2026-12-23 09:00")
