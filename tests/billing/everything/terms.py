"""What the town hall and the merchants agree on: rates that change on a day, for everybody or for one merchant."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.commissions.models import CommissionTerms
from billing.commissions.notice import first_day_after_notice
from billing.commissions.services import Agreement, AlreadyInForceError, earliest_day, set_terms, withdraw_terms
from billing.commissions.terms import Basis, Terms
from billing.settlements.calendar import day_in
from conciergeries.merchants.presence import presences_here
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.books import VAT_BP, TermsBook
from tests.billing.everything.customers import TOWNS

ONE_DAY = timedelta(days=1)
RATES = st.sampled_from([0, 300, 500, 800, 1234])
# The town's, or those of one of its merchants.
WHOSE = st.sampled_from([None, None, 0, 1, 2])


class Rates(Base):
    """Terms that are set, told and withdrawn."""

    @rule(
        town=TOWNS,
        whose=WHOSE,
        rate=RATES,
        today=st.booleans(),
        agreed=st.booleans(),
        told=st.sampled_from([True, True, False]),
    )
    def terms_are_set(self, town: int, whose: int | None, rate: int, *, today: bool, agreed: bool, told: bool) -> None:
        """From today, where the law allows it, or after the days of notice; the letters leave at once, or later."""
        place = self.place(town)
        with self.at(town), suppress(*REFUSALS):
            now, here = self.world.now, day_in(place.town, self.world.now)
            owner = None if whose is None else place.merchants[whose].pk
            first = here if today else earliest_day(town=place.town, now=now)
            concerned = self._concerned(town, owner, here)
            agreement = Agreement(by="Alice", on=here) if agreed and owner is not None else None
            at_once = agreement is not None or self._costs_nobody_more(town, concerned, rate, here, first)
            row = set_terms(
                town=place.town,
                merchant_id=owner,
                terms=Terms(rate, Basis.HT, Basis.TTC, VAT_BP),
                valid_from=first,
                agreement=agreement,
                actor=None,
                now=now,
            )
            assert at_once or first >= earliest_day(town=place.town, now=now)
            told_from: dict[UUID, date | None] = dict.fromkeys(concerned, first if at_once else None)
            self.book(town).terms.append(TermsBook(row.pk, owner, rate, first, told_from))
            if told:
                self._post(town)

    @rule(town=TOWNS)
    def the_letters_leave(self, town: int) -> None:
        with self.at(town):
            self._post(town)

    @rule(town=TOWNS)
    def terms_are_withdrawn(self, town: int) -> None:
        """The last that were set, if they do not hold yet."""
        with self.at(town), suppress(*REFUSALS, AlreadyInForceError):
            for row in CommissionTerms.objects.filter(withdrawn_on=None).order_by("-created_at", "pk")[:1]:
                withdraw_terms(terms_id=row.pk, town=self.place(town).town, actor=None, now=self.world.now)
                book = self.book(town)
                book.terms = [each for each in book.terms if each.key != row.pk]

    def _post(self, town: int) -> None:
        """The letters of the town that are about terms leave: fifteen days later what they say may hold."""
        place = self.place(town)
        self.world.post_letters("terms_set")
        told_on = day_in(place.town, self.world.now)
        earliest = first_day_after_notice(told_on, territory=place.town.territory)
        for terms in self.book(town).terms:
            for merchant, begins in terms.told_from.items():
                terms.told_from[merchant] = begins or max(terms.valid_from, earliest)

    def _concerned(self, town: int, owner: UUID | None, here: date) -> list[UUID]:
        """The one merchant, or those of the town that have no terms of their own today."""
        book = self.book(town)
        present = set(presences_here().filter(left_at=None).values_list("merchant_id", flat=True))
        if owner is not None:
            return [owner] if owner in present else []
        return [each for each in present if not book.has_own_terms(each, here)]

    def _costs_nobody_more(self, town: int, concerned: list[UUID], rate: int, here: date, first: date) -> bool:
        days = [here + ONE_DAY * number for number in range((first - here).days + 1)]
        return all(rate <= self.book(town).rate_on(each, day) for each in concerned for day in days)
