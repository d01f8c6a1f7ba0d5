"""Who was promised to find a hub open: asked before its hours change."""

from collections.abc import Iterable
from datetime import datetime

from tenants.hubs.models import Hub
from tenants.hubs.services import Appointment
from tenants.orders.models import Order


def appointments_of(*, hub: Hub, now: datetime) -> list[Appointment]:
    """Every order still to be collected at this hub, as an appointment."""
    upcoming = Order.objects.filter(hub=hub, handed_over_at=None, cancelled_at=None, window_end__gt=now)
    rows = upcoming.order_by("window_start", "pk").values_list("pk", "window_start", "window_end")
    return [Appointment(key, start, end) for key, start, end in rows]


def orders_behind(appointments: Iterable[Appointment]) -> list[Order]:
    """The orders behind appointments, by window."""
    keys = [appointment.key for appointment in appointments]
    return list(Order.objects.filter(pk__in=keys).order_by("window_start", "number"))
