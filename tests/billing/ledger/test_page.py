"""docs/money.md and the code name the same accounts, and the tests play every life that the page tells."""

import re
from pathlib import Path

import pytest

from billing.ledger.models import Account
from tests.billing.lives import lives, side
from tests.billing.worked import table

NUMBER = re.compile(r"\b(?:\d{3,5}|411M)\b")
TESTS = Path(__file__).resolve().parents[2]


def test_the_page_lists_the_accounts_that_exist() -> None:
    listed = table(heading="Accounts of a town", first_column="Number").records()
    assert {number for row in listed for number in NUMBER.findall(row["Number"])} == set(Account.values)


def test_every_life_is_played() -> None:
    played = {
        heading
        for path in TESTS.rglob("test_*.py")
        for heading in re.findall(r'\bLife\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert played >= set(lives())


@pytest.mark.parametrize("heading", lives())
def test_a_life_adds_up(heading: str) -> None:
    for row in table(heading=heading, first_column="Event").records():
        assert sum(side(row["Debit"]).values()) == sum(side(row["Credit"]).values()), row
