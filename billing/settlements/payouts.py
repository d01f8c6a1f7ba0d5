"""Sending a statement's net to its merchant: one transfer per statement, when the merchant's account may receive it."""

from datetime import datetime, timedelta
from uuid import UUID

import stripe
from django.db import transaction
from stripe.params import TransferCreateParams

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.accounts import refresh_account
from billing.payments.gateway import (
    CURRENCY,
    REFUSALS,
    StripeAccount,
    account_of,
    current_town,
    metadata,
    plain,
    reason_of,
)
from billing.payments.reconciliation import ForeignObjectError
from billing.settlements import facts
from billing.settlements.calendar import day_in, start_of
from billing.settlements.models import (
    PAYOUT_TRANSITIONS,
    REVERSED_BY_US,
    Means,
    Payout,
    PayoutState,
    Reversal,
    ReversalState,
)
from billing.settlements.reversal_mail import tell_reversed
from conciergeries.merchants.models import MerchantAccount
from conciergeries.towns.models import Town
from shared.due.services import plan_by
from shared.locks import lock_one
from shared.outbox.models import Effect
from shared.outbox.services import hasten, record_effect
from shared.tenancy import current_schema

SEND_PAYOUT = "payouts.send"
# The work that is due, merchant by merchant, while a payout waits for its account: Stripe's word may be lost.
WAKE = "settlements.wake_payouts"
FIRST_LOOK = timedelta(minutes=15)
LOOK_AGAIN = timedelta(hours=6)

# Stripe's balance is filled by card payments, days after them: what was paid at the desk is wired to it by the company.
NO_FUNDS = "balance_insufficient"
NOT_ALLOWED = "insufficient_capabilities_for_transfer"

ACCOUNT_MISSING = "Le compte de versement du commerçant n’est pas encore ouvert chez Stripe."
ACCOUNT_INACTIVE = "Le compte de versement du commerçant n’est pas encore validé par Stripe."
FUNDS_MISSING = "Les fonds ne sont pas encore disponibles chez Stripe ; l’envoi sera retenté."
REVERSED = "Le virement a été repris par Stripe."


class ForbiddenTransitionError(ValueError):
    """A payout cannot go from its state to that one."""


def key_of(payout: Payout) -> str:
    """The idempotency key of the present attempt; also what its entries' keys begin with."""
    return f"payout-{payout.pk}-{payout.attempt}"


def post_decided(payout: Payout, *, number: str, now: datetime) -> None:
    """The merchant's money sets out: it is no longer owed, it is on its way."""
    post(
        kind="payout_decided",
        key=f"{key_of(payout)}:decided",
        label=f"Reversement, bordereau {number}",
        reference=payout.statement_id,
        piece=payout.statement.number,
        postings=[
            debit(Account.MERCHANTS, payout.amount_cents, payout.merchant_id),
            credit(Account.IN_TRANSIT, payout.amount_cents, payout.merchant_id),
        ],
        at=now,
    )


def account_at_company(*, merchant_id: UUID, town: Town) -> MerchantAccount | None:
    """A merchant's account at the Stripe of the company that runs a town; None when it was never opened."""
    return (
        MerchantAccount.objects.filter(merchant_id=merchant_id, company_id=town.operating_company_id)
        .exclude(stripe_account_id="")
        .first()
    )


def send_soon(*, payout: Payout, now: datetime) -> None:
    """Have a worker send a payout once the caller's transaction commits; not before the day that it is due on."""
    due_at = start_of(current_town(), payout.due_on) if payout.due_on else None
    record_effect(kind=SEND_PAYOUT, payload={"payout_id": str(payout.pk)}, now=now, due_at=due_at)


def wake_payouts(*, now: datetime, merchant_id: UUID | None = None) -> int:
    """Have every waiting payout tried again, or those of one merchant, now; how many are.

    Asked about everybody's, it leaves alone those whose next try is planned (Stripe lacks the funds): it must not pile
    tries up.
    """
    with transaction.atomic():
        waiting = Payout.objects.filter(state=PayoutState.WAITING, means=Means.STRIPE)
        if merchant_id is not None:
            waiting = waiting.filter(merchant_id=merchant_id)
            planned = set()
        else:
            efforts = Effect.objects.filter(kind=SEND_PAYOUT, done_at=None)
            planned = set(efforts.values_list("payload__payout_id", flat=True))
        payouts = [each for each in waiting.order_by("created_at", "id") if str(each.pk) not in planned]
        for payout in payouts:
            hasten(kind=SEND_PAYOUT, payload={"payout_id": str(payout.pk)}, now=now)
        return len(payouts)


