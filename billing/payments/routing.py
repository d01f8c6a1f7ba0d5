"""From an event of an operating company's Stripe account to the town it is about.

One account serves every town of its company. Objects of ours carry their town in their metadata; of the others, only
the payment behind them says whose they are, and that takes a call to Stripe: a worker makes it.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from billing.payments.company_money import town_of_company_object
from billing.payments.gateway import StripeAccount
from billing.payments.inbox import Incoming, store_event
from conciergeries.towns.models import Town
from shared.outbox.services import record_effect
from shared.tenancy import in_town

logger = logging.getLogger(__name__)

# All are effects of the public schema: no town is known yet.
ROUTE_EVENT = "payments.route_event"
REFRESH_ACCOUNT = "payments.refresh_account"
REFRESH_BANK_PAYOUT = "payments.refresh_bank_payout"


def take_in(*, event: dict[str, Any], alias: str, now: datetime) -> None:
    """Store a verified event where it belongs, or write down that a worker has to find out where that is."""
    if event.get("object") == "v2.core.event":
        _account_changed(_part(event, "related_object").get("id"), alias=alias, now=now)
        return
    subject = _part(_part(event, "data"), "object")
    if event["type"].startswith(("account.", "capability.")):
        named = subject.get("account") or event.get("account") or subject.get("id")
        _account_changed(named, alias=alias, now=now)
        return
    if event["type"].startswith("payout.") and event.get("account"):
        _bank_payout(account_id=event["account"], payout_id=subject.get("id"), alias=alias, now=now)
        return
    if event["type"].startswith(("payout.", "topup.")):
        # Stripe's own pages made it: a town has it, or is the only one, or somebody will say whose it is.
        named = str(_part(subject, "metadata").get("town", ""))
        town = town_of_company_object(str(subject.get("id", "")), alias=alias, named=named)
        subject = {**subject, "metadata": {"town": town}}
    incoming = Incoming(
        stripe_id=event["id"],
        type=event["type"],
        object_id=str(subject.get("id", "")),
        metadata={str(name): str(value) for name, value in _part(subject, "metadata").items()},
        created_at=_instant(event.get("created"), now),
    )
    if incoming.metadata.get("town"):
        deliver(incoming=incoming, alias=alias, now=now)
    elif isinstance(subject.get("payment_intent"), str):
        payload = {
            "alias": alias,
            "stripe_id": incoming.stripe_id,
            "type": incoming.type,
            "object_id": incoming.object_id,
            "created_at": incoming.created_at.isoformat(),
            "intent_id": subject["payment_intent"],
        }
        with transaction.atomic():
            record_effect(kind=ROUTE_EVENT, payload=payload, now=now)
    else:
        logger.warning("Stripe event about no town", extra={"type": incoming.type, "event": incoming.stripe_id})


def deliver(*, incoming: Incoming, alias: str, now: datetime) -> None:
    """Store an event in the town it names, if that town is open and this account is its company's.

    A suspended town takes its events too: its money goes on moving.
    """
    schema = incoming.metadata["town"]
    seen = {"town": schema, "event": incoming.stripe_id, "type": incoming.type}
    town = Town.objects.select_related("operating_company").filter(schema_name=schema, ready=True).first()
    if town is None or town.operating_company.stripe_alias != alias:
        logger.warning("Stripe event for a town that is not this account's", extra=seen)
        return
    with in_town(town):
        new = store_event(incoming=incoming, now=now)
    logger.info("Stripe event stored", extra={**seen, "new": new})


def route_event(*, payload: dict[str, Any], now: datetime) -> None:
    """Find the town of an event through the payment it is about, and store it there. Never in a transaction."""
    intent = StripeAccount(payload["alias"]).client.v1.payment_intents.retrieve(payload["intent_id"])
    metadata: dict[str, str] = intent.metadata.to_dict()
    if not metadata.get("town"):
        logger.warning("Stripe event about no town", extra={"type": payload["type"], "event": payload["stripe_id"]})
        return
    incoming = Incoming(
        stripe_id=payload["stripe_id"],
        type=payload["type"],
        object_id=payload["object_id"],
        metadata=metadata,
        created_at=datetime.fromisoformat(payload["created_at"]),
    )
    deliver(incoming=incoming, alias=payload["alias"], now=now)


def _account_changed(account_id: Any, *, alias: str, now: datetime) -> None:
    if isinstance(account_id, str) and account_id:
        with transaction.atomic():
            record_effect(kind=REFRESH_ACCOUNT, payload={"account_id": account_id, "alias": alias}, now=now)


def _bank_payout(*, account_id: Any, payout_id: Any, alias: str, now: datetime) -> None:
    """A merchant's account sends its money to the merchant's bank, which is no town's affair."""
    if isinstance(account_id, str) and isinstance(payout_id, str):
        payload = {"account_id": account_id, "payout_id": payout_id, "alias": alias}
        with transaction.atomic():
            record_effect(kind=REFRESH_BANK_PAYOUT, payload=payload, now=now)


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _instant(seconds: Any, now: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) else now
