"""What there is to do now."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.payments.services import retry_refund
from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.desk import actions
from tenants.desk.board import Board, board
from tenants.orders.models import Order, PaymentMode
from tenants.residents.models import Resident
from tenants.staff.models import Staff, StaffRole
from tests.conftest import TUESDAY
from tests.factories import Market, make_order, pay_by_card
from tests.tenants.desk.steps import SECOND, bring_in
from tests.tenants.failures import make_failed_refund
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def _board(market: Market, now: datetime) -> Board:
    return board(town=market.town, now=now)


def test_a_new_order_is_to_collect_and_unanswered(market: Market, order: Order, now: datetime) -> None:
    work = _board(market, now)
    assert [stop.shop.name for stop in work.stops] == [
        "Atelier Mistral",
        "Cave des Heures Claires",
        "Fromagerie des Alpilles",
    ]
    assert work.stops[0].goods == "1 × T-shirt « Étang de Berre »"
    assert {each.part.order for each in work.silent} == {order}
    assert not any(each.pressing for each in work.silent)
    assert [each.order for each in work.to_hand_over] == [order]
    assert len(work.to_hand_over[0].missing) == 3
    assert work.to_hand_over[0].due_cents == 6000


def test_a_merchant_silent_for_an_hour_is_pressing(market: Market, order: Order, now: datetime) -> None:
    assert all(each.pressing for each in _board(market, now + timedelta(hours=1)).silent)


def test_an_order_paid_online_has_nothing_due(market: Market, alice: Resident, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything, resident=alice, payment_mode=PaymentMode.CARD)
    assert not _board(market, now).stops, "not paid yet: nobody collects it"
    pay_by_card(order=order)
    assert _board(market, now).to_hand_over[0].due_cents == 0


def test_what_is_done_moves_on(market: Market, order: Order, camille: User, now: datetime) -> None:
    parts = list(order.shop_orders.values_list("pk", flat=True))
    actions.collect(part_ids=parts, user=camille, now=now + SECOND)
    work = _board(market, now)
    assert (len(work.stops), len(work.to_bring_in), len(work.silent)) == (0, 3, 0)
    actions.arrive(part_ids=parts, user=camille, now=now + 2 * SECOND)
    work = _board(market, now)
    assert (len(work.to_bring_in), work.to_hand_over[0].missing) == (0, [])


def test_somebody_without_e_mail_is_to_call_once_all_is_there(
    market: Market, simone: Resident, camille: User, now: datetime
) -> None:
    order = make_order(town=market.town, lines=[(market.wine, 1), (market.shirt, 1)], resident=simone)
    assert not _board(market, now).to_call
    bring_in(order, camille, now)
    assert [each.order for each in _board(market, now).to_call] == [order]
    actions.note_called(order_id=order.pk, user=camille, now=now + 3 * SECOND)
    assert not _board(market, now).to_call


def test_another_day_comes_later_unless_there_is_nothing_today(market: Market, order: Order, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    make_order(town=market.town, lines=[(market.wine, 1)], now=tomorrow)
    work = _board(market, now)
    assert ([each.day.day for each in work.rounds], [each.day.day for each in work.later]) == ([24], [25])
    order.shop_orders.update(state="cancelled")
    work = _board(market, now)
    assert ([each.day.day for each in work.rounds], work.later) == ([25], [])


def test_yesterday_is_late(market: Market, order: Order, camille: User, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    [late] = _board(market, tomorrow).rounds
    assert late.late
    bring_in(order, camille, now)
    assert _board(market, tomorrow).to_hand_over[0].overdue


def test_any_number_of_orders_takes_the_same_statements(
    market: Market, order: Order, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        make_order(town=market.town, lines=[(market.wine, 1), (market.cheese, 1)])
    with django_assert_max_num_queries(20):
        work = _board(market, now)
        assert [stop.goods for stop in work.stops]
        assert [each.bags for each in work.to_hand_over]


def test_a_refund_that_failed_is_said_until_it_is_resumed(
    market: Market, camille: User, desk: Client, now: datetime
) -> None:
    order, refund = make_failed_refund(market=market)
    page = text_of(desk.get("/comptoir/"))
    assert "À reprendre : 1 remboursement Ces sommes n’ont pas pu être rendues." in page
    assert f"{order.number}, {order.customer_name} : 14,50 €" in page
    said = text_of(desk.get(f"/comptoir/commandes/{order.pk}/"))
    assert "n’ont pas pu être rendus : la carte a expiré ou n’existe plus" in said
    retry_refund(refund_id=refund.pk, actor=camille, now=now)
    assert "À reprendre" not in text_of(desk.get("/comptoir/"))
    assert "Un remboursement a échoué" not in text_of(desk.get(f"/comptoir/commandes/{order.pk}/"))


def test_only_the_town_hall_is_sent_to_try_again(market: Market, camille: User, desk: Client) -> None:
    make_failed_refund(market=market)
    assert "/mairie/argent/incidents/" not in desk.get("/comptoir/").content.decode()
    Staff.objects.create(user=camille, role=StaffRole.TOWN_HALL, since=TUESDAY)
    assert "/mairie/argent/incidents/" in desk.get("/comptoir/").content.decode()


def test_a_refund_that_failed_is_of_its_town(market: Market, viroflay: Any, now: datetime) -> None:
    order, _refund = make_failed_refund(market=market)
    assert [each.number for each in _board(market, now).failed_refunds] == [order.number]
    with in_town(viroflay):
        assert board(town=viroflay, now=now).failed_refunds == []
