"""How often each merchant is settled in each of its towns, and how it is paid there."""

from dataclasses import dataclass
from datetime import datetime

from billing.settlements.calendar import day_in
from billing.settlements.models import Means
from billing.settlements.periods import Frequency, Period
from billing.settlements.rules import latest_rules, rules_on, timetable_of
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.portal.access import Access, there
from conciergeries.towns.models import Town

PERIODS_SHOWN = 3
WORDS = {Frequency.WEEKLY: "chaque semaine", Frequency.MONTHLY: "chaque mois"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RhythmRow:
    """One merchant in one town: its present rhythm, the other that it may choose, its next periods."""

    merchant: Merchant
    town: Town
    frequency: Frequency
    other: Frequency | None
    coming: list[Period]
    delay_days: int
    by_bank: bool

    @property
    def words(self) -> str:
        return WORDS[self.frequency]

    @property
    def other_words(self) -> str:
        return WORDS[self.other] if self.other else ""


def rhythms(*, access: Access, now: datetime) -> list[RhythmRow]:
    """Every merchant in every town where it sells, by name of town."""
    selling = MerchantPresence.objects.filter(merchant__in=access.merchants, left_at=None)
    present = set(selling.values_list("merchant_id", "town_id"))
    return [
        _row(merchant=merchant, town=town, now=now)
        for town in access.towns()
        for merchant in sorted(access.merchants.values(), key=str)
        if (merchant.pk, town.pk) in present
    ]


def _row(*, merchant: Merchant, town: Town, now: datetime) -> RhythmRow:
    with there(town):
        today, timetable, latest = day_in(town, now), timetable_of(merchant.pk), latest_rules()
        # What was chosen last, though it begins with the next period.
        frequency = timetable.changes[-1].rhythm.frequency if timetable.changes else timetable.rhythm.frequency
        others = [each for each in Frequency if each is not frequency and latest.allows(each)]
        coming = timetable.coming(today, PERIODS_SHOWN)
        return RhythmRow(
            merchant=merchant,
            town=town,
            frequency=frequency,
            other=others[0] if others else None,
            coming=coming,
            delay_days=rules_on(coming[0].first).payout_delay_days,
            by_bank=rules_on(coming[0].first).means == Means.SEPA or latest.means == Means.SEPA,
        )
