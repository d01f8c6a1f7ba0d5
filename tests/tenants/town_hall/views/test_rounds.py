"""Rounds as a person sets them: trips in a grid, days off, and the orders that count on them."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, Round
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_order, make_resident, make_satellite, make_staff
from tests.tenants.staff.pages import decisions, signed_in, text_of

pytestmark = pytest.mark.django_db

LISTED = "/mairie/tournees/"


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
        "name": "Le vélo-cargo",
        "hub": "shops",
        "last_call_minutes": "60",
        "room": "20",
        "hours": "",
        "closed_on_holidays": "on",
        "active": "on",
    }
    return {**facts, **_week(range(6), ("11:00", "11:45"), ("17:00", "17:45")), **change}


@pytest.fixture
def bike(market: Market) -> Round:
    Round.objects.all().delete()
    return Round.objects.create(name="Le vélo-cargo", hours="Mo-Sa 11:00-11:45,17:00-17:45; PH off", room=20)


@pytest.fixture
def order(market: Market, bike: Round) -> Order:
    """For six this evening, by the five o'clock round."""
    return make_order(town=market.town, lines=[(market.cheese, 1)], resident=make_resident())


def _page(there: Round) -> str:
    return reverse("town_hall:round", args=[there.pk])


def test_a_round_is_added_seen_and_promised(hall: Client, market: Market) -> None:
    Round.objects.all().delete()
    assert "Aucune tournée ne passe chez les commerçants : rien ne peut être promis." in text_of(hall.get(LISTED))
    page = reverse("town_hall:add_round")
    facts = _facts()
    del facts["active"]
    looked = text_of(hall.post(page, {**facts, "preview": "1"}))
    assert "Mardi 24 novembre".lower() in looked.lower()
    assert "11 h–11 h 45 et 17 h–17 h 45" in looked
    assert not Round.objects.exists()
    assert hall.post(page, facts)["Location"] == LISTED
    made = Round.objects.get()
    assert (made.hours, made.hub, made.room, made.last_call_minutes, made.active) == (
        "Mo-Sa 11:00-11:45,17:00-17:45; PH off",
        None,
        20,
        60,
        True,
    )
    listed = text_of(hall.get(LISTED))
    assert "Le vélo-cargo est en service" in listed
    assert "lundi au samedi, 11 h–11 h 45 et 17 h–17 h 45 ; fermé les jours fériés" in listed
    assert "Dernier appel 60 min avant le départ · 20 colis au plus" in listed
    assert "porte déjà ce nom" in text_of(hall.post(page, facts), 422)


def test_a_run_to_a_satellite(hall: Client, market: Market, bike: Round) -> None:
    hub = Hub.objects.create(name="Zone du Tubé", slug="tube", hours="Fr 14:00-18:00")
    assert "Aucune navette ne dessert Zone du Tubé" in text_of(hall.get(LISTED))
    facts = {**_facts(name="La navette", hub=str(hub.pk), room=""), **_week(range(6), ("", ""), ("", ""))}
    facts |= _week(range(4, 5), ("12:30", "13:30"))
    assert hall.post(reverse("town_hall:add_round"), facts).status_code == 302
    made = Round.objects.get(hub=hub)
    assert (made.hours, made.room) == ("Fr 12:30-13:30; PH off", None)
    listed = text_of(hall.get(LISTED))
    assert "Vers Zone du Tubé" in listed
    assert "Aucune navette ne dessert" not in listed


