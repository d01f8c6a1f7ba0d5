"""Adjustments: what the town hall adds to a merchant's next statement, or takes from it, and who bears it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.ledger.models import Account
from billing.ledger.services import PostingLine, credit, debit, post
from billing.settlements.counting import hold_merchant
from billing.settlements.models import Adjustment
from billing.settlements.schedule import plan_settlement
from billing.settlements.wishes import WishChangedError
from conciergeries.merchants.models import Merchant
from shared.audit.services import name_of, record


@transaction.atomic
def add_adjustment(
    *,
    key: UUID,
    merchant: Merchant,
    amount_cents: int,
    reason: str,
    borne_by: Adjustment.BorneBy,
    actor: Any,
    now: datetime,
) -> Adjustment:
    """Add an amount to a merchant's next statement (below zero: take it). `key` names the wish: twice is once.

    It is owed from now on, and posted; the statement that is being made meanwhile has it whole, or not at all. Raises
    WishChangedError when the key has named another amount, merchant or bearer; ValidationError, in French.
    """
    hold_merchant(merchant.pk)
    known = known_adjustment(key=key, merchant_id=merchant.pk, amount_cents=amount_cents, borne_by=borne_by)
    if known is not None:
        return known
    adjustment = Adjustment(
        pk=key,
        merchant_id=merchant.pk,
        amount_cents=amount_cents,
        reason=reason,
        borne_by=borne_by,
        added_by=name_of(actor),
        added_at=now,
    )
    adjustment.full_clean(exclude=["statement"], validate_unique=False)
    try:
        with transaction.atomic():
            adjustment.save(force_insert=True)
    except IntegrityError:
        # Sent twice at the same instant: the first one stands.
        return Adjustment.objects.get(pk=key)
    post(
        kind="adjustment",
        key=f"adjustment:{key}",
        label=f"Ajustement, {merchant.name} : {reason}",
        reference=key,
        postings=_postings(adjustment),
        at=now,
    )
    plan_settlement(merchant_id=merchant.pk, now=now)
    record(
        actor=actor,
        action="settlement.adjusted",
        target=adjustment,
        details={"name": merchant.name, "amount_cents": amount_cents, "reason": reason, "borne_by": str(borne_by)},
        now=now,
    )
    return adjustment


def known_adjustment(
    *, key: UUID, merchant_id: UUID, amount_cents: int, borne_by: Adjustment.BorneBy
) -> Adjustment | None:
    """What a wish has made already: sent twice, the first one stands; None when it has made nothing.

    Raises WishChangedError when it asked something else then.
    """
    known = Adjustment.objects.filter(pk=key).first()
    if known is not None and (known.merchant_id, known.amount_cents, known.borne_by) != (
        merchant_id,
        amount_cents,
        borne_by,
    ):
        raise WishChangedError(known.amount_cents)
    return known


def _postings(adjustment: Adjustment) -> list[PostingLine]:
    amount, merchant = adjustment.amount_cents, adjustment.merchant_id
    if adjustment.borne_by == Adjustment.BorneBy.COMMUNE:
        return [debit(Account.COMMUNE_OWES, amount), credit(Account.MERCHANTS, amount, merchant)]
    if adjustment.borne_by == Adjustment.BorneBy.MERCHANT:
        return [debit(Account.BANK, amount), credit(Account.MERCHANTS, amount, merchant)]
    # What the company gives is a loss; what it takes back, a gain.
    bearer = Account.LOSSES if amount > 0 else Account.GAINS
    return [debit(bearer, amount), credit(Account.MERCHANTS, amount, merchant)]
