"""What the town hall and the merchants do: rules, drafts, adjustments, payouts sent, failed, taken back."""

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import stripe
from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.payments.services import refresh_account
from billing.settlements.calendar import day_in
from billing.settlements.models import Adjustment, Frequencies, Means, Payout, PayoutState
from billing.settlements.periods import Frequency
from billing.settlements.previewing import preview_draft
from billing.settlements.receiving import owed_by_merchants, receive_payment, undo_receipt
from billing.settlements.resuming import failed_payouts
from billing.settlements.reviewing import open_drafts
from billing.settlements.rules import Rules
from billing.settlements.services import (
    add_adjustment,
    approve_draft,
    ask_reversal,
    choose_frequency,
    hold_draft,
    retry_payout,
    set_rules,
    settle,
)
from billing.transfers.models import BatchState, LineState, TransferBatch, TransferLine
from billing.transfers.services import (
    NothingToPayError,
    cancel_batch,
    clear_line,
    confirm_lines,
    fail_line,
    make_batch,
    note_sent,
)
from tests.billing.everything.banks import client_of
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.customers import TOWNS, WHICH
from tests.billing.everything.world import account_of

MERCHANT = st.integers(0, 2)
RULES = st.builds(
    Rules,
    frequencies=st.sampled_from(Frequencies),
    payout_delay_days=st.sampled_from([0, 0, 3]),
    minimum_payout_cents=st.sampled_from([0, 0, 3000]),
    review_required=st.booleans(),
    means=st.sampled_from(Means),
)
BY_BANK = st.sampled_from(["make", "make", "sent", "sent", "executed", "refused", "sent back", "abandoned", "cleared"])

# From which state of a file, and by which service.
STEPS_OF_A_FILE: dict[str, tuple[BatchState, Callable[..., object]]] = {
    "sent": (BatchState.MADE, note_sent),
    "executed": (BatchState.SENT, confirm_lines),
    "abandoned": (BatchState.MADE, cancel_batch),
}


