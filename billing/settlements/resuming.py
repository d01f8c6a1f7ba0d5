"""Payouts that somebody has to take up: refused or taken back by Stripe, or waiting for something."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from billing.settlements.counting import lock_merchant
from billing.settlements.models import Means, Payout, PayoutState, Statement
from billing.settlements.payouts import SEND_PAYOUT, key_of, move, post_decided, send_soon
from billing.settlements.totals import carried_of
from conciergeries.merchants.models import Merchant
from shared.audit.queries import done_just_now
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.services import hasten

RETRIED = "payout.retried"
# A transfer takes Stripe a second; one that is still being sent after so long has not been answered.
UNANSWERED_AFTER = timedelta(hours=1)


class PayoutCarriedError(ValueError):
    """The merchant's next statement has the amount already: sent here too, it would be paid twice."""


def failed_payouts() -> QuerySet[Payout]:
    """Payouts that failed and that no later statement has opened with, with their statements, the oldest first."""
    opened_with = Statement.objects.filter(merchant_id=OuterRef("merchant_id"), issued_at__gt=OuterRef("closed_at"))
    return (
        Payout.objects.filter(state=PayoutState.FAILED)
        .exclude(Exists(opened_with))
        .select_related("statement")
        .order_by("created_at", "id")
    )


def waiting_payouts(*, now: datetime) -> list[Payout]:
    """Payouts that wait for a reason or that Stripe has not answered for an hour, with their statements."""
    # A bank is not asked: its files have a page of their own.
    stripes = Payout.objects.filter(means=Means.STRIPE)
    waiting = stripes.filter(state=PayoutState.WAITING).exclude(reason="")
    unanswered = stripes.filter(state=PayoutState.SENDING, sending_since__lt=now - UNANSWERED_AFTER)
    return list((waiting | unanswered).select_related("statement").order_by("created_at", "id"))


@transaction.atomic
def retry_payout(*, payout_id: UUID, actor: Any, now: datetime) -> bool:
    """Send again a payout that failed, or have one that waits tried now; False when there is nothing to do.

    A transfer that failed is over at Stripe: the next attempt has its own idempotency key. One that waits keeps its
    own. A second click does nothing. Raises Payout.DoesNotExist, PayoutCarriedError.
    """
    # The merchant first, as a settlement does: no statement may open with what leaves here.
    lock_merchant(Payout.objects.values_list("merchant_id", flat=True).get(pk=payout_id))
    payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
    gone = payout.state in {PayoutState.SENT, PayoutState.CONFIRMED}
    in_hand = payout.means == Means.SEPA and payout.state != PayoutState.FAILED
    if gone or in_hand or done_just_now(action=RETRIED, target=payout, now=now):
        return False
    details = {
        "name": payout.statement.merchant_name,
        "amount_cents": payout.amount_cents,
        "statement": payout.statement.number,
        "reason": payout.reason,
        "transfer": payout.stripe_transfer_id or "",
    }
    if payout.state == PayoutState.FAILED:
        _begin_again(payout, now)
    else:
        hasten(kind=SEND_PAYOUT, payload={"payout_id": str(payout.pk)}, now=now)
    record(actor=actor, action=RETRIED, target=payout, details=details, now=now)
    return True


def _begin_again(payout: Payout, now: datetime) -> None:
    """Put a failed payout where it was when it was decided. It goes to the account that the merchant has now."""
    owed = carried_of(payout.merchant_id)
    if owed < payout.amount_cents or not failed_payouts().filter(pk=payout.pk).exists():
        raise PayoutCarriedError(str(payout.pk))
    move(payout, PayoutState.WAITING)
    payout.attempt += 1
    payout.idempotency_key = key_of(payout)
    payout.stripe_transfer_id = None
    payout.reversed_cents = 0
    payout.destination = payout.reason = ""
    payout.sending_since = payout.closed_at = None
    by_bank = payout.means == Means.SEPA
    if by_bank:
        payout.iban = Merchant.objects.get(pk=payout.merchant_id).iban.replace(" ", "")
        payout.iban_kept = False
    payout.save()
    post_decided(payout, number=payout.statement.number, now=now)
    if not by_bank:
        send_soon(payout=payout, now=now)