def wake_waiting(*, merchant_id: UUID, now: datetime) -> datetime:
    """Have what waits for a merchant's account tried, which asks Stripe; gives when to look again.

    Without an account there is nobody to ask: opening one makes us look.
    """
    town = current_town()
    waiting = Payout.objects.filter(merchant_id=merchant_id, state=PayoutState.WAITING, means=Means.STRIPE)
    if waiting.exists() and account_at_company(merchant_id=merchant_id, town=town) is not None:
        wake_payouts(merchant_id=merchant_id, now=now)
    return now + LOOK_AGAIN


def send_payout(*, payout_id: UUID, now: datetime) -> None:
    """Transfer a payout to its merchant's account, unless that account cannot receive it yet. Never in a transaction.

    As often as one likes: the transfer is made once. Raises stripe.StripeError when Stripe cannot be reached or lacks
    the funds: try again later.
    """
    town = current_town()
    claimed = _claim(payout_id=payout_id, town=town, now=now)
    if claimed is None:
        _ask_about_account(payout_id=payout_id, town=town, now=now)
        return
    payout, tried_before = claimed
    account = account_of(town.operating_company)
    try:
        transfer = (_find(account, payout) if tried_before else None) or account.client.v1.transfers.create(
            _request(payout), {"idempotency_key": payout.idempotency_key}
        )
    except REFUSALS as error:
        _refused(payout=payout, error=error, now=now)
        return
    _sent(payout_id=payout_id, transfer=transfer, now=now)


@transaction.atomic
def _claim(*, payout_id: UUID, town: Town, now: datetime) -> tuple[Payout, bool] | None:
    """Fix where a payout goes before Stripe is called; None when there is nothing to send, or nowhere yet.

    The flag says that an earlier call may have been heard.
    """
    payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
    if payout.state == PayoutState.SENDING:
        return payout, True
    if payout.state != PayoutState.WAITING or payout.means != Means.STRIPE:
        return None
    if payout.due_on is not None and day_in(town, now) < payout.due_on:
        return None
    account = account_at_company(merchant_id=payout.merchant_id, town=town)
    if account is None or not account.transfers_active:
        if not payout.reason:
            plan_by(kind=WAKE, subject=payout.merchant_id, due_at=now + FIRST_LOOK)
        payout.reason = ACCOUNT_MISSING if account is None else ACCOUNT_INACTIVE
        payout.save(update_fields=["reason"])
        return None
    payout.destination = account.stripe_account_id
    payout.sending_since = now
    payout.save(update_fields=["destination", "sending_since"])
    move(payout, PayoutState.SENDING)
    return payout, False


def _ask_about_account(*, payout_id: UUID, town: Town, now: datetime) -> None:
    """Stripe's event about an account may be lost: while a payout waits for it, each try asks.

    An account that has become active wakes the payout by itself.
    """
    payout = Payout.objects.get(pk=payout_id)
    account = account_at_company(merchant_id=payout.merchant_id, town=town)
    if payout.state == PayoutState.WAITING and account is not None:
        refresh_account(account_id=account.stripe_account_id, now=now)


def _request(payout: Payout) -> TransferCreateParams:
    return {
        "amount": payout.amount_cents,
        "currency": CURRENCY,
        "destination": payout.destination,
        "transfer_group": payout.statement.number,
        "description": f"Bordereau {payout.statement.number}",
        "metadata": metadata(
            payout=payout.pk,
            statement=payout.statement_id,
            number=payout.statement.number,
            merchant=payout.merchant_id,
            # A transfer that was taken back carries all the rest too.
            attempt=str(payout.attempt),
        ),
    }


