"""Our reading of hours agrees with opening-hours-py's, but where that library says what French shops do not mean."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours, State

from shared.hours import Schedule
from tests.shared.hours.shops import SHOPS, Shop

PARIS = ZoneInfo("Europe/Paris")
# Two New Years, a leap day, three changes of the clocks, an Easter.
START, DAYS = date(2026, 10, 1), 530

Spans = list[tuple[datetime, datetime]]


def by_the_library(rule: str) -> Spans:
    begin, end = _period()
    found: Spans = []
    for first, last, state, _comments in OpeningHours(rule, timezone=PARIS, country="FR").intervals(begin, end):
        start, finish = first.astimezone(UTC), last.astimezone(UTC)
        if state != State.OPEN or start == finish:
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], finish)
        else:
            found.append((start, finish))
    return found


def by_us(rule: str) -> Spans:
    begin, end = _period()
    spans = Schedule(rule).spans(start=begin, end=end, zone="Europe/Paris")
    return [
        (max(span.start.astimezone(UTC), begin.astimezone(UTC)), min(span.end.astimezone(UTC), end.astimezone(UTC)))
        for span in spans
    ]


def _period() -> tuple[datetime, datetime]:
    begin = datetime.combine(START, time(), PARIS)
    return begin, begin + timedelta(days=DAYS)


@pytest.mark.parametrize("shop", [shop for shop in SHOPS if not shop.differs], ids=lambda shop: shop.rule)
def test_the_hundred_shops_open_as_the_library_says(shop: Shop) -> None:
    assert by_us(shop.rule) == by_the_library(shop.rule)


@pytest.mark.parametrize("shop", [shop for shop in SHOPS if shop.differs], ids=lambda shop: shop.rule)
def test_where_we_differ_we_do(shop: Shop) -> None:
    assert by_us(shop.rule) != by_the_library(shop.rule), "one exception less to explain"


_days = st.sampled_from(["Mo-Fr", "Sa,Su", "Tu-Sa", "Mo,We", "Su[2]", "Fr[-1]", "Su[1] +1 day", "PH", "Su,PH", "Fr-Mo"])
_dates = st.sampled_from(
    [
        "Jul-Aug",
        "Nov-Mar",
        "Dec 20-Jan 05",
        "Feb 29",
        "2027 May 01-15",
        "easter -2 days-easter +1 day",
        "week 01-53/2",
        "week 20-30",
        "2027",
        "Dec 24,Dec 31",
    ]
)
_times = st.sampled_from(["09:00-12:00", "08:30-12:30,14:00-19:00", "00:00-24:00", "02:15-02:45", "18:00-24:00", "off"])
_rules = st.lists(st.tuples(_dates | st.just(""), _days | st.just(""), _times), min_size=1, max_size=5).map(
    lambda rules: "; ".join(" ".join(part for part in rule if part) for rule in rules)
)


@settings(max_examples=40, deadline=None)
@given(_rules)
def test_any_rules_open_as_the_library_says(rule: str) -> None:
    assert by_us(rule) == by_the_library(rule)
