"""From the company's own bank to its Stripe balance: 517 / 512, as Stripe's balance counts it; and back, should the
bank take it again. A fee of Stripe's on it is 627.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.balance_models import CompanyTopUp, CompanyTopUpState
from billing.payments.company_money import keep_movement, town_of_company_object
from billing.payments.gateway import account_here, current_town, plain
from billing.payments.reconciliation import ForeignObjectError
from shared.locks import lock_one
from shared.tenancy import current_schema

_STATES = {
    "succeeded": CompanyTopUpState.ARRIVED,
    "failed": CompanyTopUpState.FAILED,
    "canceled": CompanyTopUpState.CANCELLED,
    "reversed": CompanyTopUpState.REVERSED,
}


def refresh_company_top_up(*, stripe_top_up_id: str, now: datetime) -> CompanyTopUp:
    """Fetch money that the company wired to Stripe, which an event tells of, and post what moved. Never in a
    transaction; as often as one likes, whatever the order of the events.

    A top-up on its way may not be on the balance yet: nothing is posted until it is. Raises ForeignObjectError when it
    is another town's, or nobody says whose; FeeInAnotherCurrencyError, stripe.StripeError.
    """
    client = account_here().client
    top_up = client.v1.topups.retrieve(stripe_top_up_id)
    alias, named = current_town().operating_company.stripe_alias, plain(top_up.metadata).get("town", "")
    if town_of_company_object(top_up.id, alias=alias, named=named) != current_schema():
        raise ForeignObjectError(f"top-up {stripe_top_up_id} is not this town's")
    # The object names its first movement alone, and not the one by which the bank takes it back.
    listed = client.v1.balance_transactions.list({"source": top_up.id, "limit": 100})
    movements = list(listed.auto_paging_iter())
    with transaction.atomic():
        return _apply(top_up, movements, now=now)


def _apply(top_up: stripe.Topup, movements: Sequence[stripe.BalanceTransaction], *, now: datetime) -> CompanyTopUp:
    known, _new = CompanyTopUp.objects.get_or_create(
        stripe_id=top_up.id,
        defaults={"amount_cents": top_up.amount, "sent_at": datetime.fromtimestamp(top_up.created, tz=UTC)},
    )
    known = lock_one(CompanyTopUp.objects.all(), pk=known.pk)
    known.state = _STATES.get(top_up.status, CompanyTopUpState.ON_ITS_WAY)
    known.failure_code = (top_up.failure_code or "")[:80]
    known.save(update_fields=["state", "failure_code"])
    for movement in movements:
        keep_movement(movement, of=top_up.id)
        _post(movement, of=top_up.id, reference=known.pk, now=now)
    return known


def _post(movement: stripe.BalanceTransaction, *, of: str, reference: UUID, now: datetime) -> None:
    left = movement.amount
    if left:
        post(
            kind="company_top_up" if left > 0 else "company_top_up_reversed",
            key=f"stripe:{movement.id}:topup",
            label="Virement de la banque vers Stripe" if left > 0 else "Virement vers Stripe repris par la banque",
            reference=reference,
            piece=of,
            postings=[
                debit(Account.STRIPE, movement.net),
                debit(Account.BANK_FEES, movement.fee),
                credit(Account.BANK, left),
            ],
            at=now,
            stripe_id=of,
        )
