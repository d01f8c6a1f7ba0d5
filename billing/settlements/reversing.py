"""Taking a payout back, or part of it, from the merchant's account at Stripe: asked by staff, made by a worker.

What is taken back is on the company's balance again and owed to the merchant again: its next statement opens with it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import stripe
from django.db import transaction
from django.db.models import Sum
from stripe.params import TransferReversalCreateParams

from billing.payments.gateway import REFUSALS, StripeAccount, account_of, current_town, metadata, reason_of
from billing.settlements.models import REVERSAL_TRANSITIONS, Means, Payout, PayoutState, Reversal, ReversalState
from billing.settlements.payouts import ForbiddenTransitionError, refresh_payout, reversals_at_stripe, wish_of
from billing.settlements.wishes import WishChangedError
from shared.audit.services import name_of, record
from shared.french import NBSP
from shared.locks import lock_one
from shared.outbox.services import hasten, record_effect

SEND_REVERSAL = "payouts.send_reversal"
# The merchant's balance at Stripe holds less: its money has left for its bank already.
_NO_FUNDS = frozenset({"balance_insufficient", "insufficient_funds"})
NO_FUNDS = (
    "Le compte Stripe du commerçant ne contient pas assez : son argent est déjà à sa banque. Réessayez après son "
    "prochain versement, ou ajustez son prochain bordereau."
)


class NotReversibleError(ValueError):
    """A payout that Stripe has not sent: there is nothing to take back."""


class ReversalTooLargeError(ValueError):
    """More than is left of the payout; `left_cents` is what is."""

    def __init__(self, left_cents: int) -> None:
        super().__init__(f"{left_cents} left")
        self.left_cents = left_cents


def left_to_reverse(payout: Payout) -> int:
    """What may still be asked back of a payout: neither taken back nor asked already."""
    if payout.means != Means.STRIPE or payout.state != PayoutState.SENT:
        return 0
    asked = payout.reversals.filter(state=ReversalState.ASKED).aggregate(total=Sum("amount_cents", default=0))
    return int(payout.amount_cents - payout.reversed_cents - asked["total"])


@transaction.atomic
def ask_reversal(*, key: UUID, payout_id: UUID, amount_cents: int, reason: str, actor: Any, now: datetime) -> Reversal:
    """Have part or all of a sent payout taken back. `key` names the wish: asked twice, it goes once.

    Raises Payout.DoesNotExist, NotReversibleError, ReversalTooLargeError, WishChangedError; ValidationError, in French.
    """
    payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
    known = Reversal.objects.filter(pk=key).first()
    if known is not None:
        if (known.payout_id, known.amount_cents) != (payout.pk, amount_cents):
            raise WishChangedError(known.amount_cents)
        return known
    if payout.means != Means.STRIPE or payout.state != PayoutState.SENT or payout.stripe_transfer_id is None:
        raise NotReversibleError(str(payout_id))
    if amount_cents > (left := left_to_reverse(payout)):
        raise ReversalTooLargeError(left)
    reversal = Reversal(
        pk=key,
        payout=payout,
        stripe_transfer_id=payout.stripe_transfer_id,
        amount_cents=amount_cents,
        reason=reason.strip(),
        asked_by=name_of(actor),
        asked_at=now,
    )
    reversal.idempotency_key = _key_of(reversal)
    reversal.full_clean(exclude=["closed_at", "sending_since", "stripe_reversal_id"], validate_unique=False)
    reversal.save(force_insert=True)
    _record("payout.reversal_asked", reversal, actor=actor, now=now)
    record_effect(kind=SEND_REVERSAL, payload={"reversal_id": str(reversal.pk)}, now=now)
    return reversal


@transaction.atomic
def retry_reversal(*, reversal_id: UUID, actor: Any, now: datetime) -> bool:
    """Ask again for what Stripe refused, or have what it has not answered tried now; False when it is over.

    Raises Reversal.DoesNotExist, NotReversibleError, ReversalTooLargeError.
    """
    payout, reversal = _locked(reversal_id)
    if reversal.state == ReversalState.REFUSED:
        if payout.stripe_transfer_id != reversal.stripe_transfer_id or payout.state != PayoutState.SENT:
            raise NotReversibleError(str(payout.pk))
        if reversal.amount_cents > (left := left_to_reverse(payout)):
            raise ReversalTooLargeError(left)
        _move(reversal, ReversalState.ASKED)
        reversal.failure, reversal.closed_at = "", None
        reversal.save(update_fields=["failure", "closed_at"])
        _record("payout.reversal_asked", reversal, actor=actor, now=now)
    elif reversal.state != ReversalState.ASKED:
        return False
    hasten(kind=SEND_REVERSAL, payload={"reversal_id": str(reversal.pk)}, now=now)
    return True


@transaction.atomic
def give_up_reversal(*, reversal_id: UUID, actor: Any, now: datetime) -> bool:
    """Leave it at what Stripe refused; False when it is not refused (any more). Raises Reversal.DoesNotExist."""
    _payout, reversal = _locked(reversal_id)
    if reversal.state != ReversalState.REFUSED:
        return False
    _move(reversal, ReversalState.GIVEN_UP)
    _record("payout.reversal_given_up", reversal, actor=actor, now=now)
    return True


def send_reversal(*, reversal_id: UUID, now: datetime) -> None:
    """Ask Stripe for a reversal, and take note of what it did. Never in a transaction.

    As often as one likes: it is made once. Raises stripe.StripeError when Stripe does not answer: try again later.
    """
    claimed = _claim(reversal_id, now)
    if claimed is None:
        return
    reversal, tried_before = claimed
    account = account_of(current_town().operating_company)
    if not (tried_before and _is_there(account, reversal)):
        try:
            account.client.v1.transfers.reversals.create(
                reversal.stripe_transfer_id, _request(reversal), {"idempotency_key": reversal.idempotency_key}
            )
        except REFUSALS as error:
            _refused(reversal, error, now=now)
            # Somebody may have taken it back on Stripe's own pages: the ledger follows.
            refresh_payout(payout_id=reversal.payout_id, transfer_id=reversal.stripe_transfer_id, now=now)
            return
    refresh_payout(payout_id=reversal.payout_id, transfer_id=reversal.stripe_transfer_id, now=now)


@transaction.atomic
def _claim(reversal_id: UUID, now: datetime) -> tuple[Reversal, bool] | None:
    """The reversal to ask for, and whether an earlier call may have been heard; None when it is over."""
    _payout, reversal = _locked(reversal_id)
    if reversal.state != ReversalState.ASKED:
        return None
    tried_before = reversal.sending_since is not None
    if not tried_before:
        reversal.sending_since = now
        reversal.save(update_fields=["sending_since"])
    return reversal, tried_before


def _request(reversal: Reversal) -> TransferReversalCreateParams:
    return {
        "amount": reversal.amount_cents,
        "description": reversal.reason,
        "metadata": metadata(payout=reversal.payout_id, reversal=reversal.pk),
    }


def _is_there(account: StripeAccount, reversal: Reversal) -> bool:
    """Whether an earlier try was heard: Stripe forgets idempotency keys after a day, we do not."""
    made = reversals_at_stripe(account, reversal.stripe_transfer_id)
    return any(wish_of(each) == str(reversal.pk) for each in made)


@transaction.atomic
def _refused(tried: Reversal, error: stripe.StripeError, *, now: datetime) -> None:
    _payout, reversal = _locked(tried.pk)
    # A second worker's refusal comes late: it says nothing of the attempt that was made since.
    if reversal.state != ReversalState.ASKED or reversal.attempt != tried.attempt:
        return
    # The refusal is remembered under its key: the next try needs another.
    reversal.attempt += 1
    reversal.idempotency_key = _key_of(reversal)
    reversal.failure = NO_FUNDS if error.code in _NO_FUNDS else f"Stripe répond «{NBSP}{reason_of(error)[:250]}{NBSP}»."
    reversal.closed_at, reversal.sending_since = now, None
    reversal.save(update_fields=["attempt", "idempotency_key", "failure", "closed_at", "sending_since"])
    _move(reversal, ReversalState.REFUSED)


def _locked(reversal_id: UUID) -> tuple[Payout, Reversal]:
    """A reversal with its payout, the parent first."""
    payout_id = Reversal.objects.values_list("payout_id", flat=True).get(pk=reversal_id)
    payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
    reversal = lock_one(Reversal.objects.all(), pk=reversal_id)
    reversal.payout = payout
    return payout, reversal


def _move(reversal: Reversal, state: ReversalState) -> None:
    if state not in REVERSAL_TRANSITIONS[ReversalState(reversal.state)]:
        raise ForbiddenTransitionError(f"reversal {reversal.pk}: {reversal.state} to {state}")
    reversal.state = state
    reversal.save(update_fields=["state"])


def _key_of(reversal: Reversal) -> str:
    return f"reversal-{reversal.pk}-{reversal.attempt}"


def _record(action: str, reversal: Reversal, *, actor: Any, now: datetime) -> None:
    statement = reversal.payout.statement
    details = {
        "name": statement.merchant_name,
        "statement": statement.number,
        "amount_cents": reversal.amount_cents,
        "reason": reversal.reason,
        "transfer": reversal.stripe_transfer_id,
    }
    record(actor=actor, action=action, target=reversal.payout, details=details, now=now)
