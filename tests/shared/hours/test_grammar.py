"""Reading hours: what is written otherwise, and errors that say where, what was expected, and what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import HoursError, Schedule
from shared.hours.grammar import normalise, read


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("mo-fr 8:00 - 12:30 , 14:00-18:00 ; ph OFF", "Mo-Fr 08:00-12:30,14:00-18:00; PH off"),
        ("Mo – Fr 09:00–12:00", "Mo-Fr 09:00-12:00"),
        ("  Mo-Fr   09:00-12:00 ;", "Mo-Fr 09:00-12:00"),
        ("Mo-Fr 09:00-12:00;; PH off", "Mo-Fr 09:00-12:00; PH off"),
        ("Mo-Fr 09:00-12:00; Sa closed", "Mo-Fr 09:00-12:00; Sa off"),
        ("Mo, We, Fr 09:00-12:00", "Mo,We,Fr 09:00-12:00"),
        ("JUL-aug: Mo 09:00-12:00", "Jul-Aug Mo 09:00-12:00"),
        ("Dec 5,24 off", "Dec 05,Dec 24 off"),
        ("Dec 5-Jan 2 off", "Dec 05-Jan 02 off"),
        ("2027 May 01-2027 Sep 30 off", "2027 May 01-Sep 30 off"),
        ("week 1-53/2 Mo 09:00-12:00", "week 01-53/2 Mo 09:00-12:00"),
        ("Su[1-3] 09:00-12:00", "Su[1,2,3] 09:00-12:00"),
        ("easter -2 days - easter +1 days off", "easter -2 days-easter +1 day off"),
        ("Mo 09:00-12:00||'x'".replace("'", '"'), 'Mo 09:00-12:00 || "x"'),
        ("( sunrise + 01:00 )-SUNSET", "(sunrise+01:00)-sunset"),
        ("Mo 09:00-12:00 , We 14:00-16:00", "Mo 09:00-12:00, We 14:00-16:00"),
    ],
)
def test_written_otherwise_and_meant_the_same(written: str, normal: str) -> None:
    assert normalise(written) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        ("", 1, "Indiquez au moins une plage horaire."),
        (
            "Mo-Sa 12:00-",
            13,
            "Il manque quelque chose à la fin de ces horaires : « Mo-Sa 12:00- ». Attendu ici : une heure",
        ),
        ("Mo-Fr 12:00", 12, "Attendu ici : l’heure de la fin, comme dans « 08:00-12:30 »."),
        ("Mo 25:99", 4, "« 25:99 » n’est pas une heure."),
        ("Mo 25:00-26:00", 4, "une ouverture commence entre 00:00 et 24:00."),
        ("Mo 14:00-49:00", 10, "« 49:00 » est trop tard : une ouverture finit au plus tard à 48:00"),
        ("Mo 08:00-18:00/01:30", 15, "Les horaires d’ouverture ne se répètent pas"),
        ("Mo 09:00-12:00 Sa", 16, "Attendu ici : une heure, « off », un commentaire entre guillemets, ou « ; »."),
        ('Mo 09:00-12:00 "rdv', 16, "Le commentaire n’est pas fermé : il manque un guillemet."),
        ("Su[6] 09:00-10:00", 4, "le rang du jour dans le mois, de 1 à 5, ou -1 pour le dernier."),
        ("Su[2 09:00-10:00", 6, "Attendu ici : le crochet fermant"),
        ("Feb 30 off", 5, "Attendu ici : un jour de ce mois, de 1 à 29."),
        ("2027 Feb 29 off", 10, "Attendu ici : un jour de ce mois, de 1 à 28."),
        ("Jul-Aug 15 off", 5, "Dites le jour du début et celui de la fin, ou les mois seulement."),
        ("2026 Dec 26-Jan 02 off", 13, "La fin de cette période vient avant son début."),
        ("week 54 Mo 09:00-10:00", 6, "Attendu ici : une semaine, de 1 à 53."),
        ("week 40-10 Mo 09:00-10:00", 6, "La dernière semaine vient avant la première."),
        ("Mo-Fr; <script>", 8, "« < » n’a pas de sens ici."),
        ("🧀", 1, "« 🧀 » n’a pas de sens ici."),
        ("Mo-Zz 09:00-10:00", 4, "Attendu ici : un jour, parmi Mo, Tu, We, Th, Fr, Sa, Su ou PH."),
        ("Mo 09:00-(noon+01:00)", 11, "Attendu ici : une heure comme « 08:00 », « sunrise » ou « sunset »."),
    ],
)
def test_what_cannot_be_read_says_where_and_what_was_expected(rule: str, column: int, message: str) -> None:
    with pytest.raises(HoursError) as raised:
        read(rule)
    assert message in plain(str(raised.value))
    assert raised.value.column == column


@pytest.mark.parametrize(
    ("typed", "column", "suggestion"),
    [
        ("Lu-Ve 9h-12h", 1, "Mo-Fr 09:00-12:00"),
        ("Mo-Fr 12h-14h", 7, "Mo-Fr 12:00-14:00"),
        ("Mo-Ve 09:00-12:30", 4, "Mo-Fr 09:00-12:30"),
        ("lun-ven 9-12", 1, "Mo-Fr 09:00-12:00"),
        ("mardi au samedi 9h30-12h et 14h-19h", 1, "Tu-Sa 09:30-12:00,14:00-19:00"),
        (
            "Lundi au vendredi de 9h à 12h30 et 14h-18h ; fermé jours fériés",
            1,
            "Mo-Fr 09:00-12:30,14:00-18:00; PH off",
        ),
        ("Mo-Sa 9h à midi; Di fermé", 7, "Mo-Sa 09:00-12:00; Su off"),
        ("Fermé le lundi", 1, "Mo off"),
        ("24h/24 7j/7", 1, "24/7"),
        ("Juil-Août Mo 18h-minuit", 1, "Jul-Aug Mo 18:00-24:00"),
    ],
)
def test_french_habits_are_explained_and_not_changed(typed: str, column: int, suggestion: str) -> None:
    with pytest.raises(HoursError) as raised:
        Schedule(typed)
    assert (raised.value.column, raised.value.suggestion) == (column, suggestion)
    assert f"Vouliez-vous écrire « {suggestion} » ?" in plain(str(raised.value))
    assert normalise(suggestion) == suggestion


@given(st.text(alphabet='MoTuSuPHJanDec0123456789:-,;/[]()+|" offweek', max_size=40))
def test_any_line_is_read_or_refused_in_french_with_its_place(line: str) -> None:
    error = _refusal(line)
    if error is not None:
        assert error.column is not None
        assert 1 <= error.column <= len(line) + 1
    else:
        assert normalise(normalise(line)) == normalise(line)


def _refusal(line: str) -> HoursError | None:
    try:
        read(line)
    except HoursError as error:
        return error
    return None
