"""What the workers do for payments. Each may be called twice: what it calls is idempotent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from billing.payments.accounts import refresh_account
from billing.payments.bank_payouts import refresh_bank_payout
from billing.payments.checkout import EXPIRE_SESSION, expire_session
from billing.payments.holding import SEND_CAPTURE, SEND_VOID, send_capture, send_void
from billing.payments.inbox import PROCESS_EVENT, process_event
from billing.payments.refunds import SEND_REFUND, send_refund
from billing.payments.routing import REFRESH_ACCOUNT, REFRESH_BANK_PAYOUT, ROUTE_EVENT, route_event
from shared.outbox.registry import handles


@handles(EXPIRE_SESSION)
def _expire_session(*, payload: dict[str, Any], now: datetime) -> None:
    expire_session(payment_id=UUID(payload["payment_id"]), now=now)


@handles(SEND_CAPTURE)
def _send_capture(*, payload: dict[str, Any], now: datetime) -> None:
    send_capture(payment_id=UUID(payload["payment_id"]), now=now)


@handles(SEND_VOID)
def _send_void(*, payload: dict[str, Any], now: datetime) -> None:
    send_void(payment_id=UUID(payload["payment_id"]), now=now)


@handles(SEND_REFUND)
def _send_refund(*, payload: dict[str, Any], now: datetime) -> None:
    send_refund(refund_id=UUID(payload["refund_id"]), now=now)


@handles(PROCESS_EVENT)
def _process_event(*, payload: dict[str, Any], now: datetime) -> None:
    process_event(event_id=UUID(payload["event_id"]), now=now)


@handles(REFRESH_ACCOUNT)
def _refresh_account(*, payload: dict[str, Any], now: datetime) -> None:
    refresh_account(account_id=payload["account_id"], alias=payload.get("alias"), now=now)


@handles(REFRESH_BANK_PAYOUT)
def _refresh_bank_payout(*, payload: dict[str, Any], now: datetime) -> None:
    refresh_bank_payout(
        account_id=payload["account_id"], payout_id=payload["payout_id"], alias=payload["alias"], now=now
    )


handles(ROUTE_EVENT)(route_event)
