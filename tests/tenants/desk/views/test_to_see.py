"""Orders that a shop cannot have ready, seen to from the desk."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.models import Order
from tenants.shops.models import ShopChange
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order
from tests.tenants.staff.pages import decisions, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    return reverse("desk:to_see")


@pytest.fixture
def closed(market: Market, order: Order) -> Order:
    """The dairy will be closed when the concierge passes."""
    today = TUESDAY.date()
    ShopChange.objects.create(
        shop=market.cheese.shop, kind="closure", first=today, last=today, reason="malade", created_at=TUESDAY
    )
    return order


def test_without_any_it_says_so(desk: Client, order: Order, page: str) -> None:
    assert "Rien à revoir" in text_of(desk.get(page))
    assert "à revoir" not in text_of(desk.get(reverse("desk:today")))


def test_the_board_says_it_until_it_is_seen_to(desk: Client, closed: Order, page: str) -> None:
    today, sheet = reverse("desk:today"), reverse("desk:order", args=[closed.pk])
    assert "1 retrait à revoir." in text_of(desk.get(today))
    assert "Elle ne peut plus être prête comme promis" in text_of(desk.get(sheet))
    answer = desk.get(page)
    assert "la boutique Fromagerie des Alpilles sera fermée au passage de la tournée" in text_of(answer)
    chosen = decisions(answer)
    for _double_click in range(2):
        done = desk.post(page, chosen, follow=True)
    assert "Rien à revoir" in text_of(done)
    assert AuditEvent.objects.filter(action="order.moved").count() == 1
    assert "à revoir" not in text_of(desk.get(today))
    log = text_of(desk.get(sheet))
    assert "Elle ne peut plus" not in log
    assert "la boutique Fromagerie des Alpilles sera fermée" in log


def test_left_for_later_nothing_happens(desk: Client, closed: Order, page: str) -> None:
    [field] = decisions(desk.get(page))
    assert "1 commande ne peut plus" in text_of(desk.post(page, {field: ""}, follow=True))
    assert Order.objects.get().window_start == closed.window_start


def test_who_is_called_leaves_the_board_until_it_is_told(desk: Client, closed: Order, page: str) -> None:
    today = reverse("desk:today")
    [field] = decisions(desk.get(page))
    desk.post(page, {field: "call"})
    words = text_of(desk.get(today))
    assert "à revoir" not in words
    assert "À appeler 1" in words
    tell = reverse("desk:tell", args=[closed.pk])
    assert reverse("desk:move", args=[closed.pk]) in desk.get(tell).content.decode()
    desk.post(tell, {"about": "change"})
    # Told, and still without a date: it comes back.
    assert "1 retrait à revoir." in text_of(desk.get(today))


def test_a_window_gone_in_between_is_said(desk: Client, closed: Order, page: str) -> None:
    chosen = decisions(desk.get(page))
    Hub.objects.update(room=0)
    words = text_of(desk.post(page, chosen), 409)
    assert "Rien n’a été fait" in words
    assert "Le retrait choisi n’est plus possible" in words
    assert Order.objects.get().window_start == closed.window_start


def test_nonsense_is_not_found(desk: Client, closed: Order, page: str) -> None:
    assert desk.post(page, {"decision-x": "call"}).status_code == 404
    assert desk.post(page, {f"decision-{closed.pk}": "demain"}).status_code == 404


def test_another_towns_orders_are_not_ours(desk: Client, closed: Order, page: str, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_order(town=viroflay, lines=make_market(town=viroflay).everything)
    assert "Rien n’a été fait" in text_of(desk.post(page, {f"decision-{theirs.pk}": "call"}), 409)
    assert decisions(desk.get(page)).keys() == {f"decision-{closed.pk}"}
