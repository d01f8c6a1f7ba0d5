"""What is written about a replacement: to its customer, who decides, and to its merchant, who must know."""

from datetime import datetime

from django.utils import timezone

from shared.french import calendar_day, clock
from shared.notifications.services import notify
from tenants.orders import messages
from tenants.orders.models import ShopOrder, Substitution


def proposed(substitution: Substitution, *, part: ShopOrder, now: datetime) -> bool:
    """Ask the customer; False when they have no e-mail: the desk calls."""
    limit = timezone.localtime(substitution.answer_before)
    return messages.to_customer(
        order=part.order,
        template="substitution_proposed",
        now=now,
        substitution=substitution,
        line=substitution.line,
        shop_name=part.shop.name,
        answer_day=calendar_day(limit),
        answer_before=clock(limit),
    )


def approved(substitution: Substitution, *, part: ShopOrder, refunded_cents: int, now: datetime) -> None:
    """Say to both that the replacement counts."""
    messages.to_customer(
        order=part.order,
        template="substitution_approved",
        now=now,
        substitution=substitution,
        line=substitution.line,
        shop_name=part.shop.name,
        refunded_cents=refunded_cents,
    )
    answered_to_merchant(substitution, part=part, now=now)


def answered_to_merchant(substitution: Substitution, *, part: ShopOrder, now: datetime) -> None:
    """Tell the merchant what to pack, or to put back."""
    context = {
        "order": part.order,
        "part": part,
        "substitution": Substitution.objects.select_related("product").get(pk=substitution.pk),
        "line": substitution.line,
        "url": messages.portal_url(),
    }
    address = messages.merchants_of([part])[part.merchant_id].contact_email
    notify(to=address, template="orders/substitution_answered", context=context, now=now)
