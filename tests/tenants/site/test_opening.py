"""Opening hours in words."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tenants.site.opening import open_state, week

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = date(2026, 11, 24)
HOURS = "Tu-Sa 09:00-12:30,15:00-19:00; PH off"


def said(moment: datetime, hours: str = HOURS) -> tuple[str, str]:
    found = open_state(hours=hours, zone="Europe/Paris", territory="", now=moment)
    return found.kind, found.words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (24, "09:00", ("open", "Ouvert jusqu’à 12 h 30")),
        (24, "12:10", ("soon", "Ferme dans 20 min")),
        (24, "12:29", ("soon", "Ferme dans 1 min")),
        (24, "12:30", ("closed", "Fermé · rouvre à 15 h")),
        (24, "19:00", ("closed", "Fermé · rouvre demain à 9 h")),
        (28, "19:00", ("closed", "Fermé · rouvre mardi à 9 h")),
    ],
)
def test_open_soon_closed(day: int, clock: str, expected: tuple[str, str]) -> None:
    hour, minute = map(int, clock.split(":"))
    assert said(datetime(2026, 11, day, hour, minute, tzinfo=PARIS)) == expected


def test_a_holiday_is_closed() -> None:
    # 11 November 2026 is a Wednesday.
    assert said(datetime(2026, 11, 11, 10, 0, tzinfo=PARIS)) == ("closed", "Fermé · rouvre demain à 9 h")


def test_far_away_the_date_is_given() -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)
    assert said(now, "Dec 20 10:00-12:00") == ("closed", "Fermé · rouvre dimanche 20 décembre à 10 h")
    assert said(now, "Jan 20 10:00-12:00") == ("closed", "Fermé")
    assert said(now, "24/7") == ("open", "Ouvert")


@pytest.mark.parametrize("unknown", ["", "  ", "n’importe quoi"])
def test_hours_that_are_not_known_say_nothing(unknown: str) -> None:
    assert said(datetime(2026, 11, 24, 9, 0, tzinfo=PARIS), unknown)[1] == ""
    assert week(hours=unknown, zone="Europe/Paris", territory="", today=TUESDAY) == ()


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Su 08:00-20:00", ["tous les jours : 8 h–20 h"]),
        ("Mo-Sa 12:00-14:00; PH off", ["lundi au samedi : 12 h–14 h", "dimanche : fermé"]),
        (
            "Mo,Tu 09:00-12:00; Fr 14:00-18:00",
            [
                "lundi et mardi : 9 h–12 h",
                "mercredi et jeudi : fermé",
                "vendredi : 14 h–18 h",
                "samedi et dimanche : fermé",
            ],
        ),
    ],
)
def test_an_ordinary_week(hours: str, expected: list[str]) -> None:
    rows = week(hours=hours, zone="Europe/Paris", territory="", today=TUESDAY)
    assert [f"{row.days} : {row.hours}".replace("\u00a0", " ") for row in rows] == expected


def test_holidays_do_not_change_the_ordinary_week() -> None:
    rows = {
        week(hours="Mo-Fr 09:00-17:00; PH off", zone="Europe/Paris", territory="", today=TUESDAY + timedelta(days=each))
        for each in range(0, 365, 7)
    }
    assert len(rows) == 1
