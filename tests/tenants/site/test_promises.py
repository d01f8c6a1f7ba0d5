"""The windows a page offers, named as people name them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.promising import prospects
from tenants.site.promises import Offer, offer, sooner_without, ticket_of
from tests.factories import Market, make_market, make_order, make_product

pytestmark = pytest.mark.django_db


def offered(market: Market, now: datetime, *products: Any, most: int | None = None) -> Offer:
    return offer(prospects(town=market.town, products=products, now=now), market.hub, most=most)


def titles(market: Market, now: datetime, *products: Any) -> list[str]:
    found = offered(market, now, *products)
    return [f"{choice.title} / {choice.note}".replace("\u00a0", " ") for choice in found.choices]


def test_says_tonight_tomorrow_then_the_day(market: Market, now: datetime) -> None:
    assert titles(market, now)[:5] == [
        "Ce soir / 18 h–20 h",
        "Demain midi / 12 h–14 h",
        "Demain soir / 18 h–20 h",
        "Jeudi midi / 26 novembre, 12 h–14 h",
        "Jeudi soir / 26 novembre, 18 h–20 h",
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Su 14:00-14:30", "Ce midi / 14 h–14 h 30"),
        ("Mo-Su 15:00-16:00", "Aujourd’hui / 15 h–16 h"),
        ("Mo-Su 07:00-08:00", "Demain matin / 7 h–8 h"),
    ],
)
def test_other_hours_have_other_names(market: Market, now: datetime, hours: str, expected: str) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(hours=hours)
    market.hub.refresh_from_db()
    assert titles(market, now)[0] == expected


def test_a_form_names_a_window_and_finds_it_again(market: Market, now: datetime) -> None:
    found = offered(market, now)
    chosen = found.choices[3]
    again = offered(market, now + timedelta(minutes=5))
    assert again.choice(chosen.value) == chosen
    for nonsense in ("", "20200101T0000Z", "🦄"):
        assert again.choice(nonsense) is None


def test_the_ticket_is_the_soonest_windows(market: Market, now: datetime) -> None:
    found = offered(market, now, market.cheese, most=1)
    assert len(found.choices) == 1
    assert found.ticket is not None
    assert (found.ticket.order_by, found.ticket.ready_time) == ("11\u00a0h", "18\u00a0h")
    assert found.choices[0].start == found.ticket.window.start


def test_each_window_has_its_own_ticket(market: Market, now: datetime) -> None:
    found = prospects(town=market.town, products=[market.shirt], now=now)
    offered_now = offer(found, market.hub)
    later = ticket_of(found, market.hub, offered_now.choices[2])
    assert later is not None
    assert later.window.start == offered_now.choices[2].start
    assert later.stops[1]["title"] == "La concierge passe chez Atelier Mistral"


def test_a_window_whose_hours_change_is_another(market: Market, now: datetime) -> None:
    before = offered(market, now).choices[0]
    Hub.objects.filter(pk=market.hub.pk).update(hours="Mo-Sa 18:00-19:00")
    after = offered(market, now)
    assert after.choices[0].start == before.start
    assert after.choice(before.value) is None


def test_little_room_left_is_said(market: Market, now: datetime) -> None:
    def places(room: int) -> list[str]:
        Hub.objects.filter(pk=market.hub.pk).update(room=room)
        return [choice.places.replace("\u00a0", " ") for choice in offered(market, now).choices[:2]]

    make_order(town=market.town, lines=[(market.wine, 1)])
    assert places(5) == ["", ""]
    assert places(4) == ["plus que 3 places", ""]
    assert places(2) == ["plus qu’une place", "plus que 2 places"]


def test_a_full_window_is_shown_where_it_says_why_not_sooner(market: Market, now: datetime) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=1)
    make_order(town=market.town, lines=[(market.wine, 1)])
    found = offered(market, now)
    assert [(choice.title, choice.is_full) for choice in found.shown(2)] == [
        ("Ce soir", True),
        ("Demain midi", False),
        ("Demain soir", False),
    ]
    assert found.full[0].places == "complet"
    assert found.choice(found.full[0].value) is None


def test_the_chosen_one_is_shown_however_far(market: Market, now: datetime) -> None:
    found = offered(market, now)
    far = found.choices[20]
    assert found.shown(4, chosen=far.value) == [*found.choices[:4], far]
    assert len(found.shown(None)) == len(found.choices)


def test_two_weeks_are_read_week_by_week(market: Market, now: datetime) -> None:
    weeks = list(dict.fromkeys(choice.week for choice in offered(market, now).choices))
    assert weeks == ["Cette semaine", "La semaine prochaine", "Dans 2\u00a0semaines"]


def test_the_slowest_are_named_only_when_they_make_the_others_wait(market: Market, now: datetime) -> None:
    def slowest(*products: Any) -> str:
        found = sooner_without(prospects(town=market.town, products=products, now=now), market.hub, products)
        return f"{found.names} : {found.choice.said}".replace("\u00a0", " ") if found else ""

    cake, tower = make_product(name="Gâteau", lead_hours=30), make_product(name="Pièce montée", lead_hours=30)
    assert slowest(cake, market.shirt) == "Gâteau : ce soir, 18 h–20 h"
    assert slowest(cake, tower, market.shirt) == "Gâteau et Pièce montée : ce soir, 18 h–20 h"
    assert slowest(cake) == ""
    assert slowest(market.cheese, market.shirt) == ""
    assert slowest(cake, tower) == ""
    assert slowest() == ""


def test_without_what_cannot_be_had_at_all(market: Market, now: datetime) -> None:
    never = make_product(name="Huîtres", made_to_order=True, lead_hours=24 * 30)
    products = [never, market.shirt]
    found = sooner_without(prospects(town=market.town, products=products, now=now), market.hub, products)
    assert found is not None
    assert found.names == "Huîtres"


def test_another_town_has_windows_of_its_own(market: Market, now: datetime, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        Hub.objects.filter(pk=theirs.hub.pk).update(hours="Mo-Su 15:00-16:00")
        theirs.hub.refresh_from_db()
        assert titles(theirs, now)[0] == "Aujourd’hui / 15 h–16 h"
    assert titles(market, now)[0] == "Ce soir / 18 h–20 h"
