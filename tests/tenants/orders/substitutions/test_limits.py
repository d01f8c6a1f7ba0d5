"""Until when a customer may answer: the table of docs/money.md."""

from datetime import UTC, datetime

import pytest

from tenants.orders.substitutions.limits import answer_before
from tests.billing.worked import table

ROWS = table(heading="Substitutions", first_column="Proposed").records()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: dict[str, str]) -> None:
    limit = answer_before(proposed_at=moment(row["Proposed"]), leaves_at=moment(row["The concierge leaves"]))
    said = row["Answer before"]
    assert limit == (None if said == "too late" else moment(said))
