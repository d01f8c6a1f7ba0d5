"""Which terms hold: of the versions, the notices and the admissions, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.commissions.book import Book, months_after
from billing.commissions.models import CommissionTerms, TermsNotice

ALICE = UUID("00000000-0000-4000-8000-0000000000aa")
BRUNO = UUID("00000000-0000-4000-8000-0000000000bb")
MONDAY = date(2026, 11, 2)
DAY = timedelta(days=1)


def terms(rate_bp: int, valid_from: date, *, merchant_id: UUID | None = None, **facts: Any) -> CommissionTerms:
    return CommissionTerms(
        merchant_id=merchant_id,
        rate_bp=rate_bp,
        price_basis="HT",
        base="TTC",
        vat_rate_bp=2000,
        beneficiary="company",
        valid_from=valid_from,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        **facts,
    )


def book(*rows: CommissionTerms, notices: list[TermsNotice] | None = None, **admitted: date) -> Book:
    return Book(
        versions=sorted(rows, key=lambda row: row.valid_from, reverse=True),
        notices={(notice.terms_id, notice.merchant_id): notice for notice in notices or []},
        admitted={ALICE: admitted["alice"]} if "alice" in admitted else {},
    )


def rates(found: Book, merchant: UUID | None, *days: date) -> list[int | None]:
    return [held.rate_bp if (held := found.terms_for(merchant, day)) else None for day in days]


def test_a_version_holds_until_the_next() -> None:
    found = book(terms(500, MONDAY), terms(700, MONDAY + 7 * DAY))
    assert rates(found, ALICE, MONDAY - DAY, MONDAY, MONDAY + 6 * DAY, MONDAY + 7 * DAY) == [None, 500, 500, 700]


def test_own_terms_win_over_a_later_default() -> None:
    found = book(terms(500, MONDAY), terms(300, MONDAY, merchant_id=ALICE), terms(900, MONDAY + DAY))
    assert rates(found, ALICE, MONDAY + DAY) == [300]
    assert rates(found, BRUNO, MONDAY + DAY) == [900]


def test_who_was_not_told_keeps_the_old_terms() -> None:
    new = terms(700, MONDAY + DAY)
    found = book(terms(500, MONDAY), new, notices=[TermsNotice(terms=new, merchant_id=ALICE)])
    assert rates(found, ALICE, MONDAY + DAY, MONDAY + 400 * DAY) == [500, 500]
    assert rates(found, BRUNO, MONDAY + DAY) == [700]


def test_who_was_told_late_keeps_the_old_terms_until_its_notice_is_over() -> None:
    new, late = terms(700, MONDAY + DAY), MONDAY + 20 * DAY
    notice = TermsNotice(terms=new, merchant_id=ALICE, effective_from=late)
    found = book(terms(500, MONDAY), new, notices=[notice])
    assert rates(found, ALICE, late - DAY, late) == [500, 700]


def test_a_later_version_is_not_undone_by_an_older_one_that_comes_late() -> None:
    dearer, cheaper = terms(700, MONDAY + DAY), terms(400, MONDAY + 2 * DAY)
    notice = TermsNotice(terms=dearer, merchant_id=ALICE, effective_from=MONDAY + 20 * DAY)
    found = book(terms(500, MONDAY), dearer, cheaper, notices=[notice])
    assert rates(found, ALICE, MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 20 * DAY) == [500, 400, 400]


def test_the_first_months_may_be_free() -> None:
    row = terms(500, MONDAY, free_months=3, fixed_fee_cents=30, minimum_cents=500)
    since = date(2026, 11, 30)
    found = book(row, alice=since)
    free = found.terms_for(ALICE, date(2027, 2, 27))
    assert free is not None
    assert (free.rate_bp, free.fixed_fee_cents, free.minimum_cents, free.vat_rate_bp) == (0, 0, 0, 2000)
    # 30 November and three months: February ends on the 28th.
    assert found.free_until(row, ALICE) == date(2027, 2, 28)
    assert rates(found, ALICE, date(2027, 2, 28)) == [500]
    assert found.terms_for(ALICE, date(2027, 2, 28)) == row.terms
    # Nobody knows since when Bruno is there: nothing is free.
    assert rates(found, BRUNO, MONDAY) == [500]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 10, 15), 3, date(2027, 1, 15)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_after(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_every_version_between_two_days() -> None:
    first, second, third = terms(500, MONDAY), terms(400, MONDAY + 3 * DAY), terms(600, MONDAY + 9 * DAY)
    found = book(first, second, third)
    assert found.rows_between(ALICE, MONDAY, MONDAY + 9 * DAY) == [first, second, third]
    assert found.rows_between(ALICE, MONDAY + DAY, MONDAY + 2 * DAY) == [first, first]
    assert found.rows_between(ALICE, MONDAY - 5 * DAY, MONDAY - DAY) == []


def test_what_is_to_come() -> None:
    now, soon, own = terms(500, MONDAY), terms(600, MONDAY + DAY), terms(300, MONDAY + 2 * DAY, merchant_id=BRUNO)
    found = book(now, soon, own)
    assert found.upcoming(ALICE, MONDAY) == [soon]
    assert found.upcoming(BRUNO, MONDAY) == [soon, own]
    # With terms of its own, what the town changes is no longer Bruno's concern.
    assert book(now, soon, terms(300, MONDAY, merchant_id=BRUNO)).upcoming(BRUNO, MONDAY) == []
