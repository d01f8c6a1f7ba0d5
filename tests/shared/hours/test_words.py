"""Hours in French: a hundred shops as they are, and what has no words."""

import pytest

from shared.hours import Schedule
from shared.hours.grammar import normalise
from shared.hours.words import in_words
from tests.shared.hours.shops import SHOPS, Shop


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_there_are_a_hundred_shops() -> None:
    assert len({shop.rule for shop in SHOPS}) >= 100


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_the_shop_is_read_said_and_comes_back_unchanged(shop: Shop) -> None:
    Schedule(shop.rule)
    assert normalise(shop.rule) == shop.rule
    assert plain(in_words(shop.rule)) == shop.words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("Mo-Fr", "lundi au vendredi, jour et nuit"),
        ("09:00-12:00", "9 h–12 h"),
        ("Mo-Fr 09:00-12:00; 14:00-16:00", "lundi au vendredi, 9 h–12 h ; tous les jours, 14 h–16 h"),
        ("off", "fermé"),
        ("Mo-Su off", "fermé tous les jours"),
        ("Sa-Su off", "fermé le samedi et le dimanche"),
        ("Mo-We off", "fermé du lundi au mercredi"),
        ("Su[2] off", "fermé le deuxième dimanche du mois"),
        ("SH off", "fermé pendant les vacances scolaires"),
        ("PH +1 day off", "fermé les lendemains de jours fériés"),
        ("Sa[-1],Su[1] 09:00-12:00", "le dernier samedi du mois et le premier dimanche du mois, 9 h–12 h"),
        ("Fr[1] -1 day 09:00-12:00", "la veille du premier vendredi du mois, 9 h–12 h"),
        ("Sa[-2] 09:00-12:00", "l’avant-dernier samedi du mois, 9 h–12 h"),
        ("2026-2027 Jul 09:00-12:00", "de 2026 à 2027, en juillet, 9 h–12 h"),
        ("2026,2028 Jul 09:00-12:00", "en 2026 et 2028, en juillet, 9 h–12 h"),
        ("2027+ Mo 09:00-12:00", "à partir de 2027, lundi, 9 h–12 h"),
        ("2027 Jul-Aug 09:00-12:00", "en juillet et août 2027, 9 h–12 h"),
        ("2026 Dec-2027 Feb 09:00-12:00", "de décembre 2026 à février 2027, 9 h–12 h"),
        ("2027 easter +39 days off", "fermé le jeudi de l’Ascension 2027"),
        ("easter-Oct 15 09:00-12:00", "du dimanche de Pâques au 15 octobre, 9 h–12 h"),
        ("week 10-20 Mo 09:00-12:00", "semaines 10 à 20, lundi, 9 h–12 h"),
        ("week 12 Mo 09:00-12:00", "semaine 12, lundi, 9 h–12 h"),
        ("Mo 18:00-20:00+", "lundi, 18 h–20 h et au-delà"),
        (
            "(sunrise+00:30)-(sunset-01:00)",
            "de 30 minutes après le lever du soleil à 1 heure avant le coucher du soleil",
        ),
        ("dawn-dusk", "de l’aube à la tombée de la nuit"),
        ("PH Mo-Fr off", "fermé les jours fériés qui tombent du lundi au vendredi"),
        ("Mo unknown", "lundi, à confirmer"),
        ('"sur rendez-vous"', "sur rendez-vous"),
    ],
)
def test_other_ways_of_saying(rule: str, words: str) -> None:
    assert normalise(rule) == rule
    assert plain(in_words(rule)) == words


@pytest.mark.parametrize(
    "rule", ["easter +3 days 09:00-12:00", "week 03-40/5 Mo 09:00-12:00", "2026-2030/2 Mo 09:00-12:00", "Mo[-4] off"]
)
def test_what_has_no_words_is_given_as_it_is_written(rule: str) -> None:
    assert in_words(rule) == rule
    assert plain(in_words(f"Su 08:00-13:00; {rule}")) == f"dimanche, 8 h–13 h ; {rule}"


def test_what_cannot_be_read_is_given_as_it_is() -> None:
    assert in_words("de midi à deux") == "de midi à deux"


def test_spaces_do_not_break() -> None:
    assert in_words("Jul 01-Aug 31 Mo 08:30-12:00; PH off") == (
        "du 1er\u00a0juillet au 31\u00a0août, lundi, 8\u00a0h\u00a030–12\u00a0h\u00a0; fermé les jours fériés"
    )
