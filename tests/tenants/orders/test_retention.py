"""What a town forgets of its customers, and what it keeps however old it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model

from billing.ledger.models import Entry, Posting
from billing.payments.models import Payment
from billing.settlements.models import Sale
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.retention.delays import DELAYS
from shared.retention.services import purge_here
from shared.tenancy import in_town
from tenants.orders.models import Basket, Line, Order, OrderEvent, PaymentMode, ShopOrder
from tenants.orders.personal_data import FORGOTTEN
from tenants.orders.states import ShopOrderState
from tenants.residents.models import Resident
from tests.factories import (
    Market,
    account_of,
    make_basket,
    make_market,
    make_order,
    make_resident,
    make_staff,
    pay_by_card,
)

MOMENT = timedelta(seconds=1)
# What the accounts and the log of what was done are made of.
KEPT: list[type[Model]] = [Order, ShopOrder, Line, OrderEvent, Payment, Sale, Entry, Posting, AuditEvent]


def _ended_order(market: Market, *, resident: Resident, at: datetime) -> Order:
    order = make_order(town=market.town, lines=market.everything, resident=resident, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    order.shop_orders.update(state=ShopOrderState.HANDED_OVER)
    Order.objects.filter(pk=order.pk).update(placed_at=at, handed_over_at=at)
    return Order.objects.get(pk=order.pk)


def _joined(resident: Resident, at: datetime) -> User:
    user = account_of(resident)
    user.date_joined, user.last_login = at, at
    user.save()
    Resident.objects.filter(pk=resident.pk).update(created_at=at)
    return user


def test_baskets_of_nobodys_account(istres: Any, viroflay: Any, now: datetime) -> None:
    old = now - DELAYS["baskets"] - MOMENT
    for town in (istres, viroflay):
        with in_town(town):
            market = make_market(town=town)
            make_basket(lines=market.everything, now=old)
            recent = make_basket(lines=market.everything, now=old + 2 * MOMENT)
            own = make_basket(lines=market.everything, resident=make_resident(), now=old)
            assert purge_here(now=now).counts["baskets"] == 1
            assert set(Basket.objects.values_list("pk", flat=True)) == {recent.pk, own.pk}


def test_codes_that_were_used(market: Market, now: datetime) -> None:
    old = now - DELAYS["codes"] - MOMENT
    alice = make_resident()
    used = _ended_order(market, resident=alice, at=old)
    recent = _ended_order(market, resident=alice, at=old + 2 * MOMENT)
    waiting = make_order(town=market.town, lines=[(market.wine, 1)], resident=alice)
    Order.objects.filter(pk=waiting.pk).update(placed_at=old)

    assert purge_here(now=now).counts["codes"] == 1
    codes = {order.pk: order.code for order in Order.objects.all()}
    assert codes == {used.pk: "", recent.pk: recent.code, waiting.pk: waiting.code}


def test_an_account_without_an_order_goes_whole(in_istres: Any, now: datetime) -> None:
    old = now - DELAYS["accounts"] - MOMENT
    _joined(make_resident(name="Alice"), old)
    bruno = _joined(make_resident(name="Bruno"), old + 2 * MOMENT)
    back = _joined(make_resident(name="Chloé"), old)
    User.objects.filter(pk=back.pk).update(last_login=now)
    at_work = make_staff()
    User.objects.filter(pk=at_work.pk).update(date_joined=old)

    assert purge_here(now=now).counts["accounts"] == 1
    assert set(User.objects.values_list("pk", flat=True)) == {bruno.pk, back.pk, at_work.pk}
    assert set(Resident.objects.values_list("name", flat=True)) == {FORGOTTEN, "Bruno", "Chloé"}


def test_an_account_with_orders_closes_first_and_its_name_goes_in_its_time(market: Market, now: datetime) -> None:
    alice = make_resident(name="Alice Martin")
    _joined(alice, now)
    order = _ended_order(market, resident=alice, at=now)
    told = Order.objects.get(pk=order.pk).customer_email

    assert purge_here(now=now + DELAYS["accounts"]).counts["accounts"] == 0
    assert purge_here(now=now + DELAYS["accounts"] + MOMENT).counts["accounts"] == 1
    assert not User.objects.exists()
    order.refresh_from_db()
    assert (order.customer_name, order.customer_email) == ("Alice Martin", told)

    assert purge_here(now=now + DELAYS["customers"]).counts["customers"] == 0
    assert purge_here(now=now + DELAYS["customers"] + MOMENT).counts["customers"] == 1
    order.refresh_from_db()
    assert (order.customer_name, order.customer_phone, order.customer_email) == (FORGOTTEN, "", "")
    # Once: somebody who is forgotten is not looked at again.
    assert purge_here(now=now + DELAYS["customers"] + MOMENT).counts["customers"] == 0


def test_a_customer_known_by_telephone_only(market: Market, now: datetime) -> None:
    old = now - DELAYS["customers"] - MOMENT
    bruno = make_resident(name="Bruno Tran", account=False)
    again = make_resident(name="Chloé Petit", account=False)
    Resident.objects.update(created_at=old)
    _ended_order(market, resident=bruno, at=old)
    _ended_order(market, resident=again, at=old)
    _ended_order(market, resident=again, at=old + 2 * MOMENT)

    assert purge_here(now=now).counts["customers"] == 1
    assert set(Resident.objects.values_list("name", flat=True)) == {FORGOTTEN, "Chloé Petit"}


def test_whoever_still_has_an_order_on_its_way_waits(market: Market, now: datetime) -> None:
    """A state that should not be, three years on: nobody's order is touched while it stands, nor held up by it."""
    old = now - DELAYS["customers"] - MOMENT
    stuck, done = make_resident(name="Alice", account=False), make_resident(name="Bruno", account=False)
    Resident.objects.update(created_at=old)
    make_order(town=market.town, lines=[(market.wine, 1)], resident=stuck)
    Order.objects.update(placed_at=old)
    _ended_order(market, resident=done, at=old)

    purged = purge_here(now=now)
    assert (purged.counts["customers"], purged.failures) == (1, {})
    assert set(Resident.objects.values_list("name", flat=True)) == {FORGOTTEN, "Alice"}


@pytest.mark.parametrize("years", [4, 11, 40])
def test_the_accounts_and_the_trail_are_kept(istres: Any, viroflay: Any, now: datetime, years: int) -> None:
    before = {}
    for town in (istres, viroflay):
        with in_town(town):
            market = make_market(town=town)
            alice = make_resident()
            _joined(alice, now)
            order = _ended_order(market, resident=alice, at=now)
            record(actor=None, action="tried", target=order, now=now)
            before[town] = {model: set(model._default_manager.values_list("pk", flat=True)) for model in KEPT}  # noqa: SLF001
    for town in (istres, viroflay):
        with in_town(town):
            purged = purge_here(now=now + timedelta(days=365 * years))
            assert purged.failures == {}
            assert (purged.counts["accounts"], purged.counts["customers"]) == (1, 1)
            for model, rows in before[town].items():
                assert rows <= set(model._default_manager.values_list("pk", flat=True)), model  # noqa: SLF001
