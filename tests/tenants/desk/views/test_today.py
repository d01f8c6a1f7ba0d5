"""The board, which asks for itself again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.desk.board import latest_order
from tenants.orders.models import Order, PaymentMode
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order
from tests.tenants.staff.pages import Clock, text_of

pytestmark = pytest.mark.django_db


def _today(desk: Client, **headers: Any) -> Any:
    return desk.get(reverse("desk:today"), **headers)


def test_the_page_asks_for_itself_every_half_minute(desk: Client, order: Order) -> None:
    page = _today(desk).content.decode()
    assert 'id="aujourdhui" data-hx-get="/comptoir/" data-hx-trigger="every 30s"' in page
    # What answers a tick takes the place of a refresh on its way; on the other pages there is none.
    assert 'data-hx-sync="#aujourdhui:replace"' in page
    assert "data-hx-sync" not in desk.get(reverse("desk:collect")).content.decode()


def test_the_last_order_is_said_and_changes_only_when_another_comes(
    desk: Client, order: Order, market: Market, simone: Resident, clock: Clock
) -> None:
    said = f'role="status">Dernière commande\u00a0: {order.number}, Alice Martin, '
    first = _today(desk).content.decode()
    assert said in first
    assert "mardi 24 novembre à 9 h" in text_of(_today(desk))
    make_order(town=market.town, lines=[(market.shirt, 1)], resident=simone, payment_mode=PaymentMode.CARD)
    # Not paid yet, it is nobody's business.
    assert said in _today(desk).content.decode()
    clock()
    phoned = make_order(town=market.town, lines=[(market.shirt, 1)], resident=simone, now=clock())
    assert f"Dernière commande : {phoned.number}, Simone Roche" in text_of(_today(desk))


def test_before_the_first_order_there_is_somewhere_to_say_it(desk: Client, market: Market) -> None:
    assert '<p class="muted" role="status"></p>' in _today(desk).content.decode()


def test_another_towns_order_is_not_said(desk: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        make_order(town=viroflay, lines=make_market(town=viroflay).everything)
        assert latest_order(now=TUESDAY) is not None
    assert "Dernière commande" not in text_of(_today(desk))


def test_a_session_that_is_over_takes_the_whole_page_to_sign_in(desk: Client, order: Order, camille: User) -> None:
    desk.logout()
    answer = _today(desk, HTTP_HX_REQUEST="true")
    assert answer["HX-Refresh"] == "true"
    assert not answer.content
    assert _today(desk)["Location"].startswith("/compte/login/")
