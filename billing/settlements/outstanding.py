"""What a merchant is owed at this moment and why: the statement as it would be, what waits, what is on its way."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.settlements.calendar import day_in
from billing.settlements.drafts import OPEN
from billing.settlements.models import UNDER_WAY, Draft, Means, Payout
from billing.settlements.periods import ONE_DAY, Period
from billing.settlements.previewing import Preview, preview_of
from billing.settlements.queries import StatementLine, unsettled_lines
from billing.settlements.rules import rules_on, timetable_of
from conciergeries.towns.models import Town
from shared.snapshot import one_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Outstanding:
    """One merchant in one town, now.

    `period` is the one that runs; its statement is issued on `issued_on`, once the town hall has read it again where it
    `is_reviewed`, and paid from `paid_on` on. `preview` is what
    that statement would say if the period ended now; None when there would be nothing to say. `draft` is one that waits
    to be issued already: its sales are in the preview too. `under_way` are payouts that have not reached the merchant.
    """

    period: Period
    issued_on: date
    paid_on: date
    means: Means
    minimum_cents: int
    is_reviewed: bool
    preview: Preview | None
    draft: Draft | None
    under_way: list[Payout]

    @property
    def net_cents(self) -> int:
        """What the next statement would come to; below zero, the merchant owes it."""
        return self.preview.statement.net_cents if self.preview else 0

    @property
    def under_way_cents(self) -> int:
        return sum(payout.amount_cents for payout in self.under_way)

    @property
    def total_cents(self) -> int:
        """All that the merchant has still to receive."""
        return self.net_cents + self.under_way_cents

    @property
    def is_too_small(self) -> bool:
        """Whether the next statement would carry its net rather than pay it."""
        return self.preview is not None and self.net_cents > 0 and not self.preview.payout_cents


def outstanding(*, town: Town, merchant_id: UUID, now: datetime) -> Outstanding:
    """What a merchant is owed in a town. Call it inside the town."""
    with one_snapshot():
        period = timetable_of(merchant_id).period_of(day_in(town, now))
        rules = rules_on(period.first)
        issued_on = period.last + ONE_DAY
        return Outstanding(
            period=period,
            issued_on=issued_on,
            paid_on=issued_on + rules.payout_delay_days * ONE_DAY,
            means=rules.means,
            minimum_cents=rules.minimum_payout_cents,
            is_reviewed=rules.review_required,
            preview=preview_of(town=town, merchant_id=merchant_id, period_end=period.last, now=now),
            draft=Draft.objects.filter(merchant_id=merchant_id, state__in=OPEN).first(),
            under_way=list(
                Payout.objects.filter(UNDER_WAY, merchant_id=merchant_id)
                .select_related("statement")
                .order_by("created_at")
            ),
        )


def sales_outstanding(*, town: Town, merchant_id: UUID, now: datetime) -> list[StatementLine]:
    """The sales that no statement has yet, in order of handover, each with its part of the commission if the period
    ended now. Call it inside the town.

    The commission is of the very sales that are listed, though others are noted meanwhile.
    """
    with one_snapshot():
        shown = outstanding(town=town, merchant_id=merchant_id, now=now).preview
        if shown is None:
            return []
        until = shown.statement.period_end
        return unsettled_lines(merchant_id=merchant_id, until=until, commission=shown.commission)
