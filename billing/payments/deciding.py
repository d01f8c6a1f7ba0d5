"""Who bears a dispute that was lost: decided once, by a person, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.models import Bearer, Dispute, DisputeShare, DisputeState, Payment
from shared.audit.services import name_of, record
from shared.locks import lock_one

DECIDED = "dispute.decided"

_ACCOUNTS = {
    # Nothing was handed over: what the customer had paid is still theirs on 46711, and the bank has given it back.
    Bearer.CUSTOMER: Account.CUSTOMERS,
    # The merchant's next statement is the less for it.
    Bearer.MERCHANT: Account.MERCHANTS,
    Bearer.COMPANY: Account.LOSSES,
    Bearer.COMMUNE: Account.COMMUNE_OWES,
}


class NotLostError(ValueError):
    """The bank has not decided, or has given the money back: there is nothing to bear."""


class AlreadyDecidedError(ValueError):
    """Somebody has decided already; a decision is not changed."""


class SharesDoNotAddUpError(ValueError):
    """The shares do not make what the bank took."""

    def __init__(self, *, given: int, wanted: int) -> None:
        super().__init__(f"{given} shared, {wanted} to share")
        self.given = given
        self.wanted = wanted


class MoreThanTheirsError(ValueError):
    """More is said to be the customer's than the payment still holds of theirs; `left_cents` says how much it does."""

    def __init__(self, left_cents: int) -> None:
        super().__init__(f"{left_cents} left")
        self.left_cents = left_cents


@dataclass(frozen=True, kw_only=True)
class Share:
    """What somebody bears, in cents; `merchant_id` for a merchant, and for nobody else."""

    bearer: Bearer
    amount_cents: int
    merchant_id: UUID | None = None


@transaction.atomic
def decide_dispute(
    *, dispute_id: UUID, shares: Sequence[Share], reason: str, about: str, actor: Any, now: datetime
) -> Dispute:
    """Share a lost dispute among those who bear it; `about` names it in the audit trail (an order's number).

    The customer's share is what the bank gave back of their own money: never more than the payment still has of it,
    less what was refunded. Raises Dispute.DoesNotExist, NotLostError, AlreadyDecidedError (a second click included),
    SharesDoNotAddUpError, MoreThanTheirsError.
    """
    payment = lock_one(
        Payment.objects.all(), pk=Dispute.objects.values_list("payment_id", flat=True).get(pk=dispute_id)
    )
    dispute = lock_one(Dispute.objects.all(), pk=dispute_id)
    if dispute.decided_at is not None:
        raise AlreadyDecidedError(str(dispute_id))
    if dispute.state != DisputeState.LOST or not dispute.withdrawn_cents:
        raise NotLostError(str(dispute_id))
    given = sum(share.amount_cents for share in shares)
    if given != dispute.withdrawn_cents:
        raise SharesDoNotAddUpError(given=given, wanted=dispute.withdrawn_cents)
    customers = sum(share.amount_cents for share in shares if share.bearer is Bearer.CUSTOMER)
    if customers > payment.refundable_cents:
        raise MoreThanTheirsError(payment.refundable_cents)
    DisputeShare.objects.bulk_create(
        [
            DisputeShare(
                dispute=dispute,
                bearer=share.bearer,
                merchant_id=share.merchant_id,
                amount_cents=share.amount_cents,
            )
            for share in shares
        ]
    )
    payment.charged_back_cents += customers
    payment.save(update_fields=["charged_back_cents"])
    dispute.decided_at, dispute.decided_by, dispute.decision = now, name_of(actor), reason[:300]
    dispute.save(update_fields=["decided_at", "decided_by", "decision"])
    post(
        kind=DECIDED.replace(".", "_"),
        key=f"dispute:{dispute.pk}:decided",
        label=f"Contestation perdue, {payment.label}",
        reference=payment.reference,
        piece=dispute.stripe_id,
        postings=[
            *(debit(_ACCOUNTS[share.bearer], share.amount_cents, share.merchant_id) for share in shares),
            credit(Account.DISPUTES, dispute.withdrawn_cents),
        ],
        at=now,
    )
    details = {"order": about, "amount_cents": dispute.withdrawn_cents, "reason": reason, "shares": _said(shares)}
    record(actor=actor, action=DECIDED, target=dispute, details=details, now=now)
    return dispute


def _said(shares: Sequence[Share]) -> list[dict[str, str | int | None]]:
    return [
        {
            "bearer": share.bearer.value,
            "merchant": str(share.merchant_id) if share.merchant_id else None,
            "amount_cents": share.amount_cents,
        }
        for share in shares
    ]
