"""How a town settles, and how often each merchant wishes to be: dated, for the periods that begin then or later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.settlements import periods
from billing.settlements.models import ChosenFrequency, Frequencies, Means, SettlementRules
from billing.settlements.periods import LAST_DAY_OF_MONTH, Change, Frequency, Period, Rhythm


@dataclass(frozen=True, slots=True)
class Rules:
    """A town's rules, as a value. Without any row, these: each Sunday, at once, whatever the amount, by Stripe."""

    frequencies: Frequencies = Frequencies.WEEKLY
    week_end: int = 6
    month_day: int = LAST_DAY_OF_MONTH
    payout_delay_days: int = 0
    minimum_payout_cents: int = 0
    review_required: bool = False
    means: Means = Means.STRIPE

    def allows(self, frequency: Frequency) -> bool:
        return self.frequencies in {Frequencies.EITHER, Frequencies(frequency.value)}

    def rhythm(self, wished: Frequency | None) -> Rhythm:
        """The rhythm of a merchant with this wish; without one, or if it is not allowed, the town's own."""
        usual = Frequency.MONTHLY if self.frequencies == Frequencies.MONTHLY else Frequency.WEEKLY
        frequency = wished if wished is not None and self.allows(wished) else usual
        return Rhythm(frequency, self.week_end, self.month_day)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The periods of one merchant in one town, the past and those to come."""

    rhythm: Rhythm
    changes: tuple[Change, ...]

    def period_of(self, day: date) -> Period:
        return periods.period_of(day, rhythm=self.rhythm, changes=self.changes)

    def last_finished(self, today: date) -> Period:
        return periods.last_finished(today, rhythm=self.rhythm, changes=self.changes)

    def coming(self, today: date, count: int) -> list[Period]:
        return periods.coming(today, count, rhythm=self.rhythm, changes=self.changes)


def rules_on(day: date) -> Rules:
    """The rules of the periods that begin on a day."""
    row = SettlementRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return _value(row) if row is not None else Rules()


def latest_rules() -> Rules:
    """What was set last, in force or still to come."""
    row = SettlementRules.objects.order_by("-valid_from").first()
    return _value(row) if row is not None else Rules()


def planned_rules(today: date) -> SettlementRules | None:
    """What was set for the periods that begin on a day to come: the last of it, which stands for long."""
    return SettlementRules.objects.filter(valid_from__gt=today).order_by("-valid_from").first()


def wish_of(merchant_id: UUID) -> Frequency | None:
    """How often a merchant asked last to be settled; None when it never chose."""
    row = ChosenFrequency.objects.filter(merchant_id=merchant_id).order_by("-valid_from").first()
    return Frequency(row.frequency) if row is not None else None


def timetable_of(merchant_id: UUID | None) -> Timetable:
    """The periods of a merchant; of one that never chose, for None."""
    wishes = list(ChosenFrequency.objects.filter(merchant_id=merchant_id).order_by("valid_from")) if merchant_id else []
    return timetable(list(SettlementRules.objects.order_by("valid_from")), wishes)


def timetable(rows: Sequence[SettlementRules], wishes: Sequence[ChosenFrequency]) -> Timetable:
    """The periods that the rules of a town and the wishes of a merchant give, both in order of their days."""
    days = sorted({row.valid_from for row in rows} | {wish.valid_from for wish in wishes})
    changes = []
    for day in days:
        rules = next((_value(row) for row in reversed(rows) if row.valid_from <= day), Rules())
        wish = next((Frequency(wish.frequency) for wish in reversed(wishes) if wish.valid_from <= day), None)
        changes.append(Change(day, rules.rhythm(wish)))
    return Timetable(Rules().rhythm(None), tuple(changes))


def _value(row: SettlementRules) -> Rules:
    return Rules(
        frequencies=Frequencies(row.frequencies),
        week_end=row.week_end,
        month_day=row.month_day,
        payout_delay_days=row.payout_delay_days,
        minimum_payout_cents=row.minimum_payout_cents,
        review_required=row.review_required,
        means=Means(row.means),
    )
