"""Writing to the town hall that a refund waits for its approval; once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from shared.locks import lock_one
from shared.notifications.models import Message
from shared.notifications.services import notify
from shared.outbox.registry import handles
from shared.web.addresses import absolute_url
from tenants.orders.models import RefundRequest
from tenants.orders.refunding import REFUND_ASKED
from tenants.town_hall.writing import company, town_hall

TEMPLATE = "town_hall/refund_asked"


@handles(REFUND_ASKED)
@transaction.atomic
def tell_refund_asked(*, payload: dict[str, Any], now: datetime) -> None:
    """Tell everybody who may decide; called again, or once it is decided, it tells nobody."""
    asked = lock_one(RefundRequest.objects.select_related("order"), pk=UUID(payload["request_id"]))
    url = absolute_url(reverse("town_hall:refunds", urlconf=settings.ROOT_URLCONF)) + f"#r-{asked.pk}"
    if not asked.is_waiting or Message.objects.filter(template=TEMPLATE, text__contains=url).exists():
        return
    for address in dict.fromkeys(each.lower() for each in town_hall() or [company()]):
        notify(to=address, template=TEMPLATE, context={"asked": asked, "order": asked.order, "url": url}, now=now)
