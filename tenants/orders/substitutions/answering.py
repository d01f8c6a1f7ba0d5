"""The customer's answer to a proposal, given on the site or by telephone; and silence, which is a no."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.models import Mode
from billing.payments.queries import held_payment, paid_and_held, paid_cents
from billing.payments.services import AlreadyPaidError, CashLimitError, take_at_desk
from tenants.orders.answering import refuse_line
from tenants.orders.events import PLATFORM, Actor, log
from tenants.orders.models import Order, Substitution, SubstitutionState
from tenants.orders.paying import label_of, look_at_payments
from tenants.orders.queries import due_cents, owed_cents
from tenants.orders.substitutions import mail
from tenants.orders.substitutions.approving import approve, approve_what_is_paid
from tenants.orders.substitutions.ending import TO_PAY, AlreadyAnsweredError, end, said_of, write_answer
from tenants.orders.substitutions.proposing import SubstitutionError, locked
from tenants.orders.substitutions.queries import supplement_cents

St = SubstitutionState
DECLINED_REASON = "remplacement décliné"
EXPIRED_REASON = "remplacement proposé, sans réponse"


class TooLateToAnswerError(ValueError):
    """The time to answer is over; `str()` says so in French."""

    def __init__(self) -> None:
        super().__init__(
            "Le délai pour répondre est passé\u00a0: l’article est retiré de la commande, et rendu s’il est payé."
        )


@transaction.atomic
def accept(*, substitution_id: UUID, actor: Actor, now: datetime) -> Substitution:
    """Accept a replacement: it counts at once, or, dearer than what is paid, once its supplement is. Twice is once.

    Raises AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError, Substitution.DoesNotExist.
    """
    substitution, part = locked(substitution_id)
    if substitution.state in {St.APPROVED, St.TO_PAY}:
        return substitution
    _check_open(substitution, now=now)
    if not supplement_of(substitution):
        approve(substitution, part=part, actor=actor, now=now)
        return substitution
    if held_payment(reference=part.order_id) is not None:
        raise SubstitutionError(
            "Votre carte n’est pas autorisée pour ce prix\u00a0: préférez le remboursement, ou appelez la conciergerie."
        )
    write_answer(substitution, St.TO_PAY, actor=actor, now=now)
    log(order=part.order, shop_order=part, kind=TO_PAY, actor=actor, now=now, data=said_of(substitution))
    return substitution


def _check_open(substitution: Substitution, *, now: datetime) -> None:
    if not substitution.is_live:
        raise AlreadyAnsweredError(substitution)
    if substitution.is_late(now):
        raise TooLateToAnswerError


def supplement_of(substitution: Substitution) -> int:
    """What is to be paid before a proposal that is not decided counts, in cents; load its line, part and order.

    Nothing while the order itself is not paid: what is due anyway is paid at the handover.
    """
    order = substitution.line.shop_order.order
    if substitution.state == St.TO_PAY:
        return supplement_cents(order)
    if order.is_paid_in_shops or substitution.price_cents <= substitution.line.consented_cents or due_cents(order):
        return 0
    awaited = supplement_cents(order)
    after = owed_cents(order) + awaited + substitution.difference_cents
    return max(after - sum(paid_and_held(reference=order.pk)), 0)


@transaction.atomic
def accept_at_desk(*, substitution_id: UUID, means: Mode, actor: Actor, now: datetime) -> Substitution:
    """Accept a replacement for its customer, who is here and pays the supplement; twice is once.

    Raises AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError, Substitution.DoesNotExist.
    """
    substitution, part = locked(substitution_id)
    if substitution.state == St.APPROVED:
        return substitution
    _check_open(substitution, now=now)
    order = part.order
    if substitution.state == St.PROPOSED:
        accept(substitution_id=substitution.pk, actor=actor, now=now)
        substitution.refresh_from_db()
    if substitution.state == St.APPROVED:
        return substitution
    _take_supplement(order, means=means, actor=actor, now=now)
    approve_what_is_paid(order=order, actor=actor, now=now)
    substitution.refresh_from_db()
    return substitution


def _take_supplement(order: Order, *, means: Mode, actor: Actor, now: datetime) -> None:
    cents = supplement_cents(order)
    if not cents:
        # Paid by card a moment ago, and not noted yet.
        return
    try:
        take_at_desk(
            reference=order.pk,
            amount_cents=cents,
            means=means,
            label=label_of(order, supplement=True),
            paid_before_cents=paid_cents(reference=order.pk),
            actor=actor,
            now=now,
        )
    except (AlreadyPaidError, CashLimitError) as error:
        said = (
            str(error)
            if isinstance(error, CashLimitError)
            else "Le complément vient d’être payé\u00a0: rechargez la page."
        )
        raise SubstitutionError(said) from error
    log(order=order, kind="paid_at_desk", actor=actor, now=now, data={"amount_cents": cents, "means": means.value})


@transaction.atomic
def decline(*, substitution_id: UUID, actor: Actor, now: datetime) -> Substitution:
    """Prefer the money: the line is refused, and what was paid for it given back. Twice is once.

    Raises AlreadyAnsweredError, TooLateToAnswerError, Substitution.DoesNotExist.
    """
    substitution, _part = locked(substitution_id)
    if substitution.state == St.DECLINED:
        return substitution
    _check_open(substitution, now=now)
    _refuse(substitution, St.DECLINED, reason=DECLINED_REASON, actor=actor, now=now)
    return substitution


def expire(*, substitution_id: UUID, now: datetime) -> bool:
    """Take silence for a no, once its time is over; False when it was answered, or has time left. Twice is once.

    Never in a transaction: of one that waits for its supplement Stripe is asked first, since what is paid is accepted.
    Raises stripe.StripeError when Stripe does not answer: asked again.
    """
    substitution = Substitution.objects.select_related("line__shop_order").get(pk=substitution_id)
    if substitution.state == St.TO_PAY and substitution.is_late(now):
        look_at_payments(order_id=substitution.line.shop_order.order_id, now=now)
    with transaction.atomic():
        substitution, _part = locked(substitution_id)
        if not substitution.is_live or not substitution.is_late(now):
            return False
        _refuse(substitution, St.EXPIRED, reason=EXPIRED_REASON, actor=PLATFORM, now=now)
        return True


def _refuse(substitution: Substitution, state: SubstitutionState, *, reason: str, actor: Actor, now: datetime) -> None:
    part = substitution.line.shop_order
    end(substitution, state, part=part, actor=actor, now=now)
    refuse_line(line_id=substitution.line_id, reason=reason, actor=actor, now=now)
    mail.answered_to_merchant(substitution, part=part, now=now)
