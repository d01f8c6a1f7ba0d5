"""The days of notice, counted as European law counts them."""

from datetime import date

import pytest

from billing.commissions.notice import first_day_after_notice


@pytest.mark.parametrize(
    ("told", "territory", "first"),
    [
        # Fifteen whole days, from the day after: Wednesday 25 November to Wednesday 9 December.
        (date(2026, 11, 24), "", date(2026, 12, 10)),
        (date(2026, 11, 26), "", date(2026, 12, 12)),
        # The last would be Saturday 12 December, or Sunday 13: Monday 14 is.
        (date(2026, 11, 27), "", date(2026, 12, 15)),
        (date(2026, 11, 28), "", date(2026, 12, 15)),
        # Christmas is a Friday, then comes a weekend.
        (date(2026, 12, 10), "", date(2026, 12, 29)),
        # 26 December is a holiday in Moselle, and on a Monday in 2022.
        (date(2022, 12, 11), "", date(2022, 12, 27)),
        (date(2022, 12, 11), "57", date(2022, 12, 28)),
    ],
)
def test_the_first_day_after_the_notice(told: date, territory: str, first: date) -> None:
    assert first_day_after_notice(told, territory=territory) == first
