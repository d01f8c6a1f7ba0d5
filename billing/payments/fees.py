"""Stripe's own fees, posted from the balance transactions that they are taken in: account 517 is then Stripe's balance
to the cent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments import facts
from billing.payments.gateway import CURRENCY, account_here
from billing.payments.models import Mode, Payment, Refund
from shared.outbox.registry import handles
from shared.outbox.services import record_effect

PAYMENT_FEE = "payments.payment_fee"
REFUND_FEE = "payments.refund_fee"
# A refund, or a payout to the company's bank, moves once, and once more should it come back.
MOVEMENTS = ["balance_transaction", "failure_balance_transaction"]


class FeeUnknownError(RuntimeError):
    """Stripe has not counted the movement on its balance yet: asked again later, it will have."""


class FeeInAnotherCurrencyError(ValueError):
    """Stripe counts the movement in another currency than the town's accounts."""


def fetch_payment_fee(*, payment_id: UUID, now: datetime) -> None:
    """Ask what Stripe kept of a payment by card, and post it. Never in a transaction; as often as one likes.

    Raises FeeUnknownError, stripe.StripeError: the same call may be made again.
    """
    payment = Payment.objects.get(pk=payment_id)
    intent = account_here().client.v1.payment_intents.retrieve(
        payment.stripe_intent_id or "", {"expand": ["latest_charge.balance_transaction"]}
    )
    charge = intent.latest_charge
    movement = charge.balance_transaction if isinstance(charge, stripe.Charge) else None
    if not isinstance(movement, stripe.BalanceTransaction):
        raise FeeUnknownError(f"payment {payment_id}")
    with transaction.atomic():
        post_fee(
            movement=movement,
            of=intent.id,
            label=f"Frais Stripe, {payment.label}",
            reference=payment.reference,
            now=now,
        )


def fetch_refund_fee(*, refund_id: UUID, now: datetime) -> None:
    """Ask what Stripe kept or gave back of its fees for a refund that was sent, or that came back, and post it.

    Never in a transaction; as often as one likes.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.stripe_refund_id is None:
        # Refused at once, or given at the desk: nothing moved at Stripe.
        return
    seen = account_here().client.v1.refunds.retrieve(refund.stripe_refund_id, {"expand": MOVEMENTS})
    label = f"Frais Stripe, remboursement, {refund.payment.label}"
    with transaction.atomic():
        for name in MOVEMENTS:
            # A refund that has not failed lacks the second altogether.
            movement = getattr(seen, name, None)
            if isinstance(movement, stripe.BalanceTransaction):
                post_fee(movement=movement, of=seen.id, label=label, reference=refund.payment.reference, now=now)


def post_fee(*, movement: stripe.BalanceTransaction, of: str, label: str, reference: UUID, now: datetime) -> None:
    """Post the fee of one movement of Stripe's balance, in the caller's transaction; once, whoever asks.

    `of` is what moved: the payment intent, the refund or the dispute.
    A fee below zero is one that Stripe gives back. Raises FeeInAnotherCurrencyError.
    """
    if movement.currency != CURRENCY:
        raise FeeInAnotherCurrencyError(f"{movement.id} is in {movement.currency}")
    if movement.fee:
        post(
            kind="stripe_fee",
            key=f"stripe:{movement.id}:fee",
            label=label,
            reference=reference,
            piece=movement.id,
            postings=[debit(Account.BANK_FEES, movement.fee), credit(Account.STRIPE, movement.fee)],
            at=now,
            stripe_id=of,
        )


@handles(PAYMENT_FEE)
def _payment_fee(*, payload: dict[str, Any], now: datetime) -> None:
    fetch_payment_fee(payment_id=UUID(payload["payment_id"]), now=now)


@handles(REFUND_FEE)
def _refund_fee(*, payload: dict[str, Any], now: datetime) -> None:
    fetch_refund_fee(refund_id=UUID(payload["refund_id"]), now=now)


@handles(facts.REFUND_SUCCEEDED)
@handles(facts.REFUND_FAILED)
@transaction.atomic
def _refund_moved(*, payload: dict[str, Any], now: datetime) -> None:
    """A fee that cannot be fetched keeps nobody else who listens to the fact waiting: it is an effect of its own."""
    sent = Refund.objects.filter(pk=payload["refund_id"], mode=Mode.CARD, stripe_refund_id__isnull=False)
    if sent.exists():
        record_effect(kind=REFUND_FEE, payload={"refund_id": payload["refund_id"]}, now=now)
