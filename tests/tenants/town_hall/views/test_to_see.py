"""Orders that a shop cannot have ready: the town hall is told, and decides."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.orders.models import Order
from tenants.shops.models import ShopChange
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order
from tests.tenants.staff.pages import decisions, text_of

pytestmark = pytest.mark.django_db


def _close(market: Market) -> None:
    """The dairy will be closed when the concierge passes."""
    today = TUESDAY.date()
    ShopChange.objects.create(
        shop=market.cheese.shop, kind="closure", first=today, last=today, reason="malade", created_at=TUESDAY
    )


def test_it_is_said_at_home_and_decided_once(hall: Client, market: Market) -> None:
    home, page = reverse("town_hall:home"), reverse("town_hall:to_see")
    order = make_order(town=market.town, lines=market.everything)
    assert "Des retraits sont à revoir" not in text_of(hall.get(home))
    assert "Rien à revoir" in text_of(hall.get(page))
    _close(market)
    assert "1 commande ne peut plus être prête comme promis" in text_of(hall.get(home))
    chosen = decisions(hall.get(page))
    for _double_click in range(2):
        assert hall.post(page, chosen)["Location"] == page
    assert Order.objects.get().window_start > order.window_start
    trail = AuditEvent.objects.get(action="order.moved")
    assert (trail.actor_label, trail.details["order"]) == ("Bernard Faure", order.number)
    assert order.events.get(kind="moved").channel == "town_hall"


def test_a_list_that_changed_is_said(hall: Client, market: Market) -> None:
    page = reverse("town_hall:to_see")
    order = make_order(town=market.town, lines=market.everything)
    _close(market)
    chosen = decisions(hall.get(page))
    ShopChange.objects.all().delete()
    assert "Rien n’a été fait" in text_of(hall.post(page, chosen), 409)
    order.refresh_from_db()
    assert order.events.filter(kind="moved").count() == 0
    assert hall.post(page, {"decision-x": "call"}).status_code == 404


def test_another_towns_orders_are_not_ours(hall: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        other = make_order(town=viroflay, lines=theirs.everything)
        _close(theirs)
    page = reverse("town_hall:to_see")
    assert "Rien à revoir" in text_of(hall.get(page))
    assert "Rien n’a été fait" in text_of(hall.post(page, {f"decision-{other.pk}": "call"}), 409)
    with in_town(viroflay):
        assert not other.events.filter(kind="stranded").exists()
