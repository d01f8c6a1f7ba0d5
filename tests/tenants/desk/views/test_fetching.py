"""Ticking goods off, and taking ticks back, page by page."""

import pytest
from django.test import Client
from django.urls import reverse

from shared.notifications.models import Message
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.factories import Market, make_order
from tests.tenants.staff.pages import hidden, text_of

pytestmark = pytest.mark.django_db


def test_from_the_shop_to_the_counter(desk: Client, order: Order) -> None:
    page = desk.get(reverse("desk:today"))
    assert "Fromagerie des Alpilles 1 × Plateau « Retour de marché »" in text_of(page)
    parts = list(dict.fromkeys(hidden(page, "part")))
    assert len(parts) == 3
    back = reverse("desk:today")
    for part in parts:
        for _double_click in range(2):
            answer = desk.post(reverse("desk:collect"), {"part": part, "next": back})
            assert (answer.status_code, answer["Location"]) == (302, back)
    assert "Rien à ramasser." in text_of(desk.get(back))
    answer = desk.post(
        reverse("desk:arrivals"), {"part": hidden(desk.get(reverse("desk:arrivals")), "part")}, follow=True
    )
    assert "1 client prévenu par e-mail" in text_of(answer)
    assert Message.objects.filter(template="orders/waiting").count() == 1
    assert "Tout est là" in text_of(desk.get(back))


def test_a_tick_is_taken_back(desk: Client, order: Order) -> None:
    part = str(order.shop_orders.order_by("pk").values_list("pk", flat=True)[0])
    desk.post(reverse("desk:collect"), {"part": part})
    for _double_click in range(2):
        answer = desk.post(reverse("desk:undo_collect"), {"part": part}, follow=True)
        assert "de nouveau à ramasser" in text_of(answer)
    assert order.shop_orders.filter(state="ready").count() == 1


def test_an_arrival_taken_back_says_whom_to_call(desk: Client, order: Order) -> None:
    parts = [str(key) for key in order.shop_orders.values_list("pk", flat=True)]
    desk.post(reverse("desk:collect"), {"part": parts})
    desk.post(reverse("desk:arrivals"), {"part": parts})
    answer = desk.post(reverse("desk:undo_arrival"), {"part": parts[0]}, follow=True)
    assert f"Attention : le client de {order.number} a déjà été prévenu, appelez-le." in text_of(answer)


def test_what_cannot_be_is_said_and_nothing_changes(desk: Client, order: Order) -> None:
    parts = [str(key) for key in order.shop_orders.order_by("pk").values_list("pk", flat=True)]
    desk.post(reverse("desk:collect"), {"part": parts[0]})
    answer = desk.post(reverse("desk:arrivals"), {"part": parts}, follow=True)
    assert "« à accepter », elle ne peut pas devenir « arrivée »" in text_of(answer)
    assert order.shop_orders.filter(state="collected").count() == 1
    assert "Rien n’était choisi" in text_of(desk.post(reverse("desk:collect"), {}, follow=True))


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/mairie/", "javascript:alert(1)"])
def test_a_form_returns_to_the_desk_only(desk: Client, order: Order, elsewhere: str) -> None:
    part = str(order.shop_orders.order_by("pk").values_list("pk", flat=True)[0])
    answer = desk.post(reverse("desk:collect"), {"part": part, "next": elsewhere})
    assert answer["Location"] == reverse("desk:collect")


def test_a_shop_with_two_orders_is_one_stop(desk: Client, order: Order, market: Market, simone: Resident) -> None:
    make_order(town=market.town, lines=[(market.wine, 2)], resident=simone)
    page = text_of(desk.get(reverse("desk:today")))
    assert "Cave des Heures Claires 3 × Coteaux d’Aix rouge" in page
    page = text_of(desk.get(reverse("desk:collect")))
    assert "Tout est ramassé" in page
    assert "Simone Roche" in page
