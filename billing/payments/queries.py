"""Reading payments, refunds, and how merchants’ accounts stand."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q

from billing.payments.models import (
    DESK_MODES,
    AmountMismatch,
    Dispute,
    DisputeState,
    Payment,
    PaymentState,
    Refund,
    RefundState,
)
from billing.payments.standing import Standing, refused_by_account, standing_of
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import OperatingCompany


def payments_of(*, reference: UUID) -> list[Payment]:
    """Every payment asked for one thing, the oldest first, with its refunds."""
    return list(Payment.objects.filter(reference=reference).order_by("created_at", "id").prefetch_related("refunds"))


def paid_cents(*, reference: UUID) -> int:
    """What a customer has paid for one thing, less what went back or is on its way back, in cents."""
    payments = Payment.objects.filter(reference=reference, state=PaymentState.SUCCEEDED).order_by()
    return sum(payment.refundable_cents for payment in payments)


def held_payment(*, reference: UUID) -> Payment | None:
    """The payment whose ceiling a card holds for one thing: not taken yet, and not being let go."""
    rows = Payment.objects.filter(reference=reference, state=PaymentState.AUTHORISED, void_asked_at=None)
    return rows.order_by("created_at", "pk").first()


def held_cents(*, reference: UUID) -> int:
    """What cards hold for one thing, in cents: no money, and enough to be paid by."""
    return paid_and_held(reference=reference)[1]


def paid_and_held(*, reference: UUID) -> tuple[int, int]:
    """Both in one statement."""
    counting = [PaymentState.SUCCEEDED, PaymentState.AUTHORISED]
    payments = list(Payment.objects.filter(reference=reference, state__in=counting).order_by())
    return (
        sum(payment.refundable_cents for payment in payments),
        sum(payment.amount_cents for payment in payments if payment.is_held),
    )


def stuck_captures() -> list[Payment]:
    """Payments that Stripe refused to take though their card holds them, the oldest first; they are asked again."""
    return list(
        Payment.objects.filter(state=PaymentState.AUTHORISED, capture_asked_at__isnull=False)
        .exclude(failure="")
        .order_by("capture_asked_at", "pk")
    )


def lapsed_payments() -> list[Payment]:
    """Payments whose card let go of what it held before it was taken, the oldest first."""
    return list(
        Payment.objects.filter(state=PaymentState.EXPIRED, authorised_at__isnull=False).order_by("closed_at", "pk")
    )


def disputes_of(*, reference: UUID) -> list[Dispute]:
    """The disputes that still need somebody, of what was paid for one thing: open, or lost and not decided."""
    waiting = Q(state=DisputeState.OPEN) | Q(state=DisputeState.LOST, decided_at=None, withdrawn_cents__gt=0)
    return list(Dispute.objects.filter(waiting, payment__reference=reference).order_by("opened_at", "pk"))


def is_contested(*, payment_id: UUID) -> bool:
    """Whether a bank is giving a payment back to its customer, or has: it is not given back a second time."""
    return Dispute.objects.filter(payment=payment_id, state__in=[DisputeState.OPEN, DisputeState.LOST]).exists()


def open_mismatches() -> list[AmountMismatch]:
    """What Stripe took in another amount or currency than was asked, and nobody has seen to, the oldest first."""
    return list(AmountMismatch.objects.filter(closed_at=None).select_related("payment").order_by("seen_at", "id"))


def disputes_to_see_to() -> list[Dispute]:
    """Disputes that the bank has not decided, and lost ones that nobody bears yet, the most urgent first."""
    return list(
        Dispute.objects.filter(
            Q(state=DisputeState.OPEN) | Q(state=DisputeState.LOST, decided_at=None, withdrawn_cents__gt=0)
        )
        .select_related("payment")
        .order_by(F("evidence_due_at").asc(nulls_last=True), "opened_at", "id")
    )


def disputes_over(*, count: int) -> list[Dispute]:
    """The last disputes that are over: won, decided, or closed without a word."""
    return list(
        Dispute.objects.exclude(state=DisputeState.OPEN)
        .exclude(state=DisputeState.LOST, decided_at=None, withdrawn_cents__gt=0)
        .select_related("payment")
        .order_by("-closed_at", "id")[:count]
    )


def refunds_to_give() -> list[Refund]:
    """Refunds of payments taken at the desk, that wait for their customer there, the oldest first."""
    return list(
        Refund.objects.filter(state=RefundState.PENDING, mode__in=DESK_MODES)
        .select_related("payment")
        .order_by("created_at", "id")
    )


def account_standings(*, company: OperatingCompany, merchants: Iterable[Merchant]) -> list[tuple[Merchant, Standing]]:
    """How each merchant's account stands at one company's Stripe: what waits for somebody first."""
    wanted = list(merchants)
    accounts = {each.merchant_id: each for each in MerchantAccount.objects.filter(company=company, merchant__in=wanted)}
    refused = refused_by_account(accounts.values())
    rows = []
    for merchant in wanted:
        account = accounts.get(merchant.pk)
        rows.append((merchant, standing_of(account, refused=refused.get(account.pk, []) if account else [])))
    return sorted(rows, key=lambda row: row[1].is_ready and not row[1].asks)
