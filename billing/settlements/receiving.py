"""What merchants owe, what they have paid us of it, and what is given up of those that have left."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Sum

from billing.ledger.models import Account
from billing.ledger.queries import balances_by_merchant
from billing.settlements.adjusting import add_adjustment, known_adjustment
from billing.settlements.models import Adjustment, Statement
from conciergeries.merchants.models import Merchant
from conciergeries.merchants.presence import left_here
from shared.audit.services import record
from shared.french import NBSP, full_date, money, of
from shared.locks import lock_one

PAID = Adjustment.BorneBy.MERCHANT
# So that a reason, with what it says around, is no longer than a statement's line may be.
LONGEST_NAME = 120


class NotOwedError(ValueError):
    """The merchant does not owe that much; `str()` says so in French."""


class StillHereError(ValueError):
    """The merchant sells in the town: nothing is given up; `str()` says so in French."""


def owed_by_merchants() -> dict[UUID, int]:
    """What each merchant owes today, in cents: its account 46712 where it is in debit. In one statement."""
    return {merchant: cents for merchant, cents in balances_by_merchant(account=Account.MERCHANTS).items() if cents > 0}


def claimed_of_merchants() -> dict[UUID, int]:
    """What each merchant's last statement asks it to pay, less what it has paid since, in cents; zeros left out."""
    last = Statement.objects.order_by("merchant_id", "-period_end").distinct("merchant_id")
    since = Adjustment.objects.filter(borne_by=PAID, statement=None).order_by().values_list("merchant_id")
    paid = dict(since.annotate(Sum("amount_cents")))
    claimed = {each.merchant_id: each.due_cents - paid.get(each.merchant_id, 0) for each in last}
    return {merchant: cents for merchant, cents in claimed.items() if cents > 0}


def received() -> list[Adjustment]:
    """What merchants paid, the latest first; what was taken back since is left out."""
    found = Adjustment.objects.filter(borne_by=PAID).order_by("-added_at", "pk")
    undone = {each.pk for each in found if each.amount_cents < 0}
    return [each for each in found if each.amount_cents > 0 and _undoing(each.pk) not in undone]


@transaction.atomic
def receive_payment(
    *, key: UUID, merchant: Merchant, amount_cents: int, received_on: date, actor: Any, now: datetime
) -> Adjustment:
    """Note what a merchant paid on the company's bank account: 512 / 46712. `key` names the wish: twice is once.

    It is on the merchant's next statement. Raises NotOwedError beyond what it owes, WishChangedError, ValidationError.
    """
    # Two people who note one transfer at once wait for each other.
    lock_one(Merchant.objects.all(), pk=merchant.pk)
    known = known_adjustment(key=key, merchant_id=merchant.pk, amount_cents=amount_cents, borne_by=PAID)
    if known is not None:
        return known
    _check_owed(merchant, amount_cents)
    return add_adjustment(
        key=key,
        merchant=merchant,
        amount_cents=amount_cents,
        reason=f"Paiement reçu {of(merchant.name[:LONGEST_NAME])} le {full_date(received_on)}",
        borne_by=PAID,
        actor=actor,
        now=now,
    )


@transaction.atomic
def write_off(
    *, key: UUID, merchant: Merchant, amount_cents: int, reason: str, actor: Any, now: datetime
) -> Adjustment:
    """Give up what a merchant that has left still owes: the company's loss, 6588 / 46712. `key`: twice is once.

    While it sells here its sales make up for it. Raises StillHereError, NotOwedError, WishChangedError,
    ValidationError.
    """
    lock_one(Merchant.objects.all(), pk=merchant.pk)
    borne_by = Adjustment.BorneBy.COMPANY
    known = known_adjustment(key=key, merchant_id=merchant.pk, amount_cents=amount_cents, borne_by=borne_by)
    if known is not None:
        return known
    if merchant.pk not in left_here():
        raise StillHereError(f"{merchant.name} vend encore ici{NBSP}: ses prochaines ventes compensent ce qu’il doit.")
    _check_owed(merchant, amount_cents)
    given_up = add_adjustment(
        key=key,
        merchant=merchant,
        amount_cents=amount_cents,
        reason=f"Passé en perte{NBSP}: {reason}",
        borne_by=borne_by,
        actor=actor,
        now=now,
    )
    details = {"name": merchant.name, "amount_cents": amount_cents, "reason": reason}
    record(actor=actor, action="settlement.written_off", target=given_up, details=details, now=now)
    return given_up


def _check_owed(merchant: Merchant, amount_cents: int) -> None:
    """Raises NotOwedError."""
    owed = owed_by_merchants().get(merchant.pk, 0)
    if amount_cents > owed:
        raise NotOwedError(f"{merchant.name} ne doit que {money(owed)}." if owed else f"{merchant.name} ne doit rien.")


@transaction.atomic
def undo_receipt(*, receipt_id: UUID, actor: Any, now: datetime) -> Adjustment:
    """Take back what was noted by mistake, by the opposite entry; twice is once. Raises Adjustment.DoesNotExist."""
    receipt = Adjustment.objects.get(pk=receipt_id, borne_by=PAID, amount_cents__gt=0)
    return add_adjustment(
        key=_undoing(receipt.pk),
        merchant=Merchant.objects.get(pk=receipt.merchant_id),
        amount_cents=-receipt.amount_cents,
        reason=f"Annulé{NBSP}: {receipt.reason}",
        borne_by=PAID,
        actor=actor,
        now=now,
    )


def _undoing(receipt_id: UUID) -> UUID:
    """The name of the adjustment that undoes a receipt: there is one at most."""
    return uuid5(receipt_id, "undone")
