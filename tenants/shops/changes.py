"""A shop's hours: its week, the time it takes to prepare, and the dated changes of both. Call these inside the town."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.calendars import ChangeKind, calendar, rule_in_force
from shared.changing import (
    ChangeFacts,
    change_words,
    check_dates,
    check_effect,
    check_hours,
    check_not_said_twice,
    check_rule,
)
from shared.hours import Calendar
from shared.locks import lock_one
from tenants.shops.models import Shop, ShopChange
from tenants.shops.times import ANY_HOUR

LONGEST_PREPARATION = 8 * 60
_FIELDS = ("kind", "first", "last", "hours", "reason")


@transaction.atomic
def set_hours(*, town: Town, shop_id: UUID, hours: str, preparation_minutes: int, actor: Any, now: datetime) -> Shop:
    """Set a shop's ordinary week, empty when it has no fixed hours, and how long it takes to prepare an order.

    Versions that have begun become its hours. What is already set changes nothing. Raises Shop.DoesNotExist,
    django.core.exceptions.ValidationError tied to `hours` or `preparation_minutes`.
    """
    shop = lock_one(Shop.objects.all(), pk=shop_id)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    before = (rule_of(shop, now=now, town=town), shop.preparation_minutes)
    if before == (hours, preparation_minutes):
        return shop
    if hours:
        check_rule(hours, today=today, territory=town.free_days)
    if not 0 <= preparation_minutes <= LONGEST_PREPARATION:
        raise ValidationError(
            {"preparation_minutes": f"De 0 à {LONGEST_PREPARATION} minutes ; plus long, c’est un délai du produit."}
        )
    for change in changes_of(shop):
        if change.kind == ChangeKind.VERSION and change.first <= today:
            change.delete()
    shop.hours, shop.preparation_minutes = hours, preparation_minutes
    shop.save(update_fields=["hours", "preparation_minutes"])
    details = {
        "shop": shop.name,
        "hours": [before[0], hours],
        "preparation_minutes": [before[1], preparation_minutes],
    }
    record(actor=actor, action="shop.hours_set", target=shop, details=details, now=now)
    return shop


@transaction.atomic
def add_change(*, town: Town, shop_id: UUID, facts: ChangeFacts, actor: Any, now: datetime) -> ShopChange:
    """Note new hours or an exception of a shop. Raises Shop.DoesNotExist, django.core.exceptions.ValidationError."""
    shop = lock_one(Shop.objects.all(), pk=shop_id)
    check_dates(facts, today=now.astimezone(ZoneInfo(town.timezone)).date())
    check_hours(facts)
    check_not_said_twice(facts, among=changes_of(shop))
    check_effect(
        facts, before=calendar_of(town=town, shop=shop), after=calendar_of(town=town, shop=shop, added=[facts])
    )
    change = ShopChange(**asdict(facts), shop=shop, created_at=now)
    change.clean_fields()
    change.save(force_insert=True)
    record(actor=actor, action="shop.change_added", target=change, details=_details(change, shop), now=now)
    return change


@transaction.atomic
def remove_change(*, town: Town, change_id: UUID, actor: Any, now: datetime) -> None:
    """Take a change away: the ordinary hours hold again. Raises ShopChange.DoesNotExist, ValidationError."""
    shop = lock_one(Shop.objects.all(), pk=ShopChange.objects.get(pk=change_id).shop_id)
    # A second click, or a colleague, a moment before.
    change = lock_one(ShopChange.objects.all(), pk=change_id)
    if change.kind == ChangeKind.VERSION and change.first <= now.astimezone(ZoneInfo(town.timezone)).date():
        raise ValidationError("Ces horaires sont déjà en vigueur : changez plutôt la semaine.")
    record(actor=actor, action="shop.change_removed", target=change, details=_details(change, shop), now=now)
    change.delete()


def changes_of(shop: Shop) -> list[ShopChange]:
    """Its changes by day."""
    return list(ShopChange.objects.filter(shop=shop).order_by("first", "pk"))


def rule_of(shop: Shop, *, town: Town, now: datetime) -> str:
    """The weekly hours in force today, its versions counted; empty when it has no fixed hours."""
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    return rule_in_force(rule=shop.hours, changes=changes_of(shop), on=today)


def calendar_of(
    *,
    town: Town,
    shop: Shop,
    rule: str | None = None,
    without: Collection[ShopChange] = (),
    added: Iterable[ChangeFacts] = (),
) -> Calendar:
    """The calendar of a shop: as it is, or with another rule, without some changes, with some more."""
    left_out = {change.pk for change in without}
    kept = [
        {name: getattr(change, name) for name in _FIELDS} for change in changes_of(shop) if change.pk not in left_out
    ]
    return calendar(
        rule=(shop.hours if rule is None else rule) or ANY_HOUR,
        zone=town.timezone,
        territory=town.free_days,
        changes=[*kept, *map(asdict, added)],
    )


def _details(change: ShopChange, shop: Shop) -> dict[str, Any]:
    return {
        "shop": f"{shop.name}, {change_words(change)}",
        "kind": change.kind,
        "hours": change.hours,
        "reason": change.reason,
    }
