"""The commission of a statement: properties here, the worked examples of docs/money.md in test_worked_examples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.commissions.arithmetic import Sales, commission_by_order, commission_of, exact_base
from billing.commissions.terms import Basis, Beneficiary, Terms
from shared.money import BASIS_POINTS, round_fraction, round_half_up, vat_of_ht, vat_of_ttc

FIVE_PERCENT = Terms(500, Basis.HT, Basis.TTC, 2000)

terms_strategy = st.builds(
    Terms,
    rate_bp=st.integers(0, 10_000),
    price_basis=st.sampled_from(Basis),
    base=st.sampled_from(Basis),
    vat_rate_bp=st.sampled_from([0, 210, 550, 850, 1000, 2000]),
    beneficiary=st.sampled_from(Beneficiary),
)
gross_strategy = st.dictionaries(
    st.sampled_from([0, 210, 550, 1000, 2000]), st.integers(-(10**9), 10**9), min_size=1, max_size=5
)
sales_strategy = st.lists(
    st.builds(Sales, terms=terms_strategy, gross_by_vat_rate=gross_strategy),
    max_size=6,
    unique_by=lambda part: part.terms,
)


def test_no_sales_no_commission() -> None:
    commission = commission_of([])
    assert (commission.ht_cents, commission.vat_cents, commission.ttc_cents, commission.segments) == (0, 0, 0, ())


def test_a_hundred_small_orders_are_rounded_once_and_shown_to_the_cent() -> None:
    orders = [{2000: 99} for _ in range(100)]
    (segment,) = commission_of([Sales(FIVE_PERCENT, {2000: 9900})]).segments
    assert (segment.ht_cents, segment.vat_cents) == (495, 99)
    parts = commission_by_order(segment=segment, orders=orders)
    assert sum(parts) == 495
    # 4.95 cents each: 95 orders show 5 cents, the last five show 4.
    assert parts == [5] * 95 + [4] * 5


def test_vat_is_of_the_total_of_a_rate_not_of_each_segment() -> None:
    other = Terms(700, Basis.HT, Basis.TTC, 2000)
    commission = commission_of([Sales(FIVE_PERCENT, {2000: 60}), Sales(other, {2000: 43})])
    # 3 + 3 cents HT: each segment alone would round 0.6 up to 1 cent of VAT; the total carries 1.2, so 1.
    assert [segment.ht_cents for segment in commission.segments] == [3, 3]
    assert commission.vat_cents == 1
    assert [segment.vat_cents for segment in commission.segments] == [1, 0]


def test_the_same_terms_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="one segment"):
        commission_of([Sales(FIVE_PERCENT, {2000: 1}), Sales(FIVE_PERCENT, {2000: 2})])


def test_a_base_without_vat_is_exact() -> None:
    # 2 × 5.00 € at 20 %: 4.1666… € each, 8.3333… € together; never 4.17 × 2 = 8.34.
    assert exact_base(gross_by_vat_rate={2000: 1000}, base=Basis.HT) == Fraction(2500, 3)
    assert exact_base(gross_by_vat_rate={2000: 600, 0: 100}, base=Basis.HT) == 600
    assert exact_base(gross_by_vat_rate={2000: 600, 0: 100}, base=Basis.TTC) == 700


@given(sales_strategy)
def test_one_rounding_per_segment_and_the_parts_add_up(sales: list[Sales]) -> None:
    commission = commission_of(sales)
    assert commission.ttc_cents == commission.ht_cents + commission.vat_cents
    assert sum(segment.gross_cents for segment in commission.segments) == sum(part.gross_cents for part in sales)
    for segment in commission.segments:
        price = segment.ttc_cents if segment.terms.price_basis is Basis.TTC else segment.ht_cents
        assert price == round_fraction(segment.base * segment.terms.rate_bp / BASIS_POINTS)
    for rate in {part.terms.vat_rate_bp for part in sales}:
        for basis, vat_of in ((Basis.HT, vat_of_ht), (Basis.TTC, vat_of_ttc)):
            group = [
                segment
                for segment in commission.segments
                if segment.terms.vat_rate_bp == rate and segment.terms.price_basis is basis
            ]
            price = sum(segment.ttc_cents if basis is Basis.TTC else segment.ht_cents for segment in group)
            assert sum(segment.vat_cents for segment in group) == vat_of(price, rate)


@given(sales_strategy)
def test_the_order_of_sales_does_not_matter(sales: list[Sales]) -> None:
    assert commission_of(sales) == commission_of(list(reversed(sales)))


@given(sales_strategy)
def test_undoing_every_sale_undoes_the_commission(sales: list[Sales]) -> None:
    undone = [Sales(part.terms, {rate: -gross for rate, gross in part.gross_by_vat_rate.items()}) for part in sales]
    before, after = commission_of(sales), commission_of(undone)
    assert (after.ht_cents, after.vat_cents) == (-before.ht_cents, -before.vat_cents)


@given(terms_strategy, st.lists(gross_strategy, min_size=1, max_size=20))
def test_orders_show_parts_that_add_up_to_their_segment(terms: Terms, orders: list[dict[int, int]]) -> None:
    together: dict[int, int] = {}
    for order in orders:
        for rate, gross in order.items():
            together[rate] = together.get(rate, 0) + gross
    (segment,) = commission_of([Sales(terms, together)]).segments
    parts = commission_by_order(segment=segment, orders=orders)
    assert sum(parts) == (segment.ttc_cents if terms.price_basis is Basis.TTC else segment.ht_cents)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.integers(0, 10_000))
def test_rounding_once_is_never_further_than_a_half_cent_from_the_truth(grosses: list[int], rate: int) -> None:
    terms = Terms(rate, Basis.HT, Basis.TTC, 2000)
    commission = commission_of([Sales(terms, {2000: sum(grosses)})])
    assert commission.ht_cents == round_half_up(sum(grosses) * rate, BASIS_POINTS)
    assert abs(Fraction(sum(grosses) * rate, BASIS_POINTS) - commission.ht_cents) <= Fraction(1, 2)
