"""What payments tell the rest of the platform: kinds of effects, and what each one's payload holds.

Every fact is logged here, so that each has a handler even in a process where nobody else listens; the parts that act
on one register their own (orders confirms on PAYMENT_SUCCEEDED, settlements pays out on ACCOUNT_ACTIVE).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.outbox.registry import handles
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)

# {"payment_id", "reference"}: money of a customer arrived online. Told once per payment, even for a cancelled order:
# orders then asks for the refund.
PAYMENT_SUCCEEDED = "payment.succeeded"
# {"payment_id", "reference"}: a card holds the ceiling that was asked of it; nothing is taken yet.
PAYMENT_AUTHORISED = "payment.authorised"
# {"payment_id", "reference"}: the hold ends in a day; whoever knows the price has it taken now.
AUTHORISATION_ENDING = "payment.authorisation_ending"
# {"payment_id", "reference"}: Stripe or the bank let the hold go, and nobody here had asked: nothing is paid any more.
AUTHORISATION_LAPSED = "payment.authorisation_lapsed"
# {"mismatch_id", "payment_id", "reference"}: Stripe took another amount or currency than was asked; somebody must look.
PAYMENT_MISMATCHED = "payment.mismatched"
# {"payment_id", "reference", "state"}: it will not arrive: "failed", "expired" or "cancelled".
PAYMENT_FAILED = "payment.failed"
# {"refund_id", "reference", "payment_id", "amount_cents"}: the customer got it back.
REFUND_SUCCEEDED = "refund.succeeded"
# {"refund_id", "reference", "payment_id", "amount_cents", "failure"}: Stripe or the bank refused; somebody must look.
REFUND_FAILED = "refund.failed"
# {"dispute_id", "reference", "payment_id"}: a customer contests a payment at the bank; somebody has to answer.
DISPUTE_OPENED = "dispute.opened"
# {"dispute_id", "reference", "payment_id", "state"}: the bank has decided: "won", "lost" or "closed" without a word.
DISPUTE_CLOSED = "dispute.closed"
# {"merchant_id"}: the merchant's Stripe account may now receive transfers from this town's company.
ACCOUNT_ACTIVE = "merchant_account.active"
# {"refused_payout_id", "merchant_id"}: the merchant's own bank sent back what Stripe sent it; it has to give an IBAN.
BANK_REFUSED = "merchant_account.bank_refused"
# {"transfer_id", "payout_id"}: Stripe says something about a transfer; the object has to be fetched.
TRANSFER_CHANGED = "stripe.transfer_changed"


def _log(kind: str) -> Callable[..., None]:
    def log(*, payload: dict[str, Any], now: datetime) -> None:
        logger.info(kind, extra={"town": current_schema(), "at": now.isoformat(), **payload})

    return log


for _kind in (
    PAYMENT_SUCCEEDED,
    PAYMENT_AUTHORISED,
    AUTHORISATION_ENDING,
    AUTHORISATION_LAPSED,
    PAYMENT_FAILED,
    PAYMENT_MISMATCHED,
    REFUND_SUCCEEDED,
    REFUND_FAILED,
    DISPUTE_OPENED,
    DISPUTE_CLOSED,
    ACCOUNT_ACTIVE,
    BANK_REFUSED,
    TRANSFER_CHANGED,
):
    handles(_kind)(_log(_kind))
