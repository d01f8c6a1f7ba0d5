"""What the workers do for settlements. Each may be called twice: what it calls is idempotent."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.payments.facts import ACCOUNT_ACTIVE, TRANSFER_CHANGED
from billing.payments.reconciliation import ForeignObjectError
from billing.settlements.drafts import held_for_an_obstacle
from billing.settlements.invoicing import invoice_waiting
from billing.settlements.models import Payout
from billing.settlements.paperwork import PAPERS_DUE, make_papers
from billing.settlements.payouts import SEND_PAYOUT, WAKE, refresh_payout, send_payout, wake_payouts, wake_waiting
from billing.settlements.reversing import SEND_REVERSAL, send_reversal
from billing.settlements.schedule import SETTLE
from billing.settlements.settling import settle_merchant
from conciergeries.merchants.details import MERCHANT_CHANGED
from conciergeries.merchants.models import MerchantPresence
from conciergeries.towns.facts import COMPANY_CHANGED
from conciergeries.towns.models import Town
from shared.due.registry import does
from shared.due.services import hasten_work
from shared.outbox.registry import handles
from shared.tenancy import current_schema, in_town, town_of_schema

logger = logging.getLogger(__name__)


@does(SETTLE)
def _settle(*, subject: UUID, now: datetime) -> datetime:
    return settle_merchant(town=town_of_schema(current_schema()), merchant_id=subject, now=now)


@does(WAKE)
def _wake(*, subject: UUID, now: datetime) -> datetime:
    return wake_waiting(merchant_id=subject, now=now)


@handles(PAPERS_DUE)
def _papers_due(*, payload: dict[str, Any], now: datetime) -> None:
    make_papers(statement_id=UUID(payload["statement_id"]), now=now)


@handles(MERCHANT_CHANGED)
def _merchant_changed(*, payload: dict[str, Any], now: datetime) -> None:
    """In public: what waited for a merchant's details is settled, and invoiced, in each of its towns."""
    merchant_id = UUID(payload["merchant_id"])
    present = MerchantPresence.objects.filter(merchant_id=merchant_id, town__ready=True)
    for presence in present.select_related("town__operating_company").order_by("town__name"):
        with in_town(presence.town):
            if held_for_an_obstacle(merchant_id):
                hasten_work(kind=SETTLE, subject=merchant_id, now=now)
            invoice_waiting(town=presence.town, merchant_id=merchant_id, now=now)


@handles(COMPANY_CHANGED)
def _company_changed(*, payload: dict[str, Any], now: datetime) -> None:
    """In public: what waited for a company's details is invoiced in each of its towns."""
    towns = Town.objects.filter(operating_company_id=payload["company_id"], ready=True)
    for town in towns.select_related("operating_company").order_by("name"):
        with in_town(town):
            invoice_waiting(town=town, now=now)


@handles(SEND_PAYOUT)
def _send_payout(*, payload: dict[str, Any], now: datetime) -> None:
    send_payout(payout_id=UUID(payload["payout_id"]), now=now)


@handles(SEND_REVERSAL)
def _send_reversal(*, payload: dict[str, Any], now: datetime) -> None:
    send_reversal(reversal_id=UUID(payload["reversal_id"]), now=now)


@handles(ACCOUNT_ACTIVE)
def _account_active(*, payload: dict[str, Any], now: datetime) -> None:
    wake_payouts(merchant_id=UUID(payload["merchant_id"]), now=now)


@handles(TRANSFER_CHANGED)
def _transfer_changed(*, payload: dict[str, Any], now: datetime) -> None:
    try:
        refresh_payout(payout_id=UUID(payload["payout_id"]), transfer_id=payload["transfer_id"], now=now)
    except (Payout.DoesNotExist, ForeignObjectError):
        logger.warning("Stripe transfer that is not ours", extra=payload)
