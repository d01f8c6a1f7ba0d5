"""What the towns took to the bank since they began: every Saturday what the week brought; a cheque that came back."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import Deposit, DepositedCheque, DepositMeans
from billing.payments.deposits import deposit_cheques, note_deposit
from billing.payments.drawers import can_take
from billing.payments.unpaid_cheques import note_unpaid
from conciergeries.demo.history import WEEKS, began_on
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.staff.models import Staff, StaffRole

# Counted from the Monday of a week, at eight.
SATURDAY_EVENING = timedelta(days=5, hours=10)
# What stays in the till, to give change.
KEPT_CENTS = 1000
# 1.2 % of cards, say.
FEE_PER_1000 = 12


def first_deposits(*, town: Town, now: datetime) -> None:
    """Take each past week's money to the bank, and have the first cheque come back a week later; once."""
    with in_town(town):
        if Deposit.objects.exists():
            return
        actor = Staff.objects.filter(role=StaffRole.TOWN_HALL).select_related("user").earliest("since", "pk").user
        first = began_on(now, zone=ZoneInfo(town.timezone)) + SATURDAY_EVENING
        evenings = [first + timedelta(weeks=week) for week in range(WEEKS)]
        for number, evening in enumerate(evenings, start=1):
            _take(town=town, at=evening, number=number, actor=actor)
        cheque = DepositedCheque.objects.order_by("payment__closed_at", "pk").first()
        if cheque is not None:
            note_unpaid(
                cheque_id=cheque.pk,
                town=town,
                returned_on=evenings[-1].date(),
                reason="sans provision",
                fee_cents=1200,
                actor=actor,
                now=evenings[-1],
            )


def _take(*, town: Town, at: datetime, number: int, actor: User) -> None:
    day, zone = at.date(), ZoneInfo(town.timezone)
    cash = can_take(means=DepositMeans.CASH, day=day, zone=zone) - KEPT_CENTS
    if cash > 0:
        note_deposit(
            key=uuid4(),
            town=town,
            means=DepositMeans.CASH,
            amount_cents=cash,
            deposited_on=day,
            slip=f"ESP-{number:03}",
            actor=actor,
            now=at,
        )
    cards = can_take(means=DepositMeans.TERMINAL, day=day, zone=zone)
    if cards:
        note_deposit(
            key=uuid4(),
            town=town,
            means=DepositMeans.TERMINAL,
            amount_cents=cards,
            fee_cents=cards * FEE_PER_1000 // 1000,
            deposited_on=day,
            slip=f"TLC-{number:03}",
            actor=actor,
            now=at,
        )
    here = list(in_the_drawer().filter(closed_at__lte=at))
    if here:
        deposit_cheques(
            key=uuid4(),
            town=town,
            payment_ids=[payment.pk for payment in here],
            deposited_on=day,
            slip=f"CHQ-{number:03}",
            actor=actor,
            now=at,
        )
