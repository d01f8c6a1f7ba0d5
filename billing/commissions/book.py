"""Which terms hold for whom on a day, from the versions that were set and what each merchant was told of them."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.terms import Terms

_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Book:
    """Versions that were not withdrawn, the latest first; notices by (terms, merchant); the day each was admitted."""

    versions: Sequence[CommissionTerms]
    notices: Mapping[tuple[UUID, UUID], TermsNotice] = field(default_factory=dict)
    admitted: Mapping[UUID, date] = field(default_factory=dict)

    def holds_from(self, row: CommissionTerms, merchant_id: UUID | None) -> date | None:
        """From when a version holds for a merchant; None as long as it was not told.

        Whoever has no notice was not in the town when the version was set, or sold under its own terms: it is part of
        what they came for, or go back to.
        """
        notice = self.notices.get((row.pk, merchant_id)) if merchant_id else None
        return notice.effective_from if notice else row.valid_from

    def row_for(self, merchant_id: UUID | None, on: date) -> CommissionTerms | None:
        """The version that holds: the merchant's own if there is any, however old, else the town's.

        A new town default does not end a contract; a version by which the merchant goes back to the town's does.
        """
        own = self.own_for(merchant_id, on)
        return own if own and not own.follows_town else self._latest(None, merchant_id, on)

    def own_for(self, merchant_id: UUID | None, on: date) -> CommissionTerms | None:
        """The merchant's own version that holds, be it that by which it follows the town's; None without any."""
        return self._latest(merchant_id, merchant_id, on)

    def goes_back(self, merchant_id: UUID, after: date) -> bool:
        """Whether a merchant is to follow the town's terms on some day to come, though it has its own today."""
        return any(
            row.merchant_id == merchant_id
            and row.follows_town
            and ((begins := self.holds_from(row, merchant_id)) is None or begins > after)
            for row in self.versions
        )

    def terms_for(self, merchant_id: UUID | None, on: date) -> Terms | None:
        """What an order placed on a day is frozen with: in first months that are free, terms that ask for nothing."""
        row = self.row_for(merchant_id, on)
        if row is None:
            return None
        until = self.free_until(row, merchant_id)
        return free(row.terms) if until and on < until else row.terms

    def free_until(self, row: CommissionTerms, merchant_id: UUID | None) -> date | None:
        """The first day that is no longer free of commission for a merchant; None when no month ever was."""
        since = self.admitted.get(merchant_id) if merchant_id else None
        return months_after(since, row.free_months) if since and row.free_months else None

    def rows_between(self, merchant_id: UUID | None, first: date, last: date) -> list[CommissionTerms]:
        """Every version that holds for a merchant on some day of a period, both ends included."""
        days = {first, last}
        for row in self.versions:
            begins = self.holds_from(row, merchant_id)
            if begins and first < begins < last:
                days.add(begins)
        found = [self.row_for(merchant_id, day) for day in sorted(days)]
        return [row for row in found if row is not None]

    def upcoming(self, merchant_id: UUID | None, after: date) -> list[CommissionTerms]:
        """The versions that a merchant (or with None, the town) has before it, the soonest first."""
        owners = {merchant_id} if self._has_own(merchant_id, after) else {merchant_id, None}
        ahead = [
            row
            for row in self.versions
            if row.merchant_id in owners and ((begins := self.holds_from(row, merchant_id)) is None or begins > after)
        ]
        return sorted(ahead, key=lambda row: (row.valid_from, row.pk))

    def _has_own(self, merchant_id: UUID | None, on: date) -> bool:
        """Whether only its own terms are before a merchant: it does not follow the town's, now or soon."""
        own = self.own_for(merchant_id, on) if merchant_id else None
        return own is not None and merchant_id is not None and not (own.follows_town or self.goes_back(merchant_id, on))

    def _latest(self, owner: UUID | None, merchant_id: UUID | None, on: date) -> CommissionTerms | None:
        for row in self.versions:
            if row.merchant_id == owner:
                begins = self.holds_from(row, merchant_id)
                if begins is not None and begins <= on:
                    return row
        return None


def free(terms: Terms) -> Terms:
    """The same terms, that ask for nothing."""
    return replace(terms, rate_bp=0, fixed_fee_cents=0, minimum_cents=0)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day when that month is too short."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
