"""Writing to the town hall, in the morning, that statements wait for it; every day as long as some do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.payments.gateway import current_town
from billing.settlements.calendar import day_in, next_morning, start_of
from billing.settlements.models import Draft, DraftState
from billing.settlements.reviewing import open_drafts
from billing.settlements.schedule import DRAFTS_WAIT
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.due.registry import does
from shared.notifications.models import Message
from shared.notifications.services import notify
from shared.web.addresses import absolute_url
from tenants.town_hall.writing import company, town_hall

TEMPLATE = "town_hall/drafts_wait"


def to_decide() -> list[Draft]:
    """The drafts that somebody must do something about: those that the town hall held itself are its own decision."""
    return [draft for draft in open_drafts() if draft.state == DraftState.PENDING or not draft.decided_by]


@does(DRAFTS_WAIT)
@transaction.atomic
def tell_drafts_wait(*, subject: UUID, now: datetime) -> datetime:  # noqa: ARG001  (the work is the town's)
    """Tell everybody who may decide, once a day, and say when to look again."""
    town = current_town()
    drafts = to_decide()
    if drafts and not _is_told_today(town, now):
        for address in dict.fromkeys(each.lower() for each in town_hall() or [company()]):
            notify(to=address, template=TEMPLATE, context=_context(drafts), now=now)
    return next_morning(town, now)


def _is_told_today(town: Town, now: datetime) -> bool:
    today = start_of(town, day_in(town, now))
    return Message.objects.filter(template=TEMPLATE, created_at__gte=today).exists()


def _context(drafts: list[Draft]) -> dict[str, Any]:
    names = Merchant.objects.in_bulk([draft.merchant_id for draft in drafts])
    return {
        "drafts": [(draft, names[draft.merchant_id].name) for draft in drafts],
        "url": absolute_url(reverse("town_hall:settlements", urlconf=settings.ROOT_URLCONF)),
    }
