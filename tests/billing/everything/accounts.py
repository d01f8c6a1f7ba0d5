"""Merchants that change their bank account, or somebody who is not one; and the days in which that can be undone."""

import re
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.transfers.readiness import waiting
from billing.transfers.services import choose_account
from conciergeries.merchants.bank import WrongCodeError, ask_for_account, confirm_account, last_change, undo_account
from conciergeries.merchants.models import Merchant
from shared.notifications.models import Message
from shared.tenancy import in_public
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.books import AccountBook
from tests.billing.everything.customers import TOWNS

MERCHANT = st.integers(0, 2)
IBANS = ("FR7630006000011234567890189", "FR7612345987650123456789014", "DE89370400440532013000")
WRONG = "0000000"


class Accounts(Base):
    """Bank accounts: asked for with a code, undone within three days, chosen when a statement says another."""

    @rule(
        town=TOWNS, merchant=MERCHANT, iban=st.sampled_from(IBANS), knows_the_code=st.sampled_from([True, True, False])
    )
    def a_merchant_changes_its_account(self, town: int, merchant: int, iban: str, *, knows_the_code: bool) -> None:
        self.everywhere()
        now, owner = self.world.now, self._merchant(town, merchant)
        with in_public(), suppress(*REFUSALS, WrongCodeError):
            change = ask_for_account(merchant=owner, iban=iban, bic="", user=self.world.clerk, now=now)
            letter = Message.objects.filter(template="merchants/bank_code").latest("created_at", "pk")
            [code] = re.findall(r"\b\d{6}\b", letter.text)
            confirm_account(
                merchant=owner,
                change_id=change.pk,
                code=code if knows_the_code else WRONG,
                user=self.world.clerk,
                now=now,
            )
            owner.refresh_from_db()
            self._note_account(owner)

    @rule(town=TOWNS, merchant=MERCHANT)
    def a_merchant_undoes_the_change(self, town: int, merchant: int) -> None:
        self.everywhere()
        owner = self._merchant(town, merchant)
        with in_public():
            change = last_change(owner, now=self.world.now)
            if change is not None and undo_account(
                merchant=owner, change_id=change.pk, user=self.world.clerk, now=self.world.now
            ):
                owner.refresh_from_db()
                self._note_account(owner)

    @rule(town=TOWNS, new=st.booleans())
    def the_town_hall_says_which_account(self, town: int, *, new: bool) -> None:
        """Of the first payout whose merchant has changed its account since the statement."""
        with self.at(town), suppress(*REFUSALS):
            self._say_which(town, new=new)

    def _say_which(self, town: int, *, new: bool) -> None:
        place, now = self.place(town), self.world.now
        for each in [each for each in waiting(town=place.town, now=now) if each.choose][:1]:
            iban = each.merchant.iban if new else each.payout.iban
            choose_account(payout_id=each.payout.pk, iban=iban, town=place.town, actor=None, now=now)

    def _merchant(self, town: int, merchant: int) -> Merchant:
        return Merchant.objects.get(pk=self.place(town).merchants[merchant].pk)

    def _note_account(self, owner: Merchant) -> None:
        self.accounts[owner.pk].append(AccountBook(self.world.now, owner.iban, owner.iban_payable_from))
