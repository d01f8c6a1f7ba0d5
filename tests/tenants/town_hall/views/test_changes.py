"""Closures, openings and new hours, as the town hall writes them; orders that count on the hours are seen to first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, Round
from tenants.orders.models import OrderEvent
from tenants.staff.models import StaffRole
from tests.factories import Market, make_order, make_satellite, make_staff, set_hours
from tests.tenants.staff.pages import decisions, signed_in, text_of

pytestmark = pytest.mark.django_db

INVENTORY = {"what": "closed", "first": "2026-11-25", "last": "", "reason": "inventaire"}


def _hub() -> Hub:
    return Hub.objects.get(is_main=True)


def _add(hub: Hub | None = None) -> str:
    return reverse("town_hall:add_exception", args=[hub.pk]) if hub else reverse("town_hall:add_closure")


def test_a_closure_is_looked_at_saved_listed_and_taken_back(hall: Client, in_istres: Any) -> None:
    hub = set_hours()
    listed = reverse("town_hall:hub_changes", args=[hub.pk])
    assert "Rien de particulier à venir" in text_of(hall.get(listed))
    assert "mercredi 25 novembre fermé : inventaire" in text_of(hall.post(_add(hub), {**INVENTORY, "preview": "1"}))
    assert not HubChange.objects.exists()
    assert hall.post(_add(hub), INVENTORY)["Location"] == listed
    assert "déjà notée le 25 novembre 2026" in text_of(hall.post(_add(hub), INVENTORY), 422)
    page = text_of(hall.get(listed))
    assert "Fermeture exceptionnelle le 25 novembre 2026" in page
    assert "mercredi 25 novembre fermé : inventaire" in page
    remove = reverse("town_hall:remove_change", args=[HubChange.objects.get().pk])
    assert "Retirer : fermeture exceptionnelle le 25 novembre 2026 ?" in text_of(hall.get(remove))
    assert hall.post(remove)["Location"] == listed
    assert hall.post(remove).status_code == 404
    journal = text_of(hall.get(reverse("town_hall:journal")))
    assert "a changé des horaires" in journal
    assert "a retiré un changement d’horaires" in journal


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"first": "2026-11-23"}, "Le lundi 23 novembre 2026 est passé"),
        ({"first": "demain"}, "Écrivez une date"),
        ({"last": "2026-11-24"}, "Le dernier jour vient avant le premier"),
        ({"first": "2026-11-29"}, "C’est déjà fermé à ce moment-là"),
        ({"what": "open_at"}, "Dites à quelles heures."),
        ({"what": "open_at", "from_1": "20:00", "to_1": "18:00"}, "doit venir après le début"),
        ({"what": "closed_at", "from_1": "12:00", "to_1": "13:00", "from_2": "12:30", "to_2": "14:00"}, "avant la fin"),
        ({"reason": ""}, "Ce champ est obligatoire."),
        ({"copy": "1", "reason": ""}, "Ce champ est obligatoire."),
    ],
)
def test_what_is_wrong_is_said(hall: Client, in_istres: Any, change: dict[str, str], why: str) -> None:
    hub = set_hours()
    assert why in text_of(hall.post(_add(hub), {**INVENTORY, **change}), 422)
    assert not HubChange.objects.exists()


def test_the_whole_conciergerie_closes_and_does_not_open(hall: Client, in_istres: Any) -> None:
    hub = set_hours()
    closed = {"what": "closed", "first": "2026-12-24", "last": "2026-12-26", "reason": "Noël"}
    opening = {**closed, "what": "open_at", "from_1": "10:00", "to_1": "12:00"}
    assert "choix" in text_of(hall.post(_add(), opening), 422)
    assert hall.post(_add(), closed)["Location"] == reverse("town_hall:closures")
    assert "du 24 au 26 décembre 2026" in text_of(hall.get(reverse("town_hall:closures")))
    page = text_of(hall.get(reverse("town_hall:hub_changes", args=[hub.pk])))
    assert "Pour toute la conciergerie" in page
    assert HubChange.objects.get().hub is None


def test_closures_and_pauses_are_found_from_any_page_of_the_town_hall(hall: Client, in_istres: Any) -> None:
    home = hall.get(reverse("town_hall:home")).content.decode()
    for page in ("closures", "pauses"):
        assert f'href="{reverse(f"town_hall:{page}")}"' in home
    empty = text_of(hall.get(reverse("town_hall:closures")))
    assert "Aucune fermeture de toute la conciergerie n’est notée." in empty
    assert "Par point de retrait et par tournée" not in empty
    hub = set_hours()
    hall.post(_add(hub), INVENTORY)
    page = text_of(hall.get(reverse("town_hall:closures")))
    assert f"{hub.name} : fermeture exceptionnelle le 25 novembre 2026" in page
    assert "Pauses des commandes" in page


def test_new_hours_from_a_day_on(hall: Client, in_istres: Any) -> None:
    hub = set_hours()
    page = reverse("town_hall:add_version", args=[hub.pk])
    evening = {"d0_0_from": "18:00", "d0_0_to": "21:00", "first": "2027-05-03", "reason": ""}
    assert "lundi 3 mai 18 h–21 h" in text_of(hall.post(page, {**evening, "preview": "1"}))
    copied = text_of(hall.post(page, {**evening, "copy": "1", "copy_from": "0", "copy_to": ["1", "2"]}))
    assert "Lundi est copié vers mardi, mercredi." in copied
    assert "Indiquez au moins une plage" in text_of(hall.post(page, {"first": "2027-05-03"}), 422)
    long = {**evening, "d0_0_from": "06:00"}
    assert "15 heures de suite" in text_of(hall.post(page, long), 422)
    assert hall.post(page, {**long, "sure": "1"}).status_code == 302
    assert HubChange.objects.get().hours == "Mo 06:00-21:00"
    assert "commencent déjà ce jour-là" in text_of(hall.post(page, evening), 422)


def test_a_closure_names_the_orders_that_it_moves_first(hall: Client, market: Market) -> None:
    order = make_order(town=market.town, lines=market.everything)
    tonight = {"what": "closed_at", "first": "2026-11-24", "from_1": "17:00", "to_1": "21:00", "reason": "Inondation"}
    for add, hub in ((_add(market.hub), market.hub), (_add(), None)):
        answer = hall.post(add, tonight)
        page = text_of(answer, 409)
        assert "1 commande à déplacer" in page
        assert "Inondation" in page
        assert not HubChange.objects.exists(), hub
    answer = hall.post(_add(market.hub), {**tonight, "warned": "1", **decisions(answer)})
    assert answer.status_code == 302
    assert OrderEvent.objects.filter(order=order, kind="moved").exists()


def test_another_window_than_the_one_proposed(hall: Client, market: Market) -> None:
    order = make_order(town=market.town, lines=market.everything)
    tonight = {"what": "closed", "first": "2026-11-24", "last": "", "reason": "inondation"}
    answer = hall.post(_add(market.hub), tonight)
    words = text_of(answer, 409)
    assert f"Par e-mail, à {order.customer_email}" in words
    assert "à appeler : « Nous vous appelons pour trouver une autre date avec vous. »" in words
    [(field, proposed)] = decisions(answer).items()
    evening = proposed.replace("25T11:00", "25T17:00")
    assert f'<option value="{evening}">mercredi 25\u00a0novembre, 18\u00a0h\u201320\u00a0h' in answer.content.decode()
    # Not ticked: what was chosen stays chosen.
    assert decisions(hall.post(_add(market.hub), {**tonight, field: evening})) == {field: evening}
    # A window that is not there: said, and nothing is saved.
    answer = hall.post(_add(market.hub), {**tonight, "warned": "1", field: proposed.replace("25T11", "24T11")})
    assert "Le retrait choisi n’est plus possible" in text_of(answer, 409)
    assert not HubChange.objects.exists()
    assert hall.post(_add(market.hub), {**tonight, "warned": "1", field: evening}).status_code == 302
    order.refresh_from_db()
    assert order.window_start == datetime(2026, 11, 25, 17, tzinfo=UTC)


def test_a_removal_names_the_orders_that_it_moves_first(hall: Client, market: Market) -> None:
    hall.post(
        _add(market.hub),
        {"what": "open_at", "first": "2026-11-25", "from_1": "06:00", "to_1": "07:00", "reason": "marché"},
    )
    change = HubChange.objects.get()
    order = make_order(town=market.town, lines=[(market.shirt, 1)])
    # What it was promised is in that opening.
    order.window_start = datetime(2026, 11, 25, 5, tzinfo=UTC)
    order.window_end = order.window_start + timedelta(hours=1)
    order.save()
    remove = reverse("town_hall:remove_change", args=[change.pk])
    answer = hall.post(remove)
    assert "1 commande à déplacer" in text_of(answer, 409)
    assert HubChange.objects.exists()
    assert hall.post(remove, {"warned": "1", **decisions(answer)}).status_code == 302
    assert not HubChange.objects.exists()


def test_a_hub_that_no_run_serves_says_so(hall: Client, in_istres: Any) -> None:
    set_hours()
    tube = make_satellite()
    pages = [reverse("town_hall:hubs"), reverse("town_hall:hub", args=[tube.pk])]
    assert all("Aucune navette" not in text_of(hall.get(page)) for page in pages)
    Round.objects.filter(hub=tube).update(active=False)
    assert all("Aucune navette ne le dessert" in text_of(hall.get(page)) for page in pages)


def test_a_hub_is_deleted_only_without_a_history(hall: Client, market: Market) -> None:
    tube = make_satellite()
    page = reverse("town_hall:remove_hub", args=[tube.pk])
    order = make_order(town=market.town, lines=market.everything)
    type(order).objects.filter(pk=order.pk).update(hub=tube)
    assert order.number in text_of(hall.get(page))
    assert "1 commande y attend son client" in text_of(hall.post(page), 409)
    type(order).objects.filter(pk=order.pk).update(cancelled_at=order.placed_at)
    assert "Fermez-le aux commandes" in text_of(hall.post(page), 409)
    type(order).objects.filter(pk=order.pk).update(hub=market.hub)
    assert "Supprimer Zone du Tubé ?" in text_of(hall.get(page))
    assert hall.post(page).status_code == 302
    assert not Hub.objects.filter(pk=tube.pk).exists()
    main = reverse("town_hall:remove_hub", args=[market.hub.pk])
    assert "C’est le point de retrait principal" in text_of(hall.post(main), 409)


def test_chloe_and_the_other_town_see_nothing(hall: Client, istres: Any, viroflay: Any, in_istres: Any) -> None:
    hub = set_hours()
    hall.post(_add(hub), INVENTORY)
    change = HubChange.objects.get()
    pages = [
        reverse("town_hall:add_version", args=[hub.pk]),
        reverse("town_hall:remove_hub", args=[hub.pk]),
        reverse("town_hall:remove_change", args=[change.pk]),
        _add(hub),
    ]
    chloe = signed_in(town=istres, user=make_staff(name="Chloé"))
    assert [chloe.post(page, INVENTORY).status_code for page in pages] == [403] * len(pages)
    with in_town(viroflay):
        bruno = signed_in(town=viroflay, user=make_staff(role=StaffRole.TOWN_HALL, name="Bruno"))
    assert bruno.get(reverse("town_hall:hub_changes", args=[hub.pk])).status_code == 404
    assert [bruno.post(page, INVENTORY).status_code for page in pages] == [404] * len(pages)
    with in_town(istres):
        assert HubChange.objects.count() == 1


def test_lockers_are_open_day_and_night_and_nothing_else_is(hall: Client, in_istres: Any) -> None:
    set_hours()
    facts = {
        "name": "Casiers de la gare",
        "kind": "satellite",
        "address": "Gare",
        "cutoff_minutes": "0",
        "kept_days": "2",
        "room": "12",
        "no_week": "on",
    }
    page = reverse("town_hall:add_hub")
    assert "Seuls des casiers" in text_of(hall.post(page, facts), 422)
    assert "jour et nuit" in text_of(hall.post(page, {**facts, "kind": "any_time", "preview": "1"}))
    assert hall.post(page, {**facts, "kind": "any_time"}).status_code == 302
    hub = Hub.objects.get(kind=HubKind.ANY_TIME)
    assert (hub.hours, hub.room, hub.kept_days) == ("24/7", 12, 2)
    assert "jour et nuit, tous les jours" in text_of(hall.get(reverse("town_hall:hubs")))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "main"}, "choix"),
        ({"room": "0"}, "supérieure ou égale à 1"),
        ({"fee": "-1"}, "supérieur à zéro"),
        ({"fee": "gratuit"}, "comme 12,50"),
        ({"fee": "50,01"}, "ne peut pas dépasser 50,00 €"),
        ({"kept_days": "31"}, "inférieure ou égale à 30"),
        ({"access_code": "mistral-13"}, "Un code n’a de sens que pour un accès réservé."),
        ({"kind": "restricted"}, "Donnez le code qui y donne accès"),
        ({"kind": "restricted", "access_code": "123"}, "Au moins 6 caractères"),
    ],
)
def test_what_a_hub_cannot_be_is_said(hall: Client, in_istres: Any, change: dict[str, str], why: str) -> None:
    set_hours()
    facts = {
        "name": "Base aérienne",
        "kind": "satellite",
        "address": "Porte sud",
        "cutoff_minutes": "0",
        "kept_days": "3",
        "d4_0_from": "12:00",
        "d4_0_to": "14:00",
    }
    page = reverse("town_hall:add_hub")
    assert why in text_of(hall.post(page, {**facts, **change}), 422)
    assert Hub.objects.count() == 1


def test_a_code_is_never_shown_again(hall: Client, in_istres: Any) -> None:
    set_hours()
    facts = {
        "name": "Base aérienne",
        "kind": "restricted",
        "address": "Porte sud",
        "cutoff_minutes": "0",
        "kept_days": "3",
        "d4_0_from": "12:00",
        "d4_0_to": "14:00",
        "access_code": "mistral-125",
    }
    hall.post(reverse("town_hall:add_hub"), facts)
    hub = Hub.objects.get(kind=HubKind.RESTRICTED)
    page = hall.get(reverse("town_hall:hub", args=[hub.pk]))
    assert "mistral-125" not in page.content.decode()
    assert hub.access_code not in page.content.decode()
    assert "Il y en a un : vide, il reste." in text_of(page)
