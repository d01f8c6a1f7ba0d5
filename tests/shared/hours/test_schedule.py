"""Opening hours: the traps of calendars and clocks, and what a French shop means by its hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import HoursError, Schedule

PARIS = "Europe/Paris"
ISTRES = Schedule("Mo-Sa 12:00-14:00,18:00-20:00; PH off")


def starts(schedule: Schedule, *, day: str, days: int = 1, zone: str = PARIS, territory: str = "") -> list[str]:
    begin = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=ZoneInfo(zone))
    spans = schedule.spans(start=begin, end=begin + timedelta(days=days), zone=zone, territory=territory)
    return [f"{span.start:%d %H:%M}-{span.end:%H:%M}" for span in spans]


def test_a_tuesday_has_two_spans() -> None:
    assert starts(ISTRES, day="2026-11-24") == ["24 12:00-14:00", "24 18:00-20:00"]


def test_sunday_is_closed() -> None:
    assert starts(ISTRES, day="2026-11-22") == []


@pytest.mark.parametrize(
    ("place", "territory", "zone", "day", "closed"),
    [
        ("Istres, Christmas", "", PARIS, "2026-12-25", True),
        ("Istres, 26 December", "", PARIS, "2026-12-26", False),
        ("Strasbourg, 26 December", "6AE", PARIS, "2026-12-26", True),
        ("Metz, 26 December", "57", PARIS, "2026-12-26", True),
        ("Saint-Denis, abolition of slavery", "974", "Indian/Reunion", "2027-12-20", True),
        ("Istres, the same Monday", "", PARIS, "2027-12-20", False),
        ("Istres, Ascension", "", PARIS, "2027-05-06", True),
        ("Istres, Easter Monday", "", PARIS, "2027-03-29", True),
    ],
)
def test_public_holidays_are_those_of_the_place(
    place: str, territory: str, zone: str, day: str, *, closed: bool
) -> None:
    assert (starts(ISTRES, day=day, zone=zone, territory=territory) == []) is closed, place


def test_without_ph_off_a_holiday_is_a_day_like_another() -> None:
    assert starts(Schedule("Mo-Su 08:00-12:30"), day="2026-12-25", territory="6AE") == ["25 08:00-12:30"]


def test_a_day_of_23_hours_keeps_its_hours() -> None:
    """On 28 March 2027 two o'clock is three: an evening is where it always was."""
    spans = Schedule("Su 01:00-04:00,18:00-20:00").spans(
        start=datetime(2027, 3, 27, 23, tzinfo=UTC), end=datetime(2027, 3, 28, 22, tzinfo=UTC), zone=PARIS
    )
    lengths = [span.end.astimezone(UTC) - span.start.astimezone(UTC) for span in spans]
    assert lengths == [timedelta(hours=2), timedelta(hours=2)]


def test_a_day_of_25_hours_keeps_its_hours() -> None:
    spans = Schedule("Su 01:00-04:00").spans(
        start=datetime(2026, 10, 24, 22, tzinfo=UTC), end=datetime(2026, 10, 25, 22, tzinfo=UTC), zone=PARIS
    )
    assert [span.end.astimezone(UTC) - span.start.astimezone(UTC) for span in spans] == [timedelta(hours=4)]


def test_a_span_past_midnight_belongs_to_its_evening() -> None:
    saturday_one_in_the_morning = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
    assert Schedule("Fr 20:00-02:00").is_open(at=saturday_one_in_the_morning, zone=PARIS)
    assert not Schedule("Sa 20:00-02:00").is_open(at=saturday_one_in_the_morning, zone=PARIS)


def test_closing_time_is_closed() -> None:
    assert ISTRES.is_open(at=datetime(2026, 11, 24, 12, 59, tzinfo=UTC), zone=PARIS)
    assert not ISTRES.is_open(at=datetime(2026, 11, 24, 13, 0, tzinfo=UTC), zone=PARIS)


def test_next_span_is_the_current_one_while_it_lasts() -> None:
    during = ISTRES.next_span(at=datetime(2026, 11, 24, 11, 30, tzinfo=UTC), zone=PARIS)
    after = ISTRES.next_span(at=datetime(2026, 11, 28, 20, 0, tzinfo=UTC), zone=PARIS)
    assert during is not None
    assert f"{during.start:%a %H}" == "Tue 12"
    assert after is not None
    assert f"{after.start:%a %H}" == "Mon 12"


def test_hours_that_never_open_have_no_next_span() -> None:
    assert Schedule("off").next_span(at=datetime(2026, 11, 24, tzinfo=UTC), zone=PARIS) is None


@pytest.mark.parametrize("rule", ["", "   ", "de midi à deux", "Mo-Sa 12:00-", "Mo 25:99", "<script>", "🧀"])
def test_nonsense_is_refused_in_french(rule: str) -> None:
    with pytest.raises(HoursError, match=r"horaire"):
        Schedule(rule)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001  (hypothesis adds the zone)
    st.sampled_from([(PARIS, ""), (PARIS, "6AE"), ("Indian/Reunion", "974"), ("America/Martinique", "972")]),
)
def test_open_now_is_being_in_a_span(naive: datetime, place: tuple[str, str]) -> None:
    zone, territory = place
    at = naive.replace(tzinfo=UTC)
    spans = ISTRES.spans(start=at - timedelta(days=2), end=at + timedelta(days=2), zone=zone, territory=territory)
    inside = any(span.start <= at < span.end for span in spans)
    assert ISTRES.is_open(at=at, zone=zone, territory=territory) is inside
