"""Every PH is the territory's own: Alsace-Moselle, overseas, and whatever is written about holidays."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from shared.hours import Calendar, Schedule, Why
from shared.hours.holidays import SCHOOLS_KNOWN_UNTIL, custom_name, is_holiday
from shared.hours.opens import easter
from shared.hours.week import preview

PARIS = "Europe/Paris"
ALSACE = (PARIS, "6AE")
MOSELLE = (PARIS, "57")
ISTRES = (PARIS, "")
GUADELOUPE = ("America/Guadeloupe", "971")
MARTINIQUE = ("America/Martinique", "972")
GUYANE = ("America/Cayenne", "973")
REUNION = ("Indian/Reunion", "974")
MIQUELON = ("America/Miquelon", "PM")
MAYOTTE = ("Indian/Mayotte", "976")
SAINT_BARTHELEMY = ("America/St_Barthelemy", "BL")
SAINT_MARTIN = ("America/Marigot", "MF")
WALLIS = ("Pacific/Wallis", "WF")
TAHITI = ("Pacific/Tahiti", "PF")
NOUMEA = ("Pacific/Noumea", "NC")


def hours_on(rule: str, place: tuple[str, str], day: str) -> str:
    zone, territory = place
    spans = Schedule(rule).on(date.fromisoformat(day), zone=zone, territory=territory)
    return ",".join(f"{span.start:%H:%M}-{span.end:%H:%M}" for span in spans)


@pytest.mark.parametrize(
    ("place", "day", "name"),
    [
        (ISTRES, "2026-12-25", "Noël"),
        (ISTRES, "2027-03-29", "Lundi de Pâques"),
        (ISTRES, "2026-12-26", ""),
        (ISTRES, "2027-03-26", ""),
        (ALSACE, "2026-12-26", "Saint-Étienne"),
        (ALSACE, "2027-03-26", "Vendredi saint"),
        (MOSELLE, "2026-12-26", "Saint-Étienne"),
        (MOSELLE, "2027-03-26", "Vendredi saint"),
        (REUNION, "2026-12-20", "Abolition de l’esclavage"),
        (REUNION, "2027-12-20", "Abolition de l’esclavage"),
        (REUNION, "2026-12-26", ""),
        (MAYOTTE, "2027-04-27", "Abolition de l’esclavage"),
        (GUADELOUPE, "2027-05-27", "Abolition de l’esclavage"),
        (MARTINIQUE, "2027-05-22", "Abolition de l’esclavage"),
        (GUYANE, "2027-06-10", "Abolition de l’esclavage"),
        (SAINT_BARTHELEMY, "2027-10-09", "Abolition de l’esclavage"),
        (SAINT_MARTIN, "2027-05-28", "Abolition de l’esclavage"),
        (GUYANE, "2027-05-22", ""),
        (MIQUELON, "2027-07-14", "Fête nationale"),
        (WALLIS, "2027-07-29", "Fête du Territoire"),
        (TAHITI, "2027-03-05", "Arrivée de l’Évangile"),
        (NOUMEA, "2027-09-24", "Fête de la Citoyenneté"),
    ],
)
def test_every_way_of_writing_holidays_follows_the_territory(place: tuple[str, str], day: str, name: str) -> None:
    usual = "08:00-12:00"
    free = bool(name)
    assert hours_on("08:00-12:00; PH off", place, day) == ("" if free else usual)
    assert hours_on("08:00-12:00; PH 10:00-12:00", place, day) == ("10:00-12:00" if free else usual)
    assert hours_on("PH 10:00-12:00", place, day) == ("10:00-12:00" if free else "")
    assert hours_on("08:00-12:00; PH,Su off", place, day) == (
        "" if free or date.fromisoformat(day).weekday() == 6 else usual
    )
    assert hours_on("08:00-12:00, PH 14:00-16:00", place, day) == ("08:00-12:00,14:00-16:00" if free else usual)
    eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    assert (hours_on("PH -1 day 17:00-20:00", place, eve) == "17:00-20:00") is free
    zone, territory = place
    why = Calendar(Schedule("08:00-12:00; PH off"), zone, territory).why(date.fromisoformat(day))
    assert why == (Why(name, holiday=True) if free else None)


@pytest.mark.parametrize(
    ("territory", "days"),
    [
        ("971", {"2027-03-04": "Mi-Carême", "2027-03-26": "Vendredi saint", "2027-07-21": "Fête de Victor Schoelcher"}),
        ("972", {"2027-07-21": "Fête de Victor Schoelcher"}),
        ("MF", {"2027-07-21": "Fête de Victor Schoelcher"}),
        ("973", {}),
        ("974", {}),
        ("976", {}),
        ("BL", {}),
        ("PM", {}),
        ("6AE", {}),
        ("", {}),
    ],
)
def test_a_day_kept_by_custom_is_no_holiday_and_has_a_name(territory: str, days: dict[str, str]) -> None:
    year = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]
    assert {day.isoformat(): name for day in year if (name := custom_name(day, territory))} == days
    national = {day for day in year if is_holiday("PH", day, territory="")}
    own = {day for day in year if is_holiday("PH", day, territory=territory)} - national
    # The law adds one day overseas, none at Saint-Pierre, two in Alsace and Moselle.
    assert len(own) == {"6AE": 2, "": 0, "PM": 0}.get(territory, 1)


def test_the_preview_names_a_day_kept_by_custom() -> None:
    calendar = Calendar(Schedule("Mo-Sa 08:00-12:00; PH off"), "America/Guadeloupe", "971/")
    found = {each.day: each for each in preview(calendar, date(2027, 3, 25))}
    friday, monday = found[date(2027, 3, 26)], found[date(2027, 3, 29)]
    assert (friday.custom, bool(friday.spans), friday.holiday) == ("Vendredi saint", True, False)
    assert (monday.custom, bool(monday.spans), monday.reason) == ("", False, "Lundi de Pâques")


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("A", "2027-02-13", "2027-02-28"),
        ("B", "2027-02-20", "2027-03-07"),
        ("C", "2027-02-06", "2027-02-21"),
        ("A", "2027-04-10", "2027-04-25"),
        ("B", "2027-04-17", "2027-05-02"),
        ("C", "2027-04-03", "2027-04-18"),
        *((zone, "2026-12-19", "2027-01-03") for zone in "ABC"),
        *((zone, "2027-10-23", "2027-11-07") for zone in "ABC"),
    ],
)
def test_school_holidays_are_those_of_the_order(zone: str, first: str, last: str) -> None:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    place = (PARIS, f"/{zone}")
    for day in (begin, end):
        assert hours_on("09:00-12:00; SH 10:00-12:00", place, day.isoformat()) == "10:00-12:00"
    for day in (begin - timedelta(days=1), end + timedelta(days=1)):
        assert hours_on("09:00-12:00; SH 10:00-12:00", place, day.isoformat()) == "09:00-12:00"


def test_nothing_is_known_of_schools_overseas_in_corsica_and_after_the_last_order() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(4 * 365)]
    for territory in ("", "/", "974/", "/Z", "971"):
        assert not any(is_holiday("SH", day, territory=territory) for day in days)
    assert not is_holiday("SH", date(2028, 12, 25), territory="/A")
    assert is_holiday("SH", SCHOOLS_KNOWN_UNTIL, territory="/A")


def test_a_public_holiday_among_those_of_schools_is_told_by_its_name() -> None:
    calendar = Calendar(Schedule("Mo-Sa 08:00-12:00; SH 10:00-12:00; PH off"), PARIS, "/B")
    assert calendar.why(date(2026, 12, 25)) == Why("Noël", holiday=True)
    assert calendar.why(date(2026, 12, 24)) is None


def test_the_order_of_the_rules_holds_for_holidays() -> None:
    """«PH off; Mo-Fr …» opens on holidays, as OpenStreetMap has it: `problems` tells those who write it."""
    assert hours_on("PH off; Mo-Fr 08:00-12:00", ALSACE, "2027-03-26") == "08:00-12:00"


def test_holidays_among_some_days_only() -> None:
    assert hours_on("PH Mo-Fr 08:00-12:00", ALSACE, "2027-03-26") == "08:00-12:00"
    assert hours_on("PH Mo-Fr 08:00-12:00", ALSACE, "2026-12-26") == "", "a Saturday"
    assert hours_on("PH Mo-Fr 08:00-12:00", ISTRES, "2027-03-26") == "", "no holiday there"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("Mo-Sa 08:00-12:00; PH off", Why("Noël", holiday=True)),
        ("Mo-Sa 08:00-12:00; PH closed", Why("Noël", holiday=True)),
        ("Mo-Sa 08:00-12:00; Su,PH off", Why("Noël", holiday=True)),
        ("Mo-Sa 08:00-12:00; PH 10:00-12:00", Why("Noël", holiday=True)),
        ("Mo-Sa 08:00-12:00", None),
        ("Mo-Sa 08:00-12:00; Dec 25 off", None),
        ("Mo-Th 08:00-12:00; PH off", None),
    ],
)
def test_the_reason_is_told_when_the_holiday_makes_the_difference(rule: str, why: Why | None) -> None:
    assert Calendar(Schedule(rule), PARIS).why(date(2026, 12, 25)) == why


def test_a_holiday_on_a_night_is_the_evening_s() -> None:
    """On New Year's Eve the bar is open until 2 h on 1 January, a holiday; on 1 January it stays closed."""
    spans = Schedule("Mo-Su 18:00-02:00; PH off").spans(
        start=datetime(2026, 12, 31, 12, tzinfo=ZoneInfo(PARIS)),
        end=datetime(2027, 1, 2, 12, tzinfo=ZoneInfo(PARIS)),
        zone=PARIS,
    )
    assert [f"{span.start:%d %H}-{span.end:%d %H}" for span in spans] == ["31 18-01 02"]


def test_easter_is_that_of_the_holidays() -> None:
    for year in range(1990, 2100):
        monday = easter(year) + timedelta(days=1)
        assert "Lundi de Pâques" in holidays.country_holidays("FR", years=year, language="fr")[monday]