def _find(account: StripeAccount, payout: Payout) -> stripe.Transfer | None:
    """The transfer at Stripe, if an earlier try was heard: Stripe forgets idempotency keys after a day, we do not."""
    known = account.client.v1.transfers.list({"transfer_group": payout.statement.number, "limit": 100})
    return next((each for each in known.auto_paging_iter() if _is_of(each, payout)), None)


def _is_of(transfer: stripe.Transfer, payout: Payout) -> bool:
    """Whether this is the transfer of the payout's present attempt."""
    ids = transfer.metadata.to_dict()
    wanted = (current_schema(), str(payout.pk), str(payout.attempt))
    return (ids.get("town"), ids.get("payout"), ids.get("attempt")) == wanted


def _refused(*, payout: Payout, error: stripe.StripeError, now: datetime) -> None:
    """Stripe said no: not yet, if the funds or the account's capability are missing; never, otherwise."""
    if error.code not in {NO_FUNDS, NOT_ALLOWED}:
        _failed(tried=payout, reason=reason_of(error), now=now)
        return
    tried = payout
    with transaction.atomic():
        payout = lock_one(Payout.objects.all(), pk=tried.pk)
        if not _is_under_way(payout, tried):
            return
        # The refusal is remembered under its key: the next try needs another.
        payout.attempt += 1
        payout.idempotency_key = key_of(payout)
        payout.reason = FUNDS_MISSING if error.code == NO_FUNDS else ACCOUNT_INACTIVE
        payout.save(update_fields=["attempt", "idempotency_key", "reason"])
        move(payout, PayoutState.WAITING)
    if error.code == NOT_ALLOWED and not refresh_account(account_id=payout.destination, now=now):
        # It is no longer active: the account's own event will wake the payout.
        return
    raise error


def _sent(*, payout_id: UUID, transfer: stripe.Transfer, now: datetime) -> None:
    with transaction.atomic():
        payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
        if payout.stripe_transfer_id is not None:
            return
        payout.stripe_transfer_id = transfer.id
        payout.closed_at = now
        payout.reason = ""
        payout.save(update_fields=["stripe_transfer_id", "closed_at", "reason"])
        move(payout, PayoutState.SENT)
        post(
            kind="payout_sent",
            key=f"{key_of(payout)}:sent",
            label=f"Virement, bordereau {payout.statement.number}",
            reference=payout.statement_id,
            piece=payout.statement.number,
            postings=[
                debit(Account.IN_TRANSIT, payout.amount_cents, payout.merchant_id),
                credit(Account.STRIPE, payout.amount_cents),
            ],
            at=now,
            stripe_id=transfer.id,
        )
        record_effect(
            kind=facts.PAYOUT_SENT,
            payload={
                "payout_id": str(payout.pk),
                "statement_id": str(payout.statement_id),
                "transfer": transfer.id,
            },
            now=now,
        )


def _is_under_way(payout: Payout, tried: Payout) -> bool:
    """Whether a payout, locked now, is still at the attempt that was tried.

    Two workers may send the same attempt, and Stripe gives both the same refusal: the second comes late, when a third
    may be sending the next attempt. It says nothing of that one.
    """
    return payout.state == PayoutState.SENDING and payout.attempt == tried.attempt


def _failed(*, tried: Payout, reason: str, now: datetime) -> None:
    """Nothing left: the merchant is owed the amount again, and its next statement opens with it."""
    with transaction.atomic():
        payout = lock_one(Payout.objects.select_related("statement"), pk=tried.pk)
        if not _is_under_way(payout, tried):
            return
        move(payout, PayoutState.FAILED)
        post(
            kind="payout_failed",
            key=f"{key_of(payout)}:failed",
            label=f"Virement refusé, bordereau {payout.statement.number}",
            reference=payout.statement_id,
            piece=payout.statement.number,
            postings=[
                debit(Account.IN_TRANSIT, payout.amount_cents, payout.merchant_id),
                credit(Account.MERCHANTS, payout.amount_cents, payout.merchant_id),
            ],
            at=now,
        )
        note_failure(payout, reason=reason, now=now)


