"""French on the page: the expected texts are what a French reader expects to see."""

from datetime import UTC, date, datetime, time

import pytest

from shared import french

NB = "\u00a0"
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0,00 €"),
        (5, "0,05 €"),
        (1250, "12,50 €"),
        (125_050, "1 250,50 €"),
        (123_456_789, "1 234 567,89 €"),
        (-990, "\u22129,90 €"),
    ],
)
def test_money(cents: int, text: str) -> None:
    assert french.money(cents) == text.replace(" ", NB)


@pytest.mark.parametrize(("rate", "text"), [(500, "5 %"), (550, "5,5 %"), (525, "5,25 %"), (2000, "20 %"), (0, "0 %")])
def test_percent(rate: int, text: str) -> None:
    assert french.percent(rate) == text.replace(" ", NB)


@pytest.mark.parametrize(("moment", "text"), [(time(14), "14 h"), (time(14, 30), "14 h 30"), (time(9, 5), "9 h 05")])
def test_clock(moment: time, text: str) -> None:
    assert french.clock(moment) == text.replace(" ", NB)
    assert french.clock(datetime.combine(TODAY, moment, tzinfo=UTC)) == text.replace(" ", NB)


def test_span() -> None:
    assert french.span(time(12), time(14)) == f"12{NB}h\u201314{NB}h"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (date(2026, 11, 24), "aujourd’hui"),
        (date(2026, 11, 25), "demain"),
        (date(2026, 11, 23), "hier"),
        (date(2026, 11, 27), "vendredi 27 novembre"),
        (date(2026, 12, 1), "mardi 1er décembre"),
        (date(2027, 1, 2), "samedi 2 janvier 2027"),
    ],
)
def test_day(when: date, text: str) -> None:
    assert french.day(when, TODAY).replace(NB, " ") == text


def test_day_reads_datetimes_by_their_own_date() -> None:
    assert french.day(datetime(2026, 11, 24, 23, 59, tzinfo=UTC), TODAY) == "aujourd’hui"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "du 16 au 22 novembre 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "du 30 novembre au 6 décembre 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "du 28 décembre 2026 au 3 janvier 2027"),
        (date(2026, 12, 1), date(2026, 12, 31), "du 1er au 31 décembre 2026"),
        (date(2026, 11, 24), date(2026, 11, 24), "le 24 novembre 2026"),
    ],
)
def test_period(first: date, last: date, text: str) -> None:
    assert french.period(first, last).replace(NB, " ") == text


def test_short_date() -> None:
    assert french.short_date(date(2026, 3, 1)) == "01/03/2026"


@pytest.mark.parametrize(
    ("number", "region", "text", "link"),
    [
        ("+33442000000", "FR", "04 42 00 00 00", "+33442000000"),
        ("04.42.00.00.00", "FR", "04 42 00 00 00", "+33442000000"),
        ("0262000000", "RE", "0262 00 00 00", "+262262000000"),
        ("poste 12", "FR", "poste 12", "12"),
        ("", "FR", "", ""),
    ],
)
def test_phone(number: str, region: str, text: str, link: str) -> None:
    assert french.phone(number, region=region).replace(NB, " ") == text
    assert french.phone_link(number, region=region) == link


@pytest.mark.parametrize(
    ("name", "of", "at", "initial"),
    [
        ("Istres", "d’Istres", "à Istres", "I"),
        ("Viroflay", "de Viroflay", "à Viroflay", "V"),
        ("Le Havre", "du Havre", "au Havre", "H"),
        ("Les Sables-d'Olonne", "des Sables-d’Olonne", "aux Sables-d’Olonne", "S"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle", "R"),
        ("L'Haÿ-les-Roses", "de L’Haÿ-les-Roses", "à L’Haÿ-les-Roses", "H"),
        ("Hyères", "d’Hyères", "à Hyères", "H"),
        ("Hérouville-Saint-Clair", "d’Hérouville-Saint-Clair", "à Hérouville-Saint-Clair", "H"),
        ("Honfleur", "de Honfleur", "à Honfleur", "H"),
        ("Évreux", "d’Évreux", "à Évreux", "E"),
        ("Œuilly", "d’Œuilly", "à Œuilly", "O"),
        ("Yerres", "d’Yerres", "à Yerres", "Y"),
        ("Yutz", "de Yutz", "à Yutz", "Y"),
        ("Lens", "de Lens", "à Lens", "L"),
    ],
)
def test_communes(name: str, of: str, at: str, initial: str) -> None:
    assert french.of(name) == of
    assert french.at(name) == at
    assert french.initial(name) == initial


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 article"), (1, "1 article"), (2, "2 articles"), (-3, "-3 articles")]
)
def test_plural(count: int, text: str) -> None:
    assert french.plural(count, "article").replace(NB, " ") == text


def test_plural_of_a_word_that_changes() -> None:
    assert french.plural(2, "cheval", "chevaux").replace(NB, " ") == "2 chevaux"


def test_names_are_written_one_after_the_other() -> None:
    said = [french.listed(names) for names in ([], ["Mistral"], ["Mistral", "Amandine"], ["A", "B", "C"])]
    assert said == ["", "Mistral", "Mistral et Amandine", "A, B et C"]
