"""To whom the money's troubles are written: the town hall, and the company that runs the conciergerie."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.payments.gateway import current_town
from shared.notifications.services import notify
from shared.web.addresses import absolute_url
from tenants.staff.models import Staff, StaffRole


def town_hall() -> list[str]:
    here = Staff.objects.filter(role=StaffRole.TOWN_HALL, active=True, user__is_active=True)
    return list(here.order_by("since", "pk").values_list("user__email", flat=True))


def company() -> str:
    return str(current_town().operating_company.contact_email)


def write(to: Iterable[str], *, template: str, context: dict[str, Any], now: datetime, page: str = "incidents") -> None:
    url = absolute_url(reverse(f"town_hall:{page}", urlconf=settings.ROOT_URLCONF))
    # One person may be both.
    for address in dict.fromkeys(each.lower() for each in to):
        notify(to=address, template=template, context={**context, "url": url}, now=now)