class Settling(Base):
    """Statements and payouts."""

    @rule(town=TOWNS, rules=RULES)
    def the_town_changes_its_rules(self, town: int, rules: Rules) -> None:
        with self.at(town):
            set_rules(town=self.place(town).town, rules=rules, actor=None, now=self.world.now)

    @rule(town=TOWNS, merchant=MERCHANT, frequency=st.sampled_from(Frequency))
    def a_merchant_chooses(self, town: int, merchant: int, frequency: Frequency) -> None:
        place = self.place(town)
        with self.at(town), suppress(*REFUSALS):
            choose_frequency(
                town=place.town,
                merchant=place.merchants[merchant],
                frequency=frequency,
                actor=None,
                now=self.world.now,
            )

    @rule(town=TOWNS, times=st.integers(1, 2))
    def settle_by_hand(self, town: int, times: int) -> None:
        """Up to today, whoever's period ends when."""
        place = self.place(town)
        with self.at(town):
            for _ in range(times):
                settle(town=place.town, period_end=day_in(place.town, self.world.now), now=self.world.now)

    @rule(town=TOWNS, approved=st.booleans())
    def look_at_a_draft(self, town: int, *, approved: bool) -> None:
        with self.at(town), suppress(*REFUSALS):
            if approved:
                self._approve(town, most=1)
            else:
                for draft in open_drafts()[:1]:
                    hold_draft(draft_id=draft.pk, reason="à vérifier", actor=None, now=self.world.now)

    @rule(
        town=TOWNS,
        merchant=MERCHANT,
        cents=st.sampled_from([-2500, -1, 300, 4000]),
        borne_by=st.sampled_from(Adjustment.BorneBy),
    )
    def adjust(self, town: int, merchant: int, cents: int, borne_by: Adjustment.BorneBy) -> None:
        place = self.place(town)
        with self.at(town):
            add_adjustment(
                key=uuid4(),
                merchant=place.merchants[merchant],
                amount_cents=cents,
                reason="geste commercial",
                borne_by=borne_by,
                actor=None,
                now=self.world.now,
            )
            self.book(town).adjusted[place.merchants[merchant].pk] += cents

    @rule(town=TOWNS, part=st.sampled_from([1, 2]), undone=st.booleans())
    def a_commission_is_received(self, town: int, part: int, *, undone: bool) -> None:
        """A merchant pays all that it owes, or half of it; what was noted by mistake is undone."""
        place = self.place(town)
        with self.at(town):
            owing = owed_by_merchants()
            merchant = next((each for each in place.merchants if each.pk in owing), None)
            if merchant is None:
                return
            cents = max(owing[merchant.pk] // part, 1)
            today = day_in(place.town, self.world.now)
            receipt = receive_payment(
                key=uuid4(),
                merchant=merchant,
                amount_cents=cents,
                received_on=today,
                actor=None,
                now=self.world.now,
            )
            if undone:
                undo_receipt(receipt_id=receipt.pk, actor=None, now=self.world.now)
            else:
                self.book(town).adjusted[merchant.pk] += cents

    @rule(town=TOWNS, merchant=MERCHANT, status=st.sampled_from(["active", "active", "pending", "restricted"]))
    def an_account_changes(self, town: int, merchant: int, status: str) -> None:
        self.everywhere()
        place = self.place(town)
        account = account_of(place, place.merchants[merchant])
        place.fake.set_transfers(account.stripe_account_id, status)
        refresh_account(account_id=account.stripe_account_id, now=self.world.now)

    @rule(town=TOWNS, step=BY_BANK)
    def pay_by_bank(self, town: int, step: str) -> None:
        with self.at(town), suppress(*REFUSALS):
            self._by_bank(town, step)

    @rule(town=TOWNS)
    def send_a_failed_payout_again(self, town: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            for payout in failed_payouts()[:1]:
                retry_payout(payout_id=payout.pk, actor=None, now=self.world.now)

    @rule(town=TOWNS, which=WHICH, whole=st.booleans())
    def stripe_takes_a_transfer_back(self, town: int, which: int, *, whole: bool) -> None:
        self.everywhere()
        place = self.place(town)
        with self.world.inside(place):
            sent = list(Payout.objects.filter(state=PayoutState.SENT, means=Means.STRIPE).order_by("created_at", "pk"))
        if sent:
            name = str(sent[which % len(sent)].stripe_transfer_id)
            with suppress(stripe.InvalidRequestError):
                client_of(place).v1.transfers.reversals.create(name, {} if whole else {"amount": 1})

    @rule(town=TOWNS, which=WHICH, cents=st.integers(1, 3000))
    def staff_take_a_payout_back(self, town: int, which: int, cents: int) -> None:
        """Asked twice under one name; a worker makes it, later or never."""
        key = uuid4()
        with self.at(town), suppress(*REFUSALS):
            sent = list(Payout.objects.filter(state=PayoutState.SENT, means=Means.STRIPE).order_by("created_at", "pk"))
            for payout in sent[which % len(sent) :][:1] if sent else []:
                for _ in range(2):
                    ask_reversal(
                        key=key,
                        payout_id=payout.pk,
                        amount_cents=cents,
                        reason="vente annulée",
                        actor=None,
                        now=self.world.now,
                    )

    def _approve(self, town: int, *, most: int = 100) -> None:
        place = self.place(town)
        for draft in open_drafts()[:most]:
            shown = preview_draft(town=place.town, draft=draft, now=self.world.now)
            approve_draft(
                town=place.town,
                draft_id=draft.pk,
                shown_net_cents=shown.statement.net_cents if shown is not None else 0,
                actor=None,
                now=self.world.now,
            )

    def _by_bank(self, town: int, step: str) -> None:
        """One step of one file, the oldest that can take it."""
        now, place = self.world.now, self.place(town)
        batches = TransferBatch.objects.order_by("made_at", "pk")
        if step == "make":
            make_batch(town=place.town, actor=None, now=now)
        elif step in STEPS_OF_A_FILE:
            state, service = STEPS_OF_A_FILE[step]
            for batch in batches.filter(state=state)[:1]:
                service(batch_id=batch.pk, actor=None, now=now)
        else:
            self._line_by_bank(step)

    def _line_by_bank(self, step: str) -> None:
        now = self.world.now
        lines = TransferLine.objects.order_by("batch__made_at", "position")
        if step == "cleared":
            for line in lines.filter(state__in=[LineState.FAILED, LineState.RETURNED], cleared_at=None)[:1]:
                clear_line(line_id=line.pk, actor=None, now=now)
            return
        state = LineState.PENDING if step == "refused" else LineState.CONFIRMED
        for line in lines.filter(state=state)[:1]:
            fail_line(line_id=line.pk, reason="compte clos", actor=None, now=now)

    def _pay_everybody_by_bank(self, town: int) -> None:
        """Every file to its end, and one more for what waits."""
        if not Payout.objects.filter(means=Means.SEPA).exists():
            return
        for step in ("cleared", "sent", "executed"):
            for _ in range(5):
                self._by_bank(town, step)
        with suppress(NothingToPayError):
            for step in ("make", "sent", "executed"):
                self._by_bank(town, step)
