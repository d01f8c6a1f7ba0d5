"""What the workers do for settlements. Each may be called twice: what it calls is idempotent."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.payments.facts import ACCOUNT_ACTIVE, TRANSFER_CHANGED
from billing.payments.reconciliation import ForeignObjectError
from billing.settlements.models import Payout
from billing.settlements.payouts import SEND_PAYOUT, refresh_payout, send_payout, wake_payouts
from shared.outbox.registry import handles

logger = logging.getLogger(__name__)


@handles(SEND_PAYOUT)
def _send_payout(*, payload: dict[str, Any], now: datetime) -> None:
    send_payout(payout_id=UUID(payload["payout_id"]), now=now)


@handles(ACCOUNT_ACTIVE)
def _account_active(*, payload: dict[str, Any], now: datetime) -> None:
    wake_payouts(merchant_id=UUID(payload["merchant_id"]), now=now)


@handles(TRANSFER_CHANGED)
def _transfer_changed(*, payload: dict[str, Any], now: datetime) -> None:
    try:
        refresh_payout(payout_id=UUID(payload["payout_id"]), transfer_id=payload["transfer_id"], now=now)
    except (Payout.DoesNotExist, ForeignObjectError):
        logger.warning("Stripe transfer that is not ours", extra=payload)
