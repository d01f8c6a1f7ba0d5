"""A merchant leaves a town: announced, done on its day, and undone if it comes back. Call these inside the town.

Only this town is concerned: the merchant's other towns know nothing of it. What it sold stays its own: statements go
on, and its people keep reading its papers.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.commissions.notice import TERMINATION_NOTICE_DAYS, first_day_after_notice
from billing.commissions.services import tell_newcomer
from billing.settlements.calendar import day_in, end_of, start_of
from billing.settlements.schedule import plan_settlement
from conciergeries.merchants.models import MerchantPresence
from conciergeries.merchants.presence import presences_here
from conciergeries.towns.models import Town
from shared.audit.services import name_of, record
from shared.due.registry import does
from shared.due.services import plan_by
from shared.french import NBSP, calendar_day, of
from shared.locks import lock_one
from shared.notifications.models import Message
from shared.notifications.services import notify
from shared.outbox.services import record_effect
from shared.tenancy import current_town, in_public
from shared.web.addresses import absolute_url
from tenants.shops.departures import Departure, Ground, OrdersThen
from tenants.shops.models import Shop

# The work that is due each midnight where a departure was announced: whoever is to leave that day leaves.
LEAVE = "shops.leave"
# {"departure_id"}: a merchant has left, and the orders that it has not handed over are to be refused.
LEFT = "shops.left"


class AlreadyLeavingError(ValueError):
    """Another departure of this merchant is announced, or done; `str()` says so in French."""

    def __init__(self, departure: Departure) -> None:
        day = calendar_day(departure.leaves_on, year=True)
        super().__init__(f"Le départ {of(departure.shop.name)} est déjà annoncé, à partir du {day}.")
        self.departure = departure


def earliest_day(*, town: Town, ground: Ground, now: datetime) -> date:
    """The first day on which a merchant may be gone that is told today."""
    today = day_in(town, now)
    if ground != Ground.NOTICE:
        return today
    return first_day_after_notice(today, territory=town.territory, days=TERMINATION_NOTICE_DAYS)


def open_departure(shop_id: UUID) -> Departure | None:
    """The departure of a shop's merchant that is announced or done; None while it is simply here."""
    return Departure.objects.select_related("shop").filter(shop_id=shop_id, returned_at=None).first()


@transaction.atomic
def announce_departure(
    *,
    town: Town,
    shop_id: UUID,
    ground: Ground,
    reason: str,
    leaves_on: date,
    orders_then: OrdersThen,
    actor: Any,
    now: datetime,
) -> Departure:
    """Have a merchant leave from a day on, at once when that is today; it is written to. The same again is once.

    Raises Shop.DoesNotExist, AlreadyLeavingError, ValidationError tied to fields.
    """
    shop = lock_one(Shop.objects.select_related("merchant"), pk=shop_id)
    known = open_departure(shop.pk)
    facts = {"ground": ground, "reason": reason, "leaves_on": leaves_on, "orders_then": orders_then}
    if known is not None:
        if all(getattr(known, name) == value for name, value in facts.items()):
            return known
        raise AlreadyLeavingError(known)
    earliest = earliest_day(town=town, ground=ground, now=now)
    if leaves_on < earliest:
        said = f"Au plus tôt le {calendar_day(earliest, year=True)}."
        raise ValidationError({"leaves_on": said})
    departure = Departure(shop=shop, **facts, announced_at=now, announced_by=name_of(actor))
    departure.full_clean(exclude=["shop"], validate_unique=False)
    today = day_in(town, now)
    departure.message_id = _write(
        departure, "shops/leaving", now, is_now=leaves_on <= today, contact=town.operating_company.contact_email
    ).pk
    departure.save(force_insert=True)
    record(actor=actor, action="merchant.leaving", target=departure, details=_said(departure), now=now)
    if leaves_on <= today:
        _leave(departure, town=town, actor=actor, now=now)
    else:
        plan_by(kind=LEAVE, subject=town.pk, due_at=start_of(town, leaves_on))
    return departure


@does(LEAVE)
def leave_those_due(*, subject: UUID, now: datetime) -> datetime:  # noqa: ARG001  (the work is the town's)
    """Have those leave whose day has come, and say when to look again: next midnight in the town."""
    town = current_town()
    today = day_in(town, now)
    due = Departure.objects.filter(left_at=None, returned_at=None, leaves_on__lte=today)
    for departure_id in list(due.order_by("leaves_on", "pk").values_list("pk", flat=True)):
        leave_when_told(departure_id=departure_id, town=town, now=now)
    return end_of(town, today)


