"""The windows a page offers, named as people name them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tenants.hubs.models import Hub
from tenants.orders.promising import prospects
from tenants.site.promises import Offer, offer, slower
from tests.factories import Market, make_product

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
    assert found.earliest == found.choices[0].window


def test_the_slowest_is_named_only_when_it_makes_the_others_wait(market: Market, now: datetime) -> None:
    def slowest(*products: Any) -> str:
        found = slower(prospects(town=market.town, products=products, now=now), market.hub, products)
        return found[0].name if found else ""

    cake = make_product(name="Gâteau", lead_hours=30)
    assert slowest(cake, market.shirt) == "Gâteau"
    assert slowest(cake) == ""
    assert slowest(market.cheese, market.shirt) == ""
    assert slowest(cake, make_product(name="Pièce montée", lead_hours=30)) == ""
    assert slowest() == ""
