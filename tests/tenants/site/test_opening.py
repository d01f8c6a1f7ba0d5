"""Opening hours in words."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.hours import Calendar, Exceptional, Schedule, Version
from tenants.site.opening import OpenState, coming_days, new_hours, open_state, week

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = date(2026, 11, 24)
HOURS = "Tu-Sa 09:00-12:30,15:00-19:00; PH off"
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)


def calendar(hours: str = HOURS, *exceptions: Exceptional, versions: tuple[Version, ...] = ()) -> Calendar:
    return Calendar(Schedule(hours) if hours else None, "Europe/Paris", "", versions, exceptions)


def closure(first: date = TUESDAY, last: date = TUESDAY, hours: str = "", reason: str = "inventaire") -> Exceptional:
    return Exceptional(first, last, closed=True, hours=Schedule(hours) if hours else None, reason=reason)


def said(moment: datetime, hours: str | Calendar = HOURS) -> tuple[str, str]:
    found = open_state(hours if isinstance(hours, Calendar) else calendar(hours), now=moment)
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


def test_a_holiday_is_closed_and_named() -> None:
    # 11 November 2026 is a Wednesday, Christmas a Friday.
    assert said(datetime(2026, 11, 11, 10, 0, tzinfo=PARIS)) == ("closed", "Fermé (Armistice) · rouvre demain à 9 h")
    assert said(datetime(2026, 12, 25, 10, 0, tzinfo=PARIS)) == ("closed", "Fermé (Noël) · rouvre demain à 9 h")


def test_an_exception_says_why() -> None:
    days = closure(last=date(2026, 11, 30))
    assert said(NINE, calendar(HOURS, days)) == (
        "closed",
        "Fermé exceptionnellement : inventaire · rouvre mardi 1er décembre à 9 h",
    )
    assert said(NINE, calendar(HOURS, closure(reason="")))[1] == "Fermé exceptionnellement · rouvre demain à 9 h"


def test_an_exception_of_some_hours_is_the_reason_during_them_only() -> None:
    found = calendar(HOURS, closure(hours="10:00-11:00"))
    assert said(NINE, found) == ("open", "Ouvert jusqu’à 10 h · inventaire")
    assert said(NINE.replace(hour=10), found)[1] == "Fermé exceptionnellement : inventaire · rouvre à 11 h"
    assert said(NINE.replace(hour=13), found)[1] == "Fermé · rouvre à 15 h"


def test_a_closure_of_tomorrow_is_not_todays() -> None:
    found = calendar(HOURS, closure(TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=1)))
    assert said(NINE.replace(hour=20), found)[1] == "Fermé · rouvre jeudi à 9 h"


def test_an_exceptional_opening_says_its_reason() -> None:
    night = Exceptional(TUESDAY, TUESDAY, closed=False, hours=Schedule("18:00-22:00"), reason="nocturne de Noël")
    found = calendar(HOURS, night)
    assert said(NINE, found)[1] == "Fermé · rouvre à 18 h (nocturne de Noël)"
    assert said(NINE.replace(hour=19), found)[1] == "Ouvert jusqu’à 22 h · nocturne de Noël"


def test_a_version_begun_is_the_rule() -> None:
    found = calendar(HOURS, versions=(Version(TUESDAY, Schedule("Mo-Su 08:00-21:00")),))
    assert said(NINE, found)[1] == "Ouvert jusqu’à 21 h"
    assert said(NINE - timedelta(days=1), found)[1] == "Fermé · rouvre demain à 8 h"
    assert [row.days for row in week(found, today=TUESDAY)] == ["tous les jours"]
    assert len(week(found, today=TUESDAY - timedelta(days=1))) > 1
    assert new_hours(found, today=TUESDAY) is None
    coming = new_hours(found, today=TUESDAY - timedelta(days=1))
    assert coming is not None
    assert (coming.since, len(coming.rows)) == (TUESDAY, 1)


def test_past_midnight_and_at_midnight() -> None:
    assert said(NINE.replace(hour=23), "Tu 20:00-02:00")[1] == "Ouvert jusqu’à 2 h"
    assert said(NINE.replace(hour=21), "Tu 20:00-24:00")[1] == "Ouvert jusqu’à minuit"


def test_far_away_the_date_is_given() -> None:
    assert said(NINE, "Dec 20 10:00-12:00") == ("closed", "Fermé · rouvre dimanche 20 décembre à 10 h")
    assert said(NINE, "Jan 20 10:00-12:00") == ("closed", "Fermé")
    assert said(NINE, "24/7") == ("open", "Ouvert")


def test_hours_that_nobody_wrote_say_nothing() -> None:
    assert said(NINE, "") == ("neutral", "")
    assert week(calendar(""), today=TUESDAY) == ()
    # But for what is known of some days.
    assert said(NINE, calendar("", closure()))[0] == "closed"


def test_inside_a_sentence_only_the_first_letter_changes() -> None:
    assert OpenState("closed", "Fermée (Noël)").inline == "fermée (Noël)"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Su 08:00-20:00", ["tous les jours : 8 h–20 h"]),
        ("24/7", ["tous les jours : à toute heure"]),
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
    rows = week(calendar(hours), today=TUESDAY)
    assert [f"{row.days} : {row.hours}".replace("\u00a0", " ") for row in rows] == expected


def test_holidays_and_exceptions_do_not_change_the_ordinary_week() -> None:
    found = calendar("Mo-Fr 09:00-17:00; PH off", closure(last=TUESDAY + timedelta(days=40)))
    rows = {week(found, today=TUESDAY + timedelta(days=each)) for each in range(0, 365, 7)}
    assert len(rows) == 1


def test_the_days_that_come_say_what_is_not_as_usual() -> None:
    christmas = date(2026, 12, 22)
    days = coming_days(calendar(HOURS, closure(christmas, christmas)), today=christmas)
    assert len(days) == 14
    told = [f"{day.name} : {day.hours} ({day.reason})".replace("\u00a0", " ") for day in days[:5]]
    assert told == [
        "aujourd’hui : fermé (inventaire)",
        "demain : 9 h–12 h 30 et 15 h–19 h ()",
        "jeudi 24 décembre : 9 h–12 h 30 et 15 h–19 h ()",
        "vendredi 25 décembre : fermé (Noël)",
        "samedi 26 décembre : 9 h–12 h 30 et 15 h–19 h ()",
    ]
    assert days[3].is_closed
