"""From the company's Stripe balance to the company's own bank: 512 / 517, as Stripe's balance counts it.

One account serves all the towns of a company, and each has its own accounts: a payout is the town's that its metadata
names, or that of the only town that the company runs.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.balance_models import BalanceMovement, CompanyPayout, CompanyPayoutState
from billing.payments.fees import FeeInAnotherCurrencyError, FeeUnknownError
from billing.payments.gateway import CURRENCY, account_here, current_town, plain
from billing.payments.reconciliation import ForeignObjectError
from conciergeries.towns.models import Town
from shared.locks import lock_one
from shared.tenancy import current_schema, in_town

MOVEMENTS = ["balance_transaction", "failure_balance_transaction"]
_STATES = {
    "paid": CompanyPayoutState.PAID,
    "failed": CompanyPayoutState.FAILED,
    "canceled": CompanyPayoutState.CANCELLED,
}


def towns_of(alias: str) -> list[str]:
    """The schemas of the towns that an account serves, in their order."""
    served = Town.objects.filter(operating_company__stripe_alias=alias, ready=True)
    return list(served.order_by("schema_name").values_list("schema_name", flat=True))


def only_town_of(alias: str) -> str:
    """The schema of the only town that an account serves; empty when it serves several, or none."""
    served = towns_of(alias)
    return served[0] if len(served) == 1 else ""


def town_of_payout(payout_id: str, *, alias: str, named: str) -> str:
    """The schema of the town that a payout is of: the one that has posted it, for good; else the one that its metadata
    names; else the only one that the account serves. Empty when nobody says.
    """
    return posted_in([payout_id], alias=alias).get(payout_id) or named or only_town_of(alias)


def posted_in(payout_ids: Collection[str], *, alias: str) -> dict[str, str]:
    """The schema of the town that has posted each of these payouts, of those that one has; one query a town."""
    found: dict[str, str] = {}
    for town in Town.objects.filter(operating_company__stripe_alias=alias, ready=True):
        with in_town(town):
            known = CompanyPayout.objects.filter(stripe_id__in=payout_ids).values_list("stripe_id", flat=True)
            found |= dict.fromkeys(known, str(town.schema_name))
    return found


def refresh_company_payout(*, stripe_payout_id: str, now: datetime) -> CompanyPayout:
    """Fetch a payout to the company's bank that an event tells of, and post what moved. Never in a transaction; as
    often as one likes, whatever the order of the events.

    Raises ForeignObjectError when it is another town's, or nobody says whose; FeeUnknownError when Stripe has not
    counted it yet, stripe.StripeError.
    """
    payout = account_here().client.v1.payouts.retrieve(stripe_payout_id, {"expand": MOVEMENTS})
    alias, named = current_town().operating_company.stripe_alias, plain(payout.metadata).get("town", "")
    if town_of_payout(payout.id, alias=alias, named=named) != current_schema():
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
            _keep(movement, of=payout.id)
            _post(movement, of=payout.id, reference=known.pk, now=now)
    return known


def _keep(movement: stripe.BalanceTransaction, *, of: str) -> None:
    """Keep what Stripe's balance says of it: claimed late, it is in days that are not read again."""
    row = BalanceMovement(
        stripe_id=movement.id,
        kind=movement.type[:60],
        about=of,
        cents=movement.net,
        at=datetime.fromtimestamp(movement.created, tz=UTC),
    )
    BalanceMovement.objects.bulk_create([row], ignore_conflicts=True)


def _post(movement: stripe.BalanceTransaction, *, of: str, reference: UUID, now: datetime) -> None:
    if movement.currency != CURRENCY:
        raise FeeInAnotherCurrencyError(f"{movement.id} is in {movement.currency}")
    left = -movement.net
    if left:
        post(
            kind="company_payout" if left > 0 else "company_payout_returned",
            key=f"stripe:{movement.id}:payout",
            label="Virement de Stripe vers la banque" if left > 0 else "Virement revenu de la banque vers Stripe",
            reference=reference,
            postings=[debit(Account.BANK, left), credit(Account.STRIPE, left)],
            at=now,
            stripe_id=of,
        )
