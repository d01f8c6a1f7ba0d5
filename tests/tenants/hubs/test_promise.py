"""When an order can be collected."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import Schedule
from tenants.hubs.promise import HORIZON, Place, Window, promise

PARIS = ZoneInfo("Europe/Paris")
TUESDAY_NINE = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)


def place(*, hours: str = "Mo-Sa 12:00-14:00,18:00-20:00; PH off", cutoff: int = 240, territory: str = "") -> Place:
    return Place(
        name="La conciergerie",
        schedule=Schedule(hours),
        zone="Europe/Paris",
        territory=territory,
        cutoff=timedelta(minutes=cutoff),
    )


def first(*, now: datetime, lead: int = 0, **where: object) -> Window:
    found = promise(place=place(**where), lead=timedelta(hours=lead), now=now).earliest  # type: ignore[arg-type]  # the keywords of place
    assert found is not None
    return found


def test_before_two_collect_at_six() -> None:
    window = first(now=TUESDAY_NINE)
    assert (window.order_before.hour, window.start.hour, window.end.hour) == (14, 18, 20)


@pytest.mark.parametrize(("minute", "hour"), [(59, 18), (0, 12)])
def test_the_last_moment_is_a_moment(minute: int, hour: int) -> None:
    now = TUESDAY_NINE.replace(hour=13 if minute else 14, minute=minute)
    assert first(now=now).start.hour == hour


def test_what_takes_longer_than_the_round_takes_its_time() -> None:
    assert first(now=TUESDAY_NINE, lead=6).start.hour == 18
    assert first(now=TUESDAY_NINE, lead=10).start == datetime(2026, 11, 25, 12, 0, tzinfo=PARIS)


def test_a_public_holiday_is_no_window() -> None:
    christmas_eve = datetime(2026, 12, 24, 15, 0, tzinfo=PARIS)
    assert first(now=christmas_eve).start == datetime(2026, 12, 26, 12, 0, tzinfo=PARIS)
    # The day after Christmas is one in Alsace only.
    assert first(now=christmas_eve, territory="6AE").start == datetime(2026, 12, 28, 12, 0, tzinfo=PARIS)


def test_two_days_of_preparation_are_two_real_days_when_the_clocks_change() -> None:
    monday_noon = datetime(2026, 10, 26, 12, 0, tzinfo=PARIS)
    window = promise(place=place(), lead=timedelta(hours=48), now=monday_noon - timedelta(days=4)).window_at(
        monday_noon
    )
    assert window is not None
    assert window.order_before == datetime(2026, 10, 24, 13, 0, tzinfo=PARIS)
    assert monday_noon.astimezone(UTC) - window.order_before.astimezone(UTC) == timedelta(hours=48)


def test_a_hub_that_never_opens_promises_nothing() -> None:
    assert promise(place=place(hours="Jan 01 10:00-12:00"), lead=timedelta(), now=TUESDAY_NINE).earliest is None


@given(minutes=st.integers(0, 60 * 24 * 400), lead=st.integers(0, 200), cutoff=st.integers(0, 2000))
def test_every_window_can_be_kept(minutes: int, lead: int, cutoff: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    said = promise(place=place(cutoff=cutoff), lead=timedelta(hours=lead), now=now)
    starts = [window.start.astimezone(UTC) for window in said.windows]
    assert starts == sorted(starts)
    for window in said.windows:
        assert now < window.order_before.astimezone(UTC) <= window.start.astimezone(UTC) < window.end.astimezone(UTC)
        assert window.start.astimezone(UTC) - now >= timedelta(hours=lead)
        assert window.start.astimezone(UTC) <= now + HORIZON
        assert said.window_at(window.start) == window