def test_the_form_shows_what_is_set(hall: Client, bike: Round) -> None:
    page = hall.get(_page(bike))
    assert 'name="d5_1_to" value="17:45"' in page.content.decode()
    said = text_of(page)
    assert "Samedi, deuxième trajet, retour" in said
    assert "dimanche 29 novembre aucun" in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "Ce champ est obligatoire."),
        ({"hub": str(uuid4())}, "Sélectionnez un choix valide."),
        ({"last_call_minutes": "-1"}, "Pas moins de 0 minute."),
        ({"last_call_minutes": "20000"}, "Pas plus d’une semaine"),
        ({"last_call_minutes": "une heure"}, "Écrivez un nombre de minutes"),
        ({"room": "0"}, "supérieure ou égale à 1"),
        ({"d0_0_from": "12:00", "d0_0_to": "11:00"}, "la fin (11 h) doit venir après le début (12 h)"),
        ({"d2_0_to": ""}, "il manque la fin"),
        ({"hours": "Mo 11h"}, "ne se lisent pas"),
        ({"hours": "Mo 05:00-19:00", "sure": "1"}, "Un trajet durerait 14 h"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(hall: Client, bike: Round, change: dict[str, str], why: str) -> None:
    assert why in text_of(hall.post(_page(bike), _facts(**change)), 422)
    assert Round.objects.get().hours == bike.hours


def test_hours_that_surprise_are_asked_about(hall: Client, bike: Round) -> None:
    long = _facts(d0_0_from="08:00", d0_0_to="16:00")
    page = text_of(hall.post(_page(bike), long), 422)
    assert "8 h–16 h : 8 heures de trajet (lundi)." in page
    assert hall.post(_page(bike), {**long, "sure": "1"}).status_code == 302
    # A quarter of an hour is a trip like another.
    short = _facts(d0_0_from="11:00", d0_0_to="11:15")
    assert hall.post(_page(bike), short).status_code == 302


def test_a_day_is_copied_without_saving(hall: Client, bike: Round) -> None:
    sent = _facts(d0_0_from="10:00", copy="1", copy_from="0")
    page = hall.post(_page(bike), {**sent, "copy_to": ["1", "2"]})
    assert "Lundi est copié vers mardi, mercredi." in text_of(page)
    assert 'name="d2_0_from" value="10:00"' in page.content.decode()
    assert Round.objects.get().hours == bike.hours


def test_orders_that_lose_their_round_are_named_first(hall: Client, bike: Round, order: Order) -> None:
    mornings = {**_facts(), **_week(range(6), ("11:00", "11:45"), ("", ""))}
    answer = hall.post(_page(bike), mornings)
    page = text_of(answer, 409)
    assert "1 commande à déplacer" in page
    assert f"Le retrait de votre commande {order.number}, prévu mardi 24 novembre de 18 h à 20 h" in page
    assert "la tournée qui devait la ramasser ne passera pas à temps" in page
    assert Round.objects.get().hours == bike.hours
    accepted = {**mornings, **decisions(answer)}
    assert hall.post(_page(bike), accepted).status_code == 409, "the box is not ticked"
    assert hall.post(_page(bike), {**accepted, "warned": "1"}).status_code == 302
    assert Round.objects.get().hours == "Mo-Sa 11:00-11:45; PH off"
    moved = Order.objects.get()
    assert moved.window_start > order.window_start
    assert Message.objects.filter(template="orders/moved", to=order.customer_email).count() == 1
    said = text_of(hall.get(reverse("town_hall:journal")))
    assert "a déplacé le retrait d’une commande" in said
    assert "a modifié une tournée" in said


def test_stopping_a_round(hall: Client, bike: Round, order: Order) -> None:
    Round.objects.create(name="Le soir", hours="Mo-Sa 16:30-17:15")
    stopped = _facts()
    del stopped["active"]
    assert hall.post(_page(bike), stopped).status_code == 302
    assert "arrêtée" in text_of(hall.get(LISTED))
    part = Order.objects.get().shop_orders.get()
    assert part.collection
    assert part.collection.name == "Le soir"
    assert not Message.objects.filter(template="orders/moved").exists()


def test_deleting_a_round(hall: Client, bike: Round, order: Order) -> None:
    page = reverse("town_hall:remove_round", args=[bike.pk])
    assert "Supprimer Le vélo-cargo ?" in text_of(hall.get(page))
    answer = hall.post(page)
    assert "Nous vous appelons pour trouver une autre date avec vous." in text_of(answer, 409)
    assert Round.objects.exists()
    assert hall.post(page, {"warned": "1", **decisions(answer)})["Location"] == LISTED
    assert not Round.objects.exists()
    assert AuditEvent.objects.filter(action="round.removed").count() == 1


def _exception(**change: str) -> dict[str, str]:
    return {"what": "closed", "first": "2026-11-26", "last": "", "reason": "vélo en révision", **change}


def test_a_day_without_a_round(hall: Client, bike: Round) -> None:
    page = reverse("town_hall:add_round_exception", args=[bike.pk])
    shown = text_of(hall.get(page))
    for choice in ("Aucun trajet de la journée", "Pas de trajet à certaines heures", "D’autres trajets"):
        assert choice in shown
    looked = text_of(hall.post(page, {**_exception(), "preview": "1"}))
    assert "jeudi 26 novembre aucun : vélo en révision" in looked
    assert not HubChange.objects.exists()
    listed = reverse("town_hall:round_changes", args=[bike.pk])
    assert hall.post(page, _exception())["Location"] == listed
    change = HubChange.objects.get()
    assert (change.round, change.hub, change.first) == (bike, None, date(2026, 11, 26))
    assert "Fermeture exceptionnelle le 26 novembre 2026" in text_of(hall.get(listed))
    removal = reverse("town_hall:remove_change", args=[change.pk])
    assert "Le vélo-cargo" in text_of(hall.get(removal))
    assert hall.post(removal)["Location"] == listed
    assert not HubChange.objects.exists()


def test_extra_trips(hall: Client, bike: Round) -> None:
    page = reverse("town_hall:add_round_exception", args=[bike.pk])
    extra = _exception(what="open_at", first="2026-11-29", from_1="10:00", to_1="11:00", reason="Avent")
    assert hall.post(page, extra).status_code == 302
    assert "dimanche 29 novembre 10 h–11 h : Avent" in text_of(
        hall.get(reverse("town_hall:round_changes", args=[bike.pk]))
    )


def test_new_trips_from_a_day_on(hall: Client, bike: Round) -> None:
    page = reverse("town_hall:add_round_version", args=[bike.pk])
    assert "Lundi, premier trajet, départ" in text_of(hall.get(page))
    said = {"first": "2026-12-01", "reason": "hiver", "hours": "", **_week(range(6), ("10:00", "10:45"))}
    assert hall.post(page, said).status_code == 302
    change = HubChange.objects.get()
    assert (change.kind, change.hours, change.round) == ("version", "Mo-Sa 10:00-10:45", bike)


def test_a_day_off_moves_its_orders(hall: Client, bike: Round, order: Order) -> None:
    page = reverse("town_hall:add_round_exception", args=[bike.pk])
    today = _exception(first="2026-11-24")
    answer = hall.post(page, today)
    assert "ne peut pas être assuré : vélo en révision." in text_of(answer, 409)
    sent = {**today, "warned": "1", **decisions(answer)}
    assert hall.post(page, sent).status_code == 302
    assert Order.objects.get().window_start > order.window_start


def _pages(there: Round) -> list[str]:
    names = ("round", "remove_round", "round_changes", "add_round_exception", "add_round_version")
    return [reverse(f"town_hall:{name}", args=[there.pk]) for name in names]


@pytest.mark.parametrize("who", [StaffRole.CONCIERGE, None])
def test_rounds_are_the_town_halls(istres: Any, bernard: User, bike: Round, who: StaffRole | None) -> None:
    user = make_staff(role=who) if who else make_resident(name="Chloé Petit").user
    assert user
    client = signed_in(town=istres, user=user)
    for page in (LISTED, reverse("town_hall:add_round"), *_pages(bike)):
        assert client.get(page).status_code == 403, page
        assert client.post(page).status_code in {403, 405}, page


def test_rounds_of_another_town_are_not_found(hall: Client, bike: Round, viroflay: Any) -> None:
    with in_town(viroflay):
        make_market(town=viroflay)
        make_satellite()
        [theirs] = Round.objects.filter(hub__isnull=False)
        change = HubChange.objects.create(
            round=theirs, kind="closure", first=date(2026, 11, 27), last=date(2026, 11, 27), created_at=NOW
        )
    for page in (*_pages(theirs), reverse("town_hall:remove_change", args=[change.pk])):
        assert hall.get(page).status_code == 404, page
    assert "Navette du Tubé" not in text_of(hall.get(LISTED))
