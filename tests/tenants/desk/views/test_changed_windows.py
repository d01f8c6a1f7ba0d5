"""Customers to call because their window changed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.desk.board import board
from tenants.hubs.models import Hub, Round
from tenants.orders.deciding import PromisesBrokenError, read_value
from tenants.orders.models import Order
from tenants.orders.moving import change_times
from tenants.residents.models import Resident
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_order, make_staff
from tests.tenants.desk.steps import bring_in
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def _change(market: Market, change: Any) -> None:
    """As the town hall does it: seen, then accepted."""
    user = make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")
    with pytest.raises(PromisesBrokenError) as shown:
        change_times(town=market.town, change=change, user=user, now=NOW)
    decided = {each.order.pk: read_value(each.value) for each in shown.value.broken}
    change_times(town=market.town, change=change, decided=decided, accepted=True, user=user, now=NOW)


def _noon_only() -> None:
    Hub.objects.update(hours="Mo-Sa 12:00-14:00")


@pytest.fixture
def moved(market: Market, simone: Resident) -> Order:
    """Simone has no e-mail, and her evening went."""
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=simone)
    _change(market, _noon_only)
    return Order.objects.get(pk=order.pk)


def test_she_is_called_once(desk: Client, moved: Order) -> None:
    today = text_of(desk.get(reverse("desk:today")))
    assert "À appeler 1" in today
    assert f"{moved.number} : son retrait change" in today
    page = reverse("desk:tell", args=[moved.pk])
    said = text_of(desk.get(page))
    assert f"Le retrait de votre commande {moved.number}, prévu mardi 24 novembre de 18 h à 20 h" in said
    assert "Elle vous attendra mercredi 25 novembre de 12 h à 14 h" in said
    for _double_click in range(2):
        assert desk.post(page, {"about": "change"})["Location"] == reverse("desk:today")
    assert "À appeler" not in text_of(desk.get(reverse("desk:today"))).split("À remettre")[0]
    assert AuditEvent.objects.filter(action="order.change_told").count() == 1
    log = text_of(desk.get(reverse("desk:order", args=[moved.pk])))
    assert "Client prévenu du changement par téléphone" in log
    assert "Retrait déplacé de mardi 24 novembre de 18 h à 20 h à " in log


def test_one_call_says_that_it_moved_and_that_it_waits(desk: Client, moved: Order, camille: User) -> None:
    bring_in(moved, camille, NOW)
    today = text_of(desk.get(reverse("desk:today")))
    assert "À appeler 1" in today
    assert "l’attend, pas d’e-mail" not in today
    desk.post(reverse("desk:tell", args=[moved.pk]), {"about": "change"})
    assert "À appeler" not in text_of(desk.get(reverse("desk:today")))
    assert Order.objects.get().ready_told_at


def test_the_order_leads_to_the_call(desk: Client, moved: Order) -> None:
    assert reverse("desk:tell", args=[moved.pk]) in desk.get(reverse("desk:order", args=[moved.pk])).content.decode()


def test_who_has_an_address_was_written_to(desk: Client, market: Market, order: Order) -> None:
    _change(market, _noon_only)
    assert board(town=market.town, now=NOW).to_tell == []
    log = text_of(desk.get(reverse("desk:order", args=[order.pk])))
    assert ", client prévenu par e-mail : ce point de retrait sera fermé à cette heure" in log


def test_with_nothing_to_propose_everybody_is_called(desk: Client, market: Market, order: Order) -> None:
    _change(market, lambda: Round.objects.update(active=False))
    assert board(town=market.town, now=NOW).to_tell == [order]
    page = text_of(desk.get(reverse("desk:tell", args=[order.pk])))
    assert "Nous vous appelons pour trouver une autre date avec vous." in page
    assert f"Un e-mail est parti aussi, à {order.customer_email}." in page
    assert "impossible à tenir" in text_of(desk.get(reverse("desk:order", args=[order.pk])))


def test_calls_of_another_town_are_not_ours(
    desk: Client, market: Market, camille: User, viroflay: Any, simone: Resident
) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        make_order(town=viroflay, lines=[(theirs.shirt, 1)])
        _change(theirs, lambda: Round.objects.update(active=False))
        assert len(board(town=viroflay, now=NOW).to_tell) == 1
    assert board(town=market.town, now=NOW).to_tell == []