@transaction.atomic
def leave_when_told(*, departure_id: UUID, town: Town, now: datetime) -> bool:
    """Have a merchant leave whose day has come; False when it is put off, because the letter left too late.

    As terms do: nobody is held to a notice that they have not had. Twice is once.
    """
    shop = lock_one(Shop.objects.all(), departures=departure_id)
    departure = lock_one(Departure.objects.all(), pk=departure_id)
    departure.shop = shop
    today = day_in(town, now)
    if departure.left_at or departure.returned_at or departure.leaves_on > today:
        return departure.left_at is not None
    if departure.has_notice:
        may_leave_on = _after_notice(departure, town=town)
        if may_leave_on is None:
            return False
        if may_leave_on > today:
            departure.leaves_on = may_leave_on
            departure.save(update_fields=["leaves_on"])
            record(actor=None, action="merchant.leaving_put_off", target=departure, details=_said(departure), now=now)
            return False
    _leave(departure, town=town, actor=None, now=now)
    _write(departure, "shops/left", now)
    return True


def told_at(departure: Departure) -> datetime | None:
    """When the letter that announced a departure left; None while it has not."""
    letter = Message.objects.filter(pk=departure.message_id).first() if departure.message_id else None
    return letter.sent_at if letter else None


def _after_notice(departure: Departure, *, town: Town) -> date | None:
    """The first day after the thirty days that run from when the letter left; None while it has not."""
    told = told_at(departure)
    if told is None:
        return None
    told_on = told.astimezone(ZoneInfo(town.timezone)).date()
    return first_day_after_notice(told_on, territory=town.territory, days=TERMINATION_NOTICE_DAYS)


def _leave(departure: Departure, *, town: Town, actor: Any, now: datetime) -> None:
    """The shop is locked by the caller."""
    shop = departure.shop
    if shop.withdrawn_at is None:
        shop.withdrawn_at = now
        shop.save(update_fields=["withdrawn_at"])
    departure.left_at = now
    departure.save(update_fields=["left_at"])
    MerchantPresence.objects.filter(merchant_id=shop.merchant_id, town=town).update(left_at=now)
    # Whatever is left is paid on its next day, even what was too little to be paid alone.
    plan_settlement(merchant_id=shop.merchant_id, now=now)
    if departure.orders_then == OrdersThen.REFUSED:
        record_effect(kind=LEFT, payload={"departure_id": str(departure.pk)}, now=now)
    record(actor=actor, action="merchant.left", target=departure, details=_said(departure), now=now)


@transaction.atomic
def come_back(*, town: Town, shop_id: UUID, actor: Any, now: datetime) -> Departure | None:
    """Give a departure up, or have a merchant back that has left; it is written to. None when it is here already.

    Back, its window is on the site again, and it is told of the terms that were set meanwhile.
    Raises Shop.DoesNotExist.
    """
    shop = lock_one(Shop.objects.select_related("merchant"), pk=shop_id)
    departure = open_departure(shop.pk)
    if departure is None:
        return None
    departure.shop = shop
    departure.returned_at, departure.returned_by = now, name_of(actor)
    departure.save(update_fields=["returned_at", "returned_by"])
    if departure.left_at is None:
        record(actor=actor, action="merchant.stays", target=departure, details=_said(departure), now=now)
        _write(departure, "shops/staying", now)
        return departure
    presences_here().filter(merchant_id=shop.merchant_id).update(left_at=None)
    shop.withdrawn_at = None
    shop.save(update_fields=["withdrawn_at"])
    record(actor=actor, action="merchant.returned", target=departure, details=_said(departure), now=now)
    _write(departure, "shops/readmitted", now)
    tell_newcomer(town=town, merchant_id=shop.merchant_id, now=now)
    return departure


def _said(departure: Departure) -> dict[str, Any]:
    return {
        "name": departure.shop.name,
        "ground": str(departure.ground),
        "reason": departure.reason,
        "leaves_on": departure.leaves_on.isoformat(),
        "orders_then": str(departure.orders_then),
    }


def _write(departure: Departure, template: str, now: datetime, **context: Any) -> Message:
    with in_public():
        portal = absolute_url("/portail/")
    day = f"{calendar_day(departure.leaves_on)}{NBSP}{departure.leaves_on.year}"
    said = {"shop": departure.shop, "departure": departure, "day": day, "portal": portal, **context}
    return notify(to=departure.shop.merchant.contact_email, template=template, context=said, now=now)
