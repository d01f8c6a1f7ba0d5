"""Asking Stripe for the events that it could not bring us: what is lost on the way is only late."""

from datetime import datetime, timedelta

from django.conf import settings

from billing.payments.gateway import StripeAccount
from billing.payments.routing import take_in
from billing.payments.subscribed import SNAPSHOT_EVENTS
from conciergeries.towns.models import OperatingCompany
from shared.tenancy import in_public

# Stripe tries for three days, and keeps its events for thirty.
AS_FAR_BACK = timedelta(days=4)


def accounts_to_catch_up() -> list[str]:
    """The aliases of the Stripe accounts that a company has and that we hold a key of."""
    with in_public():
        aliases = OperatingCompany.objects.order_by("stripe_alias").values_list("stripe_alias", flat=True).distinct()
        return [alias for alias in aliases if settings.STRIPE.get(alias, {}).get("secret_key")]


def catch_up(*, alias: str, now: datetime) -> int:
    """Take in the events of an account that were not delivered; how many there were. Never in a transaction.

    Those of version 2 are left: accounts that something waits for are asked about anyway. Raises stripe.StripeError.
    """
    since = int((now - AS_FAR_BACK).timestamp())
    events = StripeAccount(alias).client.v1.events.list(
        {"delivery_success": False, "created": {"gte": since}, "limit": 100}
    )
    missed = [event.to_dict() for event in events.auto_paging_iter() if event.type in SNAPSHOT_EVENTS]
    for event in reversed(missed):
        take_in(event=event, alias=alias, now=now)
    return len(missed)
