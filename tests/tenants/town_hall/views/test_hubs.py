"""Hubs and their hours, as a person fills them in."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.audit.models import AuditEvent
from shared.french import phone
from shared.hours.week import DAYS
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tests.factories import PHONE, Market, make_order
from tests.tenants.staff.pages import decisions, text_of

pytestmark = pytest.mark.django_db


def _week(days: range, *spans: tuple[str, str]) -> dict[str, str]:
    """What the grid sends for these days."""
    return {
        f"d{day}_{number}_{end}": value
        for day in days
        for number, span in enumerate(spans)
        for end, value in zip(("from", "to"), span, strict=True)
    }


def _facts(**change: str) -> dict[str, str]:
    facts = {
        "name": "La conciergerie",
        "address": "12 boulevard Paul-Painlevé",
        "access_notes": "",
        "hours": "",
        "cutoff_minutes": "240",
        "kept_days": "3",
        "closed_on_holidays": "on",
    }
    return {**facts, **_week(range(6), ("12:00", "14:00"), ("18:00", "20:00")), **change}


def _main() -> Hub:
    return Hub.objects.get(is_main=True)


def _page() -> str:
    return reverse("town_hall:hub", args=[_main().pk])


def test_the_week_of_istres(hall: Client) -> None:
    for _double_click in range(2):
        answer = hall.post(_page(), _facts())
        assert answer["Location"] == reverse("town_hall:hubs")
    assert _main().hours == "Mo-Sa 12:00-14:00,18:00-20:00; PH off"
    assert AuditEvent.objects.filter(action="hub.set").count() == 1
    page = text_of(hall.get(reverse("town_hall:hubs")))
    assert "lundi au samedi, 12 h–14 h et 18 h–20 h ; fermé les jours fériés" in page


def test_the_grid_shows_what_is_set(hall: Client, market: Market) -> None:
    page = hall.get(_page()).content.decode()
    assert re.search(r'name="d5_1_to" value="20:00"', page)
    assert not re.search(r'name="d6_0_from" value=', page)


def test_a_look_at_the_two_weeks_saves_nothing(hall: Client) -> None:
    before = _main().hours
    page = text_of(hall.post(_page(), _facts(preview="1")))
    assert "mardi 24 novembre 12 h–14 h et 18 h–20 h" in page
    assert "dimanche 29 novembre fermé" in page
    assert _main().hours == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"d0_0_from": "14:00", "d0_0_to": "12:00"}, "Lundi, première plage, de : la fin (12 h) doit venir après"),
        ({"d2_0_to": ""}, "Mercredi, première plage, à : il manque la fin de la première plage."),
        ({"d2_1_from": ""}, "Mercredi, seconde plage, de : il manque le début de la seconde plage."),
        ({"d3_1_from": "13:00"}, "la seconde plage commence à 13 h, avant la fin de la première."),
        ({"d4_0_from": "midi"}, "Écrivez l’heure comme 18:00."),
        ({"hours": "Mo-Fr 12h-14h"}, "Ces horaires ne se lisent pas à partir du caractère 7 : « 12h-14h »."),
        ({"hours": "Mo-Fr 12:00-"}, "Il manque quelque chose à la fin"),
        ({"hours": "2030 Jan 08:00-12:00"}, "ce ne serait pas ouvert une fois en un an"),
        ({"name": ""}, "Ce champ est obligatoire."),
        ({"address": ""}, "Ce champ est obligatoire."),
        ({"cutoff_minutes": "-5"}, "Pas moins de 0 minute."),
        ({"cutoff_minutes": "20000"}, "Pas plus d’une semaine"),
        ({"cutoff_minutes": "quatre heures"}, "Écrivez un nombre de minutes"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(hall: Client, change: dict[str, str], why: str) -> None:
    before = _main().hours
    assert why in text_of(hall.post(_page(), _facts(**change)), 422)
    assert _main().hours == before


def test_an_empty_week_is_refused(hall: Client) -> None:
    empty = {name: value for name, value in _facts().items() if not name.startswith("d")}
    assert "Indiquez au moins une plage" in text_of(hall.post(_page(), empty), 422)


def test_the_fee_is_set_and_the_journal_says_so(hall: Client, market: Market) -> None:
    assert hall.post(_page(), _facts(fee="1,50")).status_code == 302
    assert _main().fee_cents == 150
    assert AuditEvent.objects.get(action="hub.set").details["changed"]["fee_cents"] == [0, 150]
    assert 'value="1,50"' in hall.get(_page()).content.decode()
    assert "Frais de retrait : 1,50 € par commande" in text_of(hall.get(reverse("town_hall:hubs")))
    for written, cents in (("50", 5000), ("0", 0), ("", 0)):
        assert hall.post(_page(), _facts(fee=written)).status_code == 302
        assert _main().fee_cents == cents


def test_hours_that_the_grid_cannot_say(hall: Client) -> None:
    rule = "Mo-Sa 12:00-14:00; week 30-33 off; PH off"
    hall.post(_page(), _facts(hours=rule))
    assert _main().hours == rule
    page = hall.get(_page()).content.decode()
    assert "<details" in page
    assert f'value="{rule}"' in page
    said = "lundi au samedi, 12 h–14 h ; fermé semaines 30 à 33 ; fermé les jours fériés"
    assert said in text_of(hall.get(reverse("town_hall:hubs")))


def test_orders_are_named_before_they_are_moved(hall: Client, market: Market) -> None:
    order = make_order(town=market.town, lines=market.everything)
    noon_only = {**_facts(), **_week(range(6), ("12:00", "14:00"), ("", ""))}
    before, number = _main().hours, phone(PHONE).replace("\u00a0", " ")
    for sent in (noon_only, {**noon_only, f"decision-{order.pk}": "call"}, {**noon_only, "warned": "1"}):
        answer = hall.post(_page(), sent)
        page = text_of(answer, 409)
        assert "1 commande à déplacer" in page
        assert f"{order.number} Alice Martin, {number} « Le retrait de votre commande" in page
        assert decisions(answer).keys() == {f"decision-{order.pk}"}
    assert hall.post(_page(), {**noon_only, "warned": "1", f"decision-{order.pk}": "demain"}).status_code == 404
    assert _main().hours == before
    answer = hall.post(_page(), {**noon_only, **decisions(answer), "warned": "1"})
    assert answer.status_code == 302
    assert _main().hours == "Mo-Sa 12:00-14:00; PH off"
    start = order.window_start
    order.refresh_from_db()
    assert order.window_start != start


def test_another_hub(hall: Client) -> None:
    facts = {
        **_facts(name="Zone du Tubé", kind="satellite"),
        **_week(range(6), ("", ""), ("", "")),
        **_week(range(4, 5), ("14:00", "18:00")),
    }
    page = reverse("town_hall:add_hub")
    assert "vendredi 27 novembre 14 h–18 h" in text_of(hall.post(page, {**facts, "preview": "1"}))
    assert Hub.objects.count() == 1
    assert "Zone du Tubé : le point de retrait est ouvert aux commandes." in text_of(
        hall.post(page, facts, follow=True)
    )
    hub = Hub.objects.get(is_main=False)
    assert (hub.hours, hub.slug, hub.active) == ("Fr 14:00-18:00; PH off", "zone-du-tube", True)
    assert "porte déjà ce nom" in text_of(hall.post(page, facts), 422)
    closed = {**facts, "active": ""}
    assert hall.post(reverse("town_hall:hub", args=[hub.pk]), closed).status_code == 302
    hub.refresh_from_db()
    assert not hub.active
    assert "fermé aux commandes" in text_of(hall.get(reverse("town_hall:hubs")))


def test_every_box_of_the_grid_has_its_name(hall: Client) -> None:
    page: Any = text_of(hall.get(_page()))
    for day in DAYS:
        assert f"{day.capitalize()}, seconde plage, à" in page


def test_another_towns_hub_is_not_there_and_keeps_its_hours(hall: Client, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = _main()
    address = reverse("town_hall:hub", args=[theirs.pk])
    assert hall.get(address).status_code == 404
    assert hall.post(address, _facts()).status_code == 404
    assert hall.post(_page(), _facts(cutoff_minutes="90")).status_code == 302
    with in_town(viroflay):
        assert (_main().hours, _main().cutoff_minutes) == (theirs.hours, theirs.cutoff_minutes)
