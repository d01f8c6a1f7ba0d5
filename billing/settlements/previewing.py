"""What would be issued, by the very code that works it out; nothing is claimed, locked or written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet

from billing.commissions.arithmetic import Commission
from billing.settlements.calendar import day_in
from billing.settlements.counting import settled_until
from billing.settlements.figures import Figures
from billing.settlements.models import Adjustment, Draft, Means, Statement
from billing.settlements.reckoning import Entry, reckoning_of
from billing.settlements.rules import timetable_of
from billing.settlements.settling import (
    Drafted,
    adjustments_to_state,
    merchants_to_settle,
    read_ahead,
    waits_for,
    work_out,
)
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.snapshot import one_snapshot


@dataclass(frozen=True, slots=True)
class Preview:
    """A statement as it would be, without a number, and the lines that add up to its net.

    `waits` says what it would wait for; None: it would be issued.
    """

    statement: Statement
    commission: Commission
    means: Means
    payout_cents: int
    waits: str | None
    reckoning: list[Entry]

    @property
    def merchant_id(self) -> UUID:
        return self.statement.merchant_id

    @property
    def outcome(self) -> str:
        return "issued" if self.waits is None else "held" if self.waits else "review"

    def as_json(self) -> dict[str, Any]:
        said = self.statement
        return {
            "merchant": said.merchant_name,
            "merchant_id": str(said.merchant_id),
            "siret": said.merchant_siret,
            "period_start": said.period_start.isoformat(),
            "period_end": said.period_end.isoformat(),
            "sales_count": said.sales_count,
            "opening_cents": said.opening_cents,
            "gross_cents": said.gross_cents,
            "adjustments_cents": said.adjustments_cents,
            "other_cents": said.other_cents,
            "commission_ht_cents": said.commission_ht_cents,
            "vat_cents": said.vat_cents,
            "net_cents": said.net_cents,
            "payout_cents": self.payout_cents,
            "means": str(self.means),
            "outcome": self.outcome,
            "reason": self.waits or "",
        }


def preview(*, town: Town, now: datetime, until: date | None = None) -> list[Preview]:
    """The statements that would be issued now, or up to a day, by name of merchant. Call it inside the town."""
    with one_snapshot():
        today = day_in(town, now)
        found = []
        lasts = {
            merchant_id: until or timetable_of(merchant_id).last_finished(today).last
            for merchant_id in merchants_to_settle(until=until or today)
        }
        figures = read_ahead(lasts)
        for merchant_id, last in lasts.items():
            shown = preview_of(
                town=town, merchant_id=merchant_id, period_end=last, now=now, read=figures.get(merchant_id)
            )
            if shown is not None:
                found.append(shown)
    return sorted(found, key=lambda each: (each.statement.merchant_name, str(each.merchant_id)))


def preview_draft(*, town: Town, draft: Draft, now: datetime) -> Preview | None:
    """A draft's statement as it would be now; None when nothing is left to state. Call it inside the town."""
    return preview_of(town=town, merchant_id=draft.merchant_id, period_end=draft.period_end, now=now)


def preview_of(
    *, town: Town, merchant_id: UUID, period_end: date, now: datetime, read: Figures | None = None
) -> Preview | None:
    """One merchant's statement up to a day as it would be now; None without one. Call it inside the town."""
    with one_snapshot():
        if not Merchant.objects.filter(pk=merchant_id).exists():
            return None
        adjustments = adjustments_to_state(merchant_id)
        drafted = work_out(
            town=town,
            settled=settled_until(merchant_id),
            period_end=period_end,
            statement_id=uuid4(),
            adjustments=adjustments,
            now=now,
            read=read,
        )
        return _shown(drafted, adjustments) if drafted is not None else None


def _shown(drafted: Drafted, adjustments: QuerySet[Adjustment]) -> Preview:
    net = drafted.statement.net_cents
    return Preview(
        statement=drafted.statement,
        commission=drafted.commission,
        means=drafted.rules.means,
        payout_cents=net if net >= drafted.least_payout_cents else 0,
        waits=waits_for(drafted),
        reckoning=reckoning_of(drafted.statement, adjustments),
    )
