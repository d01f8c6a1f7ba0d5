"""Asking Stripe for the events that it could not bring us: what is lost on the way is only late."""

import logging
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.db import transaction

from billing.payments.account_mail import NEAR
from billing.payments.company_money import posted_in, schemas_by_name
from billing.payments.company_top_ups import refresh_company_top_up
from billing.payments.fees import FeeInAnotherCurrencyError
from billing.payments.gateway import StripeAccount, is_configured, plain
from billing.payments.routing import REFRESH_ACCOUNT, take_in
from billing.payments.subscribed import SNAPSHOT_EVENTS
from conciergeries.merchants.models import MerchantAccount
from conciergeries.towns.models import OperatingCompany, Town
from shared.outbox.services import hasten
from shared.tenancy import in_public, in_town

logger = logging.getLogger(__name__)

# Stripe tries for three days, and keeps its events for thirty.
AS_FAR_BACK = timedelta(days=4)
# A town written on a top-up has no event: top-ups are asked about as long as it is said that nobody claimed them.
TOP_UPS_FOR = timedelta(days=30)


def accounts_to_catch_up() -> list[str]:
    """The aliases of the Stripe accounts that a company has and that we hold a key of."""
    with in_public():
        aliases = OperatingCompany.objects.order_by("stripe_alias").values_list("stripe_alias", flat=True).distinct()
        return [alias for alias in aliases if is_configured(alias)]


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
    found = len(missed) + _catch_up_merchants(alias=alias, since=since, now=now)
    _catch_up_top_ups(alias=alias, now=now)
    return found


def _catch_up_top_ups(*, alias: str, now: datetime) -> None:
    """Have each recent top-up that no town has looked at by the one that its metadata names, or by the only one."""
    since = int((now - TOP_UPS_FOR).timestamp())
    listed = StripeAccount(alias).client.v1.topups.list({"created": {"gte": since}, "limit": 100})
    known = schemas_by_name(alias)
    named = {each.id: known.get(plain(each.metadata).get("town", "").strip()) for each in listed.auto_paging_iter()}
    posted = posted_in(named, alias=alias)
    for town in Town.objects.filter(operating_company__stripe_alias=alias, ready=True).order_by("schema_name"):
        for top_up_id, schema in named.items():
            if top_up_id not in posted and schema == town.schema_name:
                _take_top_up(top_up_id, town=town, now=now)


def _take_top_up(top_up_id: str, *, town: Town, now: datetime) -> None:
    """One that cannot be counted here, in another currency, keeps none of the others from it."""
    try:
        with in_town(town):
            refresh_company_top_up(stripe_top_up_id=top_up_id, now=now)
    except FeeInAnotherCurrencyError:
        logger.exception("top-up in another currency", extra={"top_up": top_up_id, "town": town.schema_name})


def _catch_up_merchants(*, alias: str, since: int, now: datetime) -> int:
    """The same for what happened to the accounts of the company's merchants: each has its own list."""
    with in_public():
        accounts = MerchantAccount.objects.filter(company__stripe_alias=alias, transfers_active=True)
        ids = list(accounts.order_by("stripe_account_id").values_list("stripe_account_id", flat=True))
    found = 0
    for account_id in ids:
        try:
            missed = _missed_payouts(account_id, alias=alias, since=since)
        except stripe.PermissionError:
            # Closed, and its event lost too: it keeps no other waiting, and whoever waits for it asks about it.
            logger.warning("Stripe account out of reach", extra={"account": account_id, "alias": alias})
            continue
        for event in missed:
            take_in(event={**event, "account": account_id}, alias=alias, now=now)
            found += 1
    return found


def _missed_payouts(account_id: str, *, alias: str, since: int) -> list[dict[str, Any]]:
    events = StripeAccount(alias).client.v1.events.list(
        {
            "delivery_success": False,
            "created": {"gte": since},
            "types": ["payout.failed", "payout.paid"],
            "limit": 100,
        },
        {"stripe_account": account_id},
    )
    return [plain(event) for event in events.auto_paging_iter()]


def remind_of_deadlines(*, now: datetime) -> int:
    """Have Stripe asked about each account that something must be given for before long, and about those whose
    deadline is past; how many there are. Whoever is asked about is written to, once a deadline.
    """
    with in_public(), transaction.atomic():
        near = MerchantAccount.objects.filter(required_by__isnull=False, required_by__lte=now + NEAR)
        accounts = list(near.select_related("company").order_by("stripe_account_id"))
        for account in accounts:
            payload = {"account_id": account.stripe_account_id, "alias": account.company.stripe_alias}
            hasten(kind=REFRESH_ACCOUNT, payload=payload, now=now)
    return len(accounts)
