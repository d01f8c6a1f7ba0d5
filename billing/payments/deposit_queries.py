"""Reading what is to be taken to the bank, what was, and what became of cheques that came back."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments.balance_models import CompanyPayout, CompanyTopUp
from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import ChequeMadeGood, Deposit, DepositedCheque, UnpaidCheque
from billing.payments.models import Payment


@dataclass(frozen=True, slots=True)
class ToDeposit:
    """What the desk holds: cents by means, and how many cheques."""

    cash_cents: int
    cheques_cents: int
    cards_cents: int
    cheque_count: int

    @property
    def total_cents(self) -> int:
        return self.cash_cents + self.cheques_cents + self.cards_cents


@dataclass(frozen=True, slots=True)
class StripeMove:
    """Money between Stripe and the company's bank: `cents` as the bank sees it."""

    at: datetime
    cents: int
    state: str
    stripe_id: str


def to_deposit() -> ToDeposit:
    held = balances()
    return ToDeposit(
        cash_cents=held.get(Account.CASH, 0),
        cheques_cents=held.get(Account.CHEQUES, 0),
        cards_cents=held.get(Account.CARDS, 0),
        cheque_count=in_the_drawer().count(),
    )


def deposits() -> QuerySet[Deposit]:
    """What was taken to the bank, the latest day first, with its cheques."""
    return Deposit.objects.order_by("-deposited_on", "-noted_at", "pk").prefetch_related("cheques__payment")


def cheques_of(deposit: Deposit) -> list[tuple[DepositedCheque, UnpaidCheque | None]]:
    """The cheques of a deposit, in the order in which they were taken in, each with its return if the bank sent it
    back.
    """
    cheques = DepositedCheque.objects.filter(deposit=deposit).select_related("payment")
    unpaid = {each.cheque_id: each for each in UnpaidCheque.objects.filter(cheque__deposit=deposit)}
    return [(each, unpaid.get(each.pk)) for each in cheques.order_by("payment__closed_at", "pk")]


def becomes(unpaid: UnpaidCheque) -> str:
    """Where a cheque that came back unpaid is now: «waiting», «made_good», «again» or «given_back»."""
    if ending_of(unpaid) is not None:
        return "made_good"
    payment = unpaid.cheque.payment
    later = DepositedCheque.objects.filter(payment=payment, deposit__noted_at__gt=unpaid.noted_at)
    if later.filter(deposit__undone_at=None).exists():
        return "again"
    return "waiting" if _is_here(payment) else "given_back"


def ending_of(unpaid: UnpaidCheque) -> ChequeMadeGood | None:
    """How it was paid otherwise, or lost; None while it was not."""
    return ChequeMadeGood.objects.filter(unpaid=unpaid, undone_at=None).first()


def _is_here(payment: Payment) -> bool:
    return in_the_drawer().filter(pk=payment.pk).exists()


def moves_with_stripe(*, count: int) -> list[StripeMove]:
    """The latest between Stripe and the company's bank, both ways."""
    out = [
        StripeMove(each.sent_at, each.amount_cents, each.get_state_display(), each.stripe_id)
        for each in CompanyPayout.objects.order_by("-sent_at", "pk")[:count]
    ]
    back = [
        StripeMove(each.sent_at, -each.amount_cents, each.get_state_display(), each.stripe_id)
        for each in CompanyTopUp.objects.order_by("-sent_at", "pk")[:count]
    ]
    return sorted([*out, *back], key=lambda each: (each.at, each.stripe_id), reverse=True)[:count]
