"""Days of 23 and 25 hours: an hour shown twice is the second, a skipped one is the jump; the table of docs/hours.md."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.hours import Schedule
from shared.hours.schedule import instant

DOCS = Path(__file__).parents[3] / "docs" / "hours.md"
PARIS, MIQUELON = "Europe/Paris", "America/Miquelon"

# Zone, day, hours, the same in UTC, their length in minutes; as docs/hours.md has them.
TABLE = [
    (PARIS, "2027-03-28", "01:00-04:00", "00:00-02:00", 120),
    (PARIS, "2027-03-28", "01:00-02:30", "00:00-01:00", 60),
    (PARIS, "2027-03-28", "02:30-04:00", "01:00-02:00", 60),
    (PARIS, "2027-03-28", "02:15-02:45", "", 0),
    (PARIS, "2027-03-28", "00:00-24:00", "23:00-22:00", 1380),
    (PARIS, "2026-10-25", "01:00-04:00", "23:00-03:00", 240),
    (PARIS, "2026-10-25", "01:00-02:30", "23:00-01:30", 150),
    (PARIS, "2026-10-25", "02:30-04:00", "01:30-03:00", 90),
    (PARIS, "2026-10-25", "02:15-02:45", "01:15-01:45", 30),
    (PARIS, "2026-10-25", "00:00-24:00", "22:00-23:00", 1500),
    (PARIS, "2026-10-24", "22:00-02:30", "20:00-01:30", 330),
    (PARIS, "2026-11-24", "12:00-14:00", "11:00-13:00", 120),
    (MIQUELON, "2027-03-14", "01:00-04:00", "04:00-06:00", 120),
    (MIQUELON, "2026-11-01", "00:30-02:00", "02:30-05:00", 150),
    ("Indian/Reunion", "2027-03-28", "01:00-04:00", "21:00-00:00", 180),
]


@pytest.mark.parametrize(("zone", "day", "hours", "in_utc", "minutes"), TABLE)
def test_what_the_clocks_make_of_hours(zone: str, day: str, hours: str, in_utc: str, minutes: int) -> None:
    spans = Schedule(hours).on(date.fromisoformat(day), zone=zone)
    instants = [(span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in spans]
    assert ",".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in instants) == in_utc
    assert sum((end - start for start, end in instants), timedelta()) == timedelta(minutes=minutes)


def test_the_docs_have_the_same_table() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for row in TABLE:
        assert "| " + " | ".join(str(cell or "—") for cell in row) + " |" in page


@pytest.mark.parametrize("zone", [PARIS, MIQUELON, "Indian/Reunion", "America/Cayenne", "Pacific/Noumea"])
def test_every_minute_of_three_years_is_where_a_search_finds_it(zone: str) -> None:
    """Slow and plain: the first instant from which the clock shows that time or a later one."""
    tz = ZoneInfo(zone)
    for day in (date(2026, 10, 25), date(2026, 11, 1), date(2027, 3, 14), date(2027, 3, 28), date(2028, 2, 29)):
        shown = [
            datetime.combine(day, time(), UTC) - timedelta(hours=14) + timedelta(minutes=number)
            for number in range(48 * 60)
        ]
        walls = [(moment.astimezone(tz).replace(tzinfo=None), moment) for moment in shown]
        for minutes in range(0, 24 * 60, 15):
            wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
            twice = [moment for wall, moment in walls if wall == wanted]
            expected = max(twice) if twice else min(moment for wall, moment in walls if wall > wanted)
            assert instant(day, minutes, tz) == expected
