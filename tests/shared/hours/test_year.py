"""A year as a grid shows it, as OpenStreetMap writes it, and back: the same minutes, every day."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.hours.grammar import read
from shared.hours.opens import minutes_of
from shared.hours.week import Opening, problems_of_week
from shared.hours.year import (
    MONTH_LENGTHS,
    RANKS,
    MonthDay,
    Part,
    Season,
    Year,
    problem_of_month_days,
    problem_of_seasons,
    problem_of_year,
    year_of,
)
from tests.shared.hours.shops import SHOPS, Shop

MORNING, AFTERNOON, EVENING = (
    Opening(time(9), time(12)),
    Opening(time(14), time(18)),
    Opening(time(19), time(0)),
)
MARKET = (Opening(time(8), time(13)),)
WORKDAYS = ((MORNING, AFTERNOON),) * 5 + ((), ())
HALF_DAYS = ((MORNING,),) * 6 + ((),)
# Two years, one of them leap.
DAYS = [date(2027, 3, 1) + timedelta(days=number) for number in range(2 * 366)]


def minutes(rule: str, *, free: date = date(2027, 7, 14)) -> list[list[tuple[int, int]]]:
    return [minutes_of(read(rule), day, lambda kind, each: kind == "PH" and each == free) for day in DAYS]


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("Mo-Sa 12:00-14:00,18:00-20:00; PH off", []),
        ("Tu-Su 08:00-12:30,16:00-19:00; Jul-Aug Mo-Su 08:00-20:00", [((7, 1), (8, 31))]),
        ("Mo-Fr 08:30-12:00,13:30-17:00; Jul 15-Aug 15 Mo-Fr 08:00-13:00; PH off", [((7, 15), (8, 15))]),
        ("Tu-Sa 09:30-12:30,14:00-19:00; Aug off", [((8, 1), (8, 31))]),
        ("Tu-Sa 09:00-19:00; Dec 25 off; Jan 01 off", [((12, 25), (12, 25)), ((1, 1), (1, 1))]),
        ("Fr 16:30-19:30; Nov-Mar Fr 16:00-18:30", [((11, 1), (3, 31))]),
        ("May-Jul Mo-Sa 09:00-12:30,16:00-19:00", [((5, 1), (7, 31))]),
        ("Apr-Sep Tu-Sa 09:00-19:00; Oct-Mar Tu-Sa 09:00-18:00", [((4, 1), (9, 30)), ((10, 1), (3, 31))]),
        ("Dec-Feb Mo-Fr 10:00-12:00", [((12, 1), (2, 29))]),
        ("Tu-Sa 10:00-19:00; Su[1] 10:00-18:00", []),
        ("Su[-1] 08:00-18:00", []),
        ("Sa[1,3] 08:30-12:30", []),
        ("Mo-Fr 09:00-12:00; Mo[1] off", []),
        ("Tu-Sa 10:00-19:00; Su[1] 10:00-18:00; Aug off; PH off", [((8, 1), (8, 31))]),
        ("Apr-Oct Su[3] 07:00-17:00", [((4, 1), (10, 31))]),
    ],
)
def test_what_shops_do_comes_back_as_it_was(rule: str, parts: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    year = year_of(rule, openings_a_day=3)
    assert year is not None
    assert [(season.first, season.last) for season in year.seasons] == parts
    assert year.to_osm() == rule


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_a_shop_that_a_grid_can_show_opens_at_the_same_minutes(shop: Shop) -> None:
    year = year_of(shop.rule, openings_a_day=3)
    if year is not None:
        assert minutes(year.to_osm()) == minutes(shop.rule)


def test_most_of_the_shops_fit_in_a_grid() -> None:
    fit = [shop for shop in SHOPS if year_of(shop.rule, openings_a_day=3)]
    assert len(fit) > 60


@pytest.mark.parametrize(
    "rule",
    [
        "week 01-53/2 Mo 09:00-12:00",
        "2027 Jul Mo 09:00-12:00",
        "easter -2 days 09:00-12:00",
        "Mo-Fr 09:00-12:00; Jul Mo-Fr 10:00-12:00; Jul 10-Aug 10 off",
        "Mo-Fr 09:00-12:00; PH off; Dec Mo-Su 10:00-19:00",
        "Jul Mo-Fr 10:00-12:00; Mo-Fr 09:00-12:00",
        'Tu-Sa 09:00-12:00; Aug off "congés"',
        "Mo-Fr 09:00-12:00, Jul Sa 09:00-12:00",
        "Mo-Fr 09:00-18:00; Jul We 12:00-14:00 off",
        "Jul-Aug Mo-Su 11:00-sunset",
        "Jul Fr 18:00+",
        "Apr-Sep Su,PH 10:00-13:00",
        "SH Mo-Fr 09:00-12:00",
        "Su[5] 09:00-12:00",
        "2027 Sep 01+ Mo-Fr 08:30-18:00",
        "Jul Mo-Fr 09:00-10:00,11:00-12:00,14:00-15:00,16:00-17:00",
        "Aug off",
        "n’importe quoi",
        "",
    ],
)
def test_what_the_grid_cannot_show(rule: str) -> None:
    assert year_of(rule, openings_a_day=3) is None


def test_in_its_season_only_the_season_holds() -> None:
    """What was open, or a day of the month, and is not said again in the season, is closed there."""
    ordinary = Part(WORKDAYS, (MonthDay(1, 6, MARKET),))
    year = Year(ordinary, (Season((7, 1), (8, 31), Part(((),) + ((MORNING,),) * 5 + ((),))),))
    said = year.to_osm()
    assert said == ("Mo-Fr 09:00-12:00,14:00-18:00; Su[1] 08:00-13:00; Jul-Aug Tu-Sa 09:00-12:00; Jul-Aug Mo,Su off")
    assert year_of(said, openings_a_day=2) == year


def test_a_closed_season() -> None:
    year = Year(Part(WORKDAYS), (Season((8, 1), (8, 15), Part()),), closed_on_holidays=True)
    assert year.to_osm() == "Mo-Fr 09:00-12:00,14:00-18:00; Aug 01-15 off; PH off"
    assert Year(Part(), (Season((8, 1), (8, 15), Part()),)).to_osm() == ""


days_of_year = st.integers(1, 12).flatmap(
    lambda month: st.integers(1, MONTH_LENGTHS[month - 1]).map(lambda day: (month, day))
)
openings = st.sampled_from([(), (), (MORNING,), (AFTERNOON,), (MORNING, AFTERNOON), (AFTERNOON, EVENING)])
month_days = st.lists(
    st.builds(MonthDay, st.sampled_from([*RANKS]), st.integers(0, 6), st.sampled_from([(), MARKET, (EVENING,)])),
    max_size=2,
    unique_by=lambda each: (each.rank, each.weekday),
).map(tuple)
parts = st.builds(Part, st.tuples(*[openings] * 7), month_days)


@st.composite
def years(draw: st.DrawFn) -> Year:
    bounds = sorted(draw(st.lists(days_of_year, min_size=0, max_size=4, unique=True)))
    if len(bounds) % 2:
        bounds.pop()
    turned = bounds[1:] + bounds[:1] if draw(st.booleans()) else bounds
    seasons = tuple(Season(first, last, draw(parts)) for first, last in zip(turned[::2], turned[1::2], strict=True))
    return Year(draw(parts), seasons, draw(st.booleans()))


def by_hand(year: Year, day: date, *, free: date = date(2027, 7, 14)) -> list[tuple[int, int]]:
    """What a person reads in the grid: slow, and obviously right."""
    if year.closed_on_holidays and day == free:
        return []
    part = next((each.part for each in year.seasons if (day.month, day.day) in each.dates), year.ordinary)
    found = part.days[day.weekday()]
    for each in part.month_days:
        follows = day + timedelta(days=7)
        is_rank = follows.month != day.month if each.rank == -1 else (day.day - 1) // 7 + 1 == each.rank
        if each.weekday == day.weekday() and is_rank:
            found = each.openings
    return [(int(each.starts_at / timedelta(minutes=1)), int(each.ends_at / timedelta(minutes=1))) for each in found]


@settings(max_examples=40)
@given(years())
def test_any_year_is_written_as_a_person_reads_it_and_comes_back(year: Year) -> None:
    every = [year.ordinary, *(season.part for season in year.seasons)]
    if problem_of_seasons(year.seasons) or any(problem_of_month_days(part.month_days) for part in every):
        return
    assert not any(problems_of_week(part.days) for part in every)
    rule = year.to_osm()
    if not rule:
        assert year.is_empty
        return
    found = minutes(rule)
    assert found == [by_hand(year, day) for day in DAYS]
    again = year_of(rule, openings_a_day=2)
    assert again is not None
    assert minutes(again.to_osm()) == found


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("month_days", "said"),
    [
        ([MonthDay(2, 6, MARKET), MonthDay(2, 6, ())], "le deuxième dimanche du mois est donné deux fois."),
        (
            [MonthDay(4, 6, MARKET), MonthDay(-1, 6, (MORNING,))],
            "le quatrième dimanche du mois est souvent le dernier : donnez-leur les mêmes heures.",
        ),
        (
            [MonthDay(1, 0, (AFTERNOON, MORNING))],
            "le premier lundi du mois : la seconde plage commence avant la première : échangez-les.",
        ),
        ([MonthDay(4, 6, MARKET), MonthDay(-1, 6, MARKET), MonthDay(1, 0, ())], ""),
    ],
)
def test_what_is_wrong_with_days_of_the_month(month_days: list[MonthDay], said: str) -> None:
    assert plain(problem_of_month_days(month_days)) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (
            Year(
                Part(WORKDAYS),
                (Season((7, 1), (8, 31), Part(HALF_DAYS)), Season((8, 15), (9, 15), Part())),
            ),
            "le 15 août est dans deux saisons, du 1er juillet au 31 août et du 15 août au 15 septembre.",
        ),
        (
            Year(
                Part(WORKDAYS),
                (Season((4, 1), (9, 30), Part(HALF_DAYS)), Season((10, 1), (3, 31), Part())),
            ),
            "les saisons couvrent toute l’année : videz la semaine ordinaire, ou raccourcissez-en une.",
        ),
        (
            Year(Part(WORKDAYS), (Season((12, 1), (1, 31), Part(WORKDAYS)),)),
            (
                "la saison du 1er décembre au 31 janvier a les mêmes horaires que la semaine ordinaire : "
                "changez-les, ou retirez-la."
            ),
        ),
        (Year(Part(WORKDAYS), (Season((12, 1), (1, 31), Part(HALF_DAYS)),)), ""),
    ],
)
def test_what_is_wrong_with_a_year(year: Year, said: str) -> None:
    assert plain(problem_of_year(year)) == said