def refresh_payout(*, payout_id: UUID, transfer_id: str, now: datetime) -> None:
    """Fetch a transfer that an event tells of, and take note: made, perhaps before our own call answered; or reversed.

    Never in a transaction. Raises Payout.DoesNotExist, ForeignObjectError.
    """
    payout = Payout.objects.get(pk=payout_id)
    account = account_of(current_town().operating_company)
    transfer = account.client.v1.transfers.retrieve(transfer_id)
    if not _is_of(transfer, payout):
        raise ForeignObjectError(f"payout {payout_id} is not the one that Stripe shows")
    if Payout.objects.filter(pk=payout_id, state=PayoutState.SENDING).exists():
        _sent(payout_id=payout_id, transfer=transfer, now=now)
    made = reversals_at_stripe(account, transfer_id) if transfer.amount_reversed else []
    _note_reversals(payout_id=payout_id, transfer=transfer, made=made, now=now)


def reversals_at_stripe(account: StripeAccount, transfer_id: str) -> list[stripe.TransferReversal]:
    """All that was taken back of a transfer, whoever asked for it."""
    listed = account.client.v1.transfers.reversals.list(transfer_id, {"limit": 100})
    return list(listed.auto_paging_iter())


def wish_of(made: stripe.TransferReversal) -> str:
    """The key of the wish of ours that a reversal answers; empty when it was made otherwise."""
    return str(plain(made.metadata).get("reversal", ""))


def _note_reversals(
    *, payout_id: UUID, transfer: stripe.Transfer, made: list[stripe.TransferReversal], now: datetime
) -> None:
    """What was taken back is on Stripe's balance again, and owed to the merchant again.

    The sum of what was made says how much, so that an event and our own answer may come in any order.
    """
    with transaction.atomic():
        payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
        taken = sum(each.amount for each in made) - payout.reversed_cents
        if payout.stripe_transfer_id != transfer.id or taken <= 0:
            return
        payout.reversed_cents += taken
        payout.save(update_fields=["reversed_cents"])
        post(
            kind="payout_reversed",
            key=f"{key_of(payout)}:reversed:{payout.reversed_cents}",
            label=f"Virement repris, bordereau {payout.statement.number}",
            reference=payout.statement_id,
            piece=payout.statement.number,
            postings=[debit(Account.STRIPE, taken), credit(Account.MERCHANTS, taken, payout.merchant_id)],
            at=now,
            stripe_id=transfer.id,
        )
        ours = _close_ours(payout, made, now=now)
        tell_reversed(payout=payout, amount_cents=taken, reasons=[each.reason for each in ours], now=now)
        if payout.reversed_cents == payout.amount_cents:
            move(payout, PayoutState.FAILED)
            note_failure(payout, reason=REVERSED_BY_US if ours else REVERSED, now=now)


def _close_ours(payout: Payout, made: list[stripe.TransferReversal], *, now: datetime) -> list[Reversal]:
    """Those of them that staff asked for, done now."""
    by_wish = {wish_of(each): each.id for each in made}
    asked = Reversal.objects.filter(payout=payout, state=ReversalState.ASKED).order_by("asked_at", "pk")
    done = [reversal for reversal in asked if str(reversal.pk) in by_wish]
    for reversal in done:
        reversal.state, reversal.closed_at = ReversalState.DONE, now
        reversal.stripe_reversal_id = by_wish[str(reversal.pk)]
        reversal.save(update_fields=["state", "closed_at", "stripe_reversal_id"])
    return done


def note_failure(payout: Payout, *, reason: str, now: datetime) -> None:
    """Keep why a *locked* payout failed, and have those who must know told; those who took it back know."""
    payout.reason = reason
    payout.closed_at = now
    payout.save(update_fields=["reason", "closed_at"])
    if reason == REVERSED_BY_US:
        return
    record_effect(
        kind=facts.PAYOUT_FAILED,
        payload={
            "payout_id": str(payout.pk),
            "statement_id": str(payout.statement_id),
            "reason": reason,
            "attempt": payout.attempt,
        },
        now=now,
    )


def move(payout: Payout, state: PayoutState) -> None:
    """Move a *locked* payout. Raises ForbiddenTransitionError."""
    if state not in PAYOUT_TRANSITIONS[PayoutState(payout.state)]:
        raise ForbiddenTransitionError(f"payout {payout.pk}: {payout.state} to {state}")
    payout.state = state
    payout.save(update_fields=["state"])
