"""What settlements tell the rest of the platform: kinds of effects, and what each one's payload holds.

Each is logged here, so that it has a handler even where nobody else listens.
"""

import logging
from datetime import datetime
from typing import Any

from shared.outbox.registry import handles
from shared.tenancy import current_schema

logger = logging.getLogger(__name__)

# {"statement_id"}: the sales that it covers are settled (billing.settlements.counting.sales_of).
STATEMENT_ISSUED = "statement.issued"
# {"payout_id", "statement_id", "transfer"}: the merchant has the money.
PAYOUT_SENT = "payout.sent"
# {"payout_id", "statement_id", "reason", "attempt"}: the merchant has not, and is owed it again; somebody must look.
PAYOUT_FAILED = "payout.failed"


@handles(STATEMENT_ISSUED)
def _statement_issued(*, payload: dict[str, Any], now: datetime) -> None:
    shown = {"statement": payload["statement_id"]}
    logger.info(STATEMENT_ISSUED, extra={"town": current_schema(), "at": now.isoformat(), **shown})


@handles(PAYOUT_SENT)
def _payout_sent(*, payload: dict[str, Any], now: datetime) -> None:
    logger.info(PAYOUT_SENT, extra={"town": current_schema(), "at": now.isoformat(), **payload})


@handles(PAYOUT_FAILED)
def _payout_failed(*, payload: dict[str, Any], now: datetime) -> None:
    logger.error(PAYOUT_FAILED, extra={"town": current_schema(), "at": now.isoformat(), **payload})
