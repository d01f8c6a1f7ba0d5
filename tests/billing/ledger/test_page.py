"""docs/money.md and the code name the same accounts."""

import re

from billing.ledger.models import Account
from tests.billing.worked import table

NUMBER = re.compile(r"\b(?:\d{3,5}|411M)\b")


def test_the_page_lists_the_accounts_that_exist() -> None:
    listed = table(heading="Accounts of a town", first_column="Number").records()
    assert {number for row in listed for number in NUMBER.findall(row["Number"])} == set(Account.values)


def test_every_event_is_posted_to_accounts_that_exist() -> None:
    events = table(heading="What is posted, and when", first_column="Event").records()
    assert len(events) >= 9
    for row in events:
        numbers = NUMBER.findall(row["Debit"]) + NUMBER.findall(row["Credit"])
        assert set(numbers) <= set(Account.values), row
        assert NUMBER.findall(row["Debit"]), row
        assert NUMBER.findall(row["Credit"]), row
