"""Hours that are readable and cannot be: said in French, with the place and what to write."""

from datetime import date

import pytest

from shared.hours.problems import opens_next, problems, remarks
from tests.shared.hours.shops import SHOPS, Shop

TODAY = date(2026, 11, 22)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def said(rule: str, *, territory: str = "/B") -> list[tuple[str, int | None]]:
    return [(plain(each.message), each.column) for each in problems(rule, today=TODAY, territory=territory)]


@pytest.mark.parametrize(
    ("rule", "message", "column"),
    [
        (
            "Mo-Fr 14:00-12:00",
            (
                "« 14:00-12:00 » dure 22 h, jusqu’au lendemain à 12 h : la fin vient avant le début. "
                "Si c’est voulu, écrivez « 14:00-36:00 »."
            ),
            7,
        ),
        (
            "Mo-Fr 14:00-14:00",
            "« 14:00-14:00 » commence et finit à la même heure : pour une journée entière, écrivez « 00:00-24:00 ».",
            7,
        ),
        ("Mo-Fr 08:00-40:00", "« 08:00-40:00 » dure plus d’une journée.", 7),
        ("Mo-Fr 09:00-12:00,11:00-14:00", "« 09:00-12:00 » et « 11:00-14:00 » se chevauchent.", 19),
        (
            "Mo-Fr 09:00-12:00,12:00-14:00",
            "« 09:00-12:00 » et « 12:00-14:00 » se touchent : faites-en une seule plage.",
            19,
        ),
        ("Mo-Fr 09:00-12:00, We 11:00-14:00", "Le mercredi, 9 h–12 h et 11 h–14 h se chevauchent.", None),
        (
            "Mo-Fr 18:00-02:00; Sa 01:00-05:00",
            "La nuit du vendredi dure jusqu’à 2 h, mais le samedi ouvre déjà à 1 h.",
            None,
        ),
        ("off", "Ces horaires n’ouvrent jamais : indiquez au moins une plage horaire.", None),
        ("Mo-Sa 09:00-12:00; off", "Ces horaires n’ouvrent jamais : indiquez au moins une plage horaire.", None),
        ("2020 Jan 01 09:00-12:00", "Ces horaires n’ouvrent plus jamais : leurs dates sont passées.", None),
        (
            "Mo 12:00-14:00; Mo 18:00-20:00",
            (
                "« Mo 12:00-14:00 » n’a pas d’effet : ce qui le suit remplace ces jours-là. "
                "Pour plusieurs plages du même jour, écrivez-les ensemble : « Mo 09:00-12:00,14:00-18:00 »."
            ),
            1,
        ),
        (
            "PH off; Mo-Fr 09:00-12:00",
            "« PH off » n’a pas d’effet : ce qui le suit rouvre ces jours-là. Écrivez-le à la fin.",
            1,
        ),
    ],
)
def test_what_cannot_be(rule: str, message: str, column: int | None) -> None:
    assert said(rule) == [(message, column)]


@pytest.mark.parametrize("territory", ["", "/", "974/", "/D"])
def test_school_holidays_that_nobody_knows_are_refused(territory: str) -> None:
    message = "Les vacances scolaires (SH) d’ici ne sont pas connues : écrivez leurs dates."
    assert said("Mo-Fr 09:00-12:00; SH off", territory=territory) == [(message, 20)]
    assert said("SH Mo-Fr 09:00-12:00", territory=territory) == [(message, 1)]
    assert said("SH Mo-Fr 09:00-12:00", territory="/B") == []


def test_a_season_that_repeats_some_of_the_usual_hours_is_no_problem() -> None:
    assert said("Mo-Sa 09:00-12:00; Jul-Aug Mo-Sa 09:00-12:00; Jul-Aug Su 10:00-12:00; PH off") == []


def test_the_next_day_that_opens() -> None:
    def opens(rule: str) -> date | None:
        return opens_next(rule, today=TODAY, territory="/B")

    assert opens("Mo-Sa 09:00-12:00") == date(2026, 11, 23)
    assert opens("May-Jul Mo-Sa 09:00-12:00") == date(2027, 5, 1)
    assert opens("SH Mo 09:00-12:00") == date(2026, 12, 21)
    assert opens("off") is None


def test_each_wrong_span_is_told() -> None:
    assert [column for _message, column in said("Mo 14:00-12:00; Tu 09:00-09:00")] == [4, 20]


@pytest.mark.parametrize(
    "rule",
    [
        "Mo-Fr 22:00-08:00",
        "Fr-Sa 23:00-06:00",
        "Mo-Fr 14:00-36:00",
        "Mo-Su 00:00-24:00",
        "Feb 29 09:00-12:00",
        "week 53 Mo 09:00-12:00",
        "2030 Jul 09:00-12:00",
        "Su off; Mo-Sa 09:00-12:00",
        "Mo-Sa 10:00-19:00; Su off; Dec Mo-Su 10:00-19:00",
        "Mo-Fr 09:00-12:00; Dec 25 off; PH off",
    ],
)
def test_what_may_surprise_and_is_right(rule: str) -> None:
    assert said(rule) == []


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.name)
def test_the_hundred_shops_have_no_problem(shop: Shop) -> None:
    assert said(shop.rule) == []


def test_an_unreadable_rule_is_one_problem_with_what_to_write() -> None:
    (problem,) = problems("Lu-Ve 9h-12h")
    assert (problem.column, problem.suggestion) == (1, "Mo-Fr 09:00-12:00")
    assert plain(str(problem)).endswith("Vouliez-vous écrire « Mo-Fr 09:00-12:00 » ?")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("Jul-Aug 11:00-sunset", "Le lever et le coucher du soleil sont comptés à 7 h et 19 h toute l’année"),
        ("Fr 18:00+", "Sans heure de fin (« 18:00+ »), on compte jusqu’à minuit"),
        ('Mo-Fr 09:00-12:00; Sa "sur rendez-vous"', '« Sa "sur rendez-vous" » ne promet rien'),
        ("Mo-Fr", "« Mo-Fr » ne dit pas d’heures : c’est ouvert jour et nuit."),
    ],
)
def test_what_people_may_not_have_meant_is_remarked(rule: str, message: str) -> None:
    (remark,) = remarks(rule)
    assert plain(remark.message).startswith(message)
    assert said(rule) == []
    assert remarks("Mo-Sa 12:00-14:00; PH off") == []
