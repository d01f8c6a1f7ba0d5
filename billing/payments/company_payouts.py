"""From the company's Stripe balance to the company's own bank: 512 / 517, as Stripe's balance counts it."""

from datetime import UTC, datetime
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.balance_models import CompanyPayout, CompanyPayoutState
from billing.payments.company_money import keep_movement, town_of_company_object
from billing.payments.fees import MOVEMENTS, FeeUnknownError
from billing.payments.gateway import account_here, current_town, plain
from billing.payments.reconciliation import ForeignObjectError
from shared.locks import lock_one
from shared.tenancy import current_schema

_STATES = {
    "paid": CompanyPayoutState.PAID,
    "failed": CompanyPayoutState.FAILED,
    "canceled": CompanyPayoutState.CANCELLED,
}


def refresh_company_payout(*, stripe_payout_id: str, now: datetime) -> CompanyPayout:
    """Fetch a payout to the company's bank that an event tells of, and post what moved. Never in a transaction; as
    often as one likes, whatever the order of the events.

    Raises ForeignObjectError when it is another town's, or nobody says whose; FeeUnknownError when Stripe has not
    counted it yet, stripe.StripeError.
    """
    payout = account_here().client.v1.payouts.retrieve(stripe_payout_id, {"expand": MOVEMENTS})
    alias, named = current_town().operating_company.stripe_alias, plain(payout.metadata).get("town", "")
    if town_of_company_object(payout.id, alias=alias, named=named) != current_schema():
        raise ForeignObjectError(f"payout {stripe_payout_id} is not this town's")
    if not isinstance(payout.balance_transaction, stripe.BalanceTransaction):
        raise FeeUnknownError(f"payout {stripe_payout_id}")
    with transaction.atomic():
        return _apply(payout, now=now)


def _apply(payout: stripe.Payout, *, now: datetime) -> CompanyPayout:
    known, _new = CompanyPayout.objects.get_or_create(
        stripe_id=payout.id,
        defaults={"amount_cents": payout.amount, "sent_at": datetime.fromtimestamp(payout.created, tz=UTC)},
    )
    known = lock_one(CompanyPayout.objects.all(), pk=known.pk)
    known.state = _STATES.get(payout.status, CompanyPayoutState.ON_ITS_WAY)
    known.failure_code = (payout.failure_code or "")[:80]
    known.save(update_fields=["state", "failure_code"])
    for name in MOVEMENTS:
        # Its own word, and what came back of it when the bank refused.
        movement = getattr(payout, name, None)
        if isinstance(movement, stripe.BalanceTransaction):
            keep_movement(movement, of=payout.id)
            _post(movement, of=payout.id, reference=known.pk, now=now)
    return known


def _post(movement: stripe.BalanceTransaction, *, of: str, reference: UUID, now: datetime) -> None:
    left = -movement.net
    if left:
        post(
            kind="company_payout" if left > 0 else "company_payout_returned",
            key=f"stripe:{movement.id}:payout",
            label="Virement de Stripe vers la banque" if left > 0 else "Virement revenu de la banque vers Stripe",
            reference=reference,
            piece=of,
            postings=[debit(Account.BANK, left), credit(Account.STRIPE, left)],
            at=now,
            stripe_id=of,
        )
