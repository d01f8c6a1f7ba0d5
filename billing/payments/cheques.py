"""Where customers' cheques are: in the drawer, at the bank, given back to who wrote them, or made good otherwise."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.payments.deposit_models import ChequeMadeGood, DepositedCheque, MadeGoodBy, UnpaidCheque
from billing.payments.models import DESK_MODES, Mode, Payment, PaymentState, Refund, RefundState


def in_the_drawer() -> QuerySet[Payment]:
    """The payments whose cheque may be taken to the bank, the oldest first; what account 5112 comes to."""
    at_the_bank = DepositedCheque.objects.filter(payment=OuterRef("pk"), back_at=None)
    given_back = Refund.objects.filter(payment=OuterRef("pk"), mode=Mode.CHEQUE, state=RefundState.SUCCEEDED)
    made_good = ChequeMadeGood.objects.filter(unpaid__cheque__payment=OuterRef("pk"), undone_at=None)
    return (
        Payment.objects.filter(mode=Mode.CHEQUE, state=PaymentState.SUCCEEDED)
        .exclude(Exists(at_the_bank))
        .exclude(Exists(given_back))
        .exclude(Exists(made_good))
        .order_by("closed_at", "pk")
    )


def may_be_given_back(refund: Refund) -> bool:
    """Whether a refund may be given by giving the cheque back: it is of all of it, and the cheque is still here."""
    return refund.amount_cents == refund.payment.amount_cents and in_the_drawer().filter(pk=refund.payment_id).exists()


def unpaid_in_the_drawer(*, reference: UUID | None = None) -> QuerySet[UnpaidCheque]:
    """Cheques that came back unpaid, of which nothing was decided yet, the oldest first; of each, its last return.

    `reference`: those that paid for one thing.
    """
    cheques = in_the_drawer().order_by()
    if reference is not None:
        cheques = cheques.filter(reference=reference)
    newer = UnpaidCheque.objects.filter(
        Q(noted_at__gt=OuterRef("noted_at")) | Q(noted_at=OuterRef("noted_at"), pk__gt=OuterRef("pk")),
        cheque__payment=OuterRef("cheque__payment"),
    )
    return (
        UnpaidCheque.objects.filter(cheque__payment__in=cheques)
        .exclude(Exists(newer))
        .select_related("cheque__payment", "cheque__deposit")
        .order_by("returned_on", "noted_at", "pk")
    )


def is_unpaid(payment: Payment) -> bool:
    """Whether its cheque came back unpaid, and nothing was decided yet."""
    return unpaid_in_the_drawer(reference=payment.reference).filter(cheque__payment=payment).exists()


def is_lost(payment: Payment) -> bool:
    """Whether its cheque was given up: the company paid in its customer's place."""
    return ChequeMadeGood.objects.filter(
        unpaid__cheque__payment=payment, how=MadeGoodBy.LOSS.value, undone_at=None
    ).exists()


def brought_nothing(payment: Payment) -> bool:
    """Whether it was paid by a cheque that came back, and its customer has not paid otherwise."""
    return payment.mode == Mode.CHEQUE and (is_unpaid(payment) or is_lost(payment))


def means_to_give(refund: Refund) -> list[Mode]:
    """How a refund of what was paid at the desk may be given; by none while a cheque is neither paid nor lost.

    Of a cheque that nobody paid, no money is given: whole, it is given back; lost, the loss is so much less.
    """
    if is_lost(refund.payment):
        return [Mode.CHEQUE]
    here = [Mode.CHEQUE] if may_be_given_back(refund) else []
    if is_unpaid(refund.payment):
        return here
    return [mode for mode in (*DESK_MODES, Mode.TRANSFER) if mode is not Mode.CHEQUE or here]
