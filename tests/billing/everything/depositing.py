"""What the desk takes to the bank: cash, cards of the terminal, cheques; and what was noted by mistake."""

from contextlib import suppress
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import Deposit, DepositMeans
from billing.payments.deposit_queries import to_deposit
from billing.payments.deposits import DepositError, deposit_cheques, note_deposit, undo_deposit
from billing.settlements.calendar import day_in
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.customers import TOWNS

# What a bank keeps of the cards that it credits.
CARDS_FEE_CENTS = 7


class Depositors(Base):
    """Deposits."""

    @rule(town=TOWNS, means=st.sampled_from(DepositMeans), undone=st.booleans())
    def the_desk_goes_to_the_bank(self, town: int, means: DepositMeans, *, undone: bool) -> None:
        """With all that it has of a means; noted twice under one name."""
        with self.at(town), suppress(*REFUSALS, DepositError):
            deposit = self._deposit(town, means)
            if undone:
                undo_deposit(deposit_id=deposit.pk, reason="erreur", actor=None, now=self.world.now)

    def _deposit(self, town: int, means: DepositMeans) -> Deposit:
        place, now = self.place(town).town, self.world.now
        day, key = day_in(place, now), uuid4()
        if means is DepositMeans.CHEQUE:
            cheques = list(in_the_drawer().values_list("pk", flat=True))
            for _ in range(2):
                deposit = deposit_cheques(
                    key=key, town=place, payment_ids=cheques, deposited_on=day, actor=None, now=now
                )
            return deposit
        held = to_deposit()
        is_cash = means is DepositMeans.CASH
        for _ in range(2):
            deposit = note_deposit(
                key=key,
                town=place,
                means=means,
                amount_cents=held.cash_cents if is_cash else held.cards_cents,
                fee_cents=0 if is_cash else CARDS_FEE_CENTS,
                deposited_on=day,
                actor=None,
                now=now,
            )
        return deposit
