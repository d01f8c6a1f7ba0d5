"""A shop's hours, their changes, its pauses, and the products that its hours make impossible."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from shared.audit.models import AuditEvent
from shared.calendars import ChangeKind
from shared.changing import ChangeFacts
from shared.tenancy import in_town
from tenants.shops.availability import never_open, never_promised, why_never
from tenants.shops.changes import add_change, calendar_of, changes_of, remove_change, rule_of, set_hours
from tenants.shops.models import Shop, ShopChange, ShopPause
from tenants.shops.pauses import held_pauses, pause_orders, resume_orders
from tests.factories import make_product, make_shop

pytestmark = pytest.mark.django_db

WEEK = "Tu-Sa 09:00-12:30,15:00-19:00; PH off"
WEDNESDAY = date(2026, 11, 25)
HOLIDAYS = ChangeFacts(kind=ChangeKind.CLOSURE, first=WEDNESDAY, last=WEDNESDAY + timedelta(days=3), reason="congés")
SATURDAY = 1 << 5
MONDAY = 1


def test_hours_are_set_once_and_written_in_the_trail(istres: Any, in_istres: Any, now: datetime) -> None:
    shop = make_shop()
    for _double_click in range(2):
        set_hours(town=istres, shop_id=shop.pk, hours=WEEK, preparation_minutes=30, actor=None, now=now)
    shop.refresh_from_db()
    assert (shop.hours, shop.preparation_minutes) == (WEEK, 30)
    [event] = AuditEvent.objects.all()
    assert (event.action, event.details["hours"]) == ("shop.hours_set", ["", WEEK])


@pytest.mark.parametrize(
    ("hours", "minutes", "field"),
    [
        ("quand je veux", 0, "hours"),
        ("2030 Jan 08:00-12:00", 0, "hours"),
        (WEEK, -1, "preparation_minutes"),
        (WEEK, 481, "preparation_minutes"),
    ],
)
def test_hours_that_cannot_be_are_explained(
    istres: Any, in_istres: Any, now: datetime, *, hours: str, minutes: int, field: str
) -> None:
    shop = make_shop()
    with pytest.raises(ValidationError) as raised:
        set_hours(town=istres, shop_id=shop.pk, hours=hours, preparation_minutes=minutes, actor=None, now=now)
    assert set(raised.value.message_dict) == {field}


def test_changes_hold_and_are_taken_back(istres: Any, in_istres: Any, now: datetime) -> None:
    shop = make_shop(hours=WEEK)
    change = add_change(town=istres, shop_id=shop.pk, facts=HOLIDAYS, actor=None, now=now)
    assert not calendar_of(town=istres, shop=shop).on(WEDNESDAY)
    with pytest.raises(ValidationError, match="déjà notée"):
        add_change(town=istres, shop_id=shop.pk, facts=HOLIDAYS, actor=None, now=now)
    remove_change(town=istres, change_id=change.pk, actor=None, now=now)
    assert calendar_of(town=istres, shop=shop).on(WEDNESDAY)
    actions = AuditEvent.objects.order_by("action").values_list("action", flat=True)
    assert list(actions) == ["shop.change_added", "shop.change_removed"]


def test_hours_that_have_begun_are_the_shops_own_once_they_are_set(istres: Any, in_istres: Any, now: datetime) -> None:
    shop = make_shop(hours=WEEK)
    late = "Tu-Sa 10:00-20:00"
    begun = ShopChange.objects.create(shop=shop, kind=ChangeKind.VERSION, first=now.date(), hours=late, created_at=now)
    assert rule_of(shop, town=istres, now=now) == late
    with pytest.raises(ValidationError, match="déjà en vigueur"):
        remove_change(town=istres, change_id=begun.pk, actor=None, now=now)
    set_hours(town=istres, shop_id=shop.pk, hours="Tu-Sa 10:00-21:00", preparation_minutes=0, actor=None, now=now)
    assert changes_of(shop) == []


def test_a_shop_is_paused_and_resumed(in_istres: Any, now: datetime) -> None:
    shop = make_shop()
    with pytest.raises(ValidationError):
        pause_orders(shop_id=shop.pk, reason="", until=None, actor=None, now=now)
    pause = pause_orders(shop_id=shop.pk, reason="Four en panne", until=None, actor=None, now=now)
    with pytest.raises(ValidationError, match="déjà en pause"):
        pause_orders(shop_id=shop.pk, reason="Encore", until=None, actor=None, now=now)
    for _double_click in range(2):
        resume_orders(pause_id=pause.pk, actor=None, now=now)
    assert not held_pauses(now=now)
    assert AuditEvent.objects.filter(action="orders.resumed").count() == 1


def test_a_product_of_the_days_on_which_the_shop_is_closed(istres: Any, in_istres: Any, now: datetime) -> None:
    shop = make_shop(hours=WEEK)
    calendar = calendar_of(town=istres, shop=shop)
    never = make_product(shop=shop, name="Pain du lundi", weekday_bits=MONDAY)
    make_product(shop=shop, name="Fougasse", weekday_bits=MONDAY | SATURDAY)
    assert never_promised(shop.products.all(), calendar=calendar, now=now) == [never]
    monday = ChangeFacts(
        kind=ChangeKind.OPENING, first=date(2026, 12, 21), last=date(2026, 12, 21), hours="09:00-12:00", reason="Noël"
    )
    opened = calendar_of(town=istres, shop=shop, added=[monday])
    assert not never_open(weekday_bits=MONDAY, calendar=opened, now=now)
    said = why_never(MONDAY | SATURDAY).replace("\u00a0", " ")
    assert "ne pourra jamais être promis : il n’est disponible que le lundi ou samedi" in said


def test_nothing_of_a_shop_of_another_town(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        shop = make_shop(hours=WEEK)
        change = add_change(town=istres, shop_id=shop.pk, facts=HOLIDAYS, actor=None, now=now)
        pause = pause_orders(shop_id=shop.pk, reason="Four en panne", until=None, actor=None, now=now)
    with in_town(viroflay):
        with pytest.raises(Shop.DoesNotExist):
            set_hours(town=viroflay, shop_id=shop.pk, hours=WEEK, preparation_minutes=0, actor=None, now=now)
        with pytest.raises(Shop.DoesNotExist):
            add_change(town=viroflay, shop_id=shop.pk, facts=HOLIDAYS, actor=None, now=now)
        with pytest.raises(ShopChange.DoesNotExist):
            remove_change(town=viroflay, change_id=change.pk, actor=None, now=now)
        with pytest.raises(ShopPause.DoesNotExist):
            resume_orders(pause_id=pause.pk, actor=None, now=now)
