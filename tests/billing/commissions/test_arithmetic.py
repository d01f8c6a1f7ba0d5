"""The commission of a statement: properties here, the worked examples of docs/money.md in test_worked_examples."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.commissions.arithmetic import Sales, SegmentKind, commission_by_order, commission_of, exact_base
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
    fixed_fee_cents=st.integers(0, 500),
)
gross_strategy = st.dictionaries(
    st.sampled_from([0, 210, 550, 1000, 2000]), st.integers(-(10**9), 10**9), min_size=1, max_size=5
)
sales_strategy = st.lists(
    st.builds(Sales, terms=terms_strategy, gross_by_vat_rate=gross_strategy, fee_count=st.integers(-50, 50)),
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
    parts = commission_by_order(segment=segment, orders=[Sales(FIVE_PERCENT, order) for order in orders])
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
        fees = segment.terms.fixed_fee_cents * segment.fee_count
        assert price == round_fraction(segment.base * segment.terms.rate_bp / BASIS_POINTS) + fees
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
    undone = [
        Sales(part.terms, {rate: -gross for rate, gross in part.gross_by_vat_rate.items()}, -part.fee_count)
        for part in sales
    ]
    before, after = commission_of(sales), commission_of(undone)
    assert (after.ht_cents, after.vat_cents) == (-before.ht_cents, -before.vat_cents)


@given(terms_strategy, st.lists(st.tuples(gross_strategy, st.integers(-1, 1)), min_size=1, max_size=20))
def test_orders_show_parts_that_add_up_to_their_segment(terms: Terms, orders: list[tuple[dict[int, int], int]]) -> None:
    one_by_one = [Sales(terms, gross, fees) for gross, fees in orders]
    (segment,) = commission_of([together(one_by_one)]).segments
    parts = commission_by_order(segment=segment, orders=one_by_one)
    assert sum(parts) == (segment.ttc_cents if terms.price_basis is Basis.TTC else segment.ht_cents)


def together(sales: list[Sales]) -> Sales:
    """Sales under the same terms, as one."""
    gross: dict[int, int] = {}
    for part in sales:
        for rate, cents in part.gross_by_vat_rate.items():
            gross[rate] = gross.get(rate, 0) + cents
    return Sales(sales[0].terms, gross, sum(part.fee_count for part in sales))


minimum_strategy = st.builds(replace, terms_strategy, minimum_cents=st.integers(0, 100_000))
sold_strategy = st.dictionaries(st.sampled_from([0, 550, 2000]), st.integers(0, 10**7), min_size=1)


@given(minimum_strategy, sold_strategy, st.integers(0, 50))
def test_a_statement_with_sales_has_at_least_its_minimum(terms: Terms, sold: dict[int, int], orders: int) -> None:
    commission = commission_of([Sales(terms, sold, orders)])
    of_sales, *made_up = commission.segments
    if sum(sold.values()) == 0:
        assert made_up == []
    else:
        assert commission.ht_cents == max(of_sales.ht_cents, terms.minimum_cents)
    for one in made_up:
        assert (one.kind, one.gross_cents, one.fee_count) == (SegmentKind.MINIMUM, 0, 0)
        assert one.terms.beneficiary is terms.beneficiary


@given(minimum_strategy, sold_strategy, sold_strategy, st.integers(0, 50))
def test_who_sells_more_never_pays_less(terms: Terms, sold: dict[int, int], more: dict[int, int], orders: int) -> None:
    before = commission_of([Sales(terms, sold, orders)])
    after = commission_of([together([Sales(terms, sold, orders), Sales(terms, more, 1)])])
    assert after.ht_cents >= before.ht_cents
    # The VAT inside a commission and the VAT added to what the minimum lacks are two roundings.
    assert after.ttc_cents >= before.ttc_cents - 1


@given(minimum_strategy, sold_strategy, st.integers(0, 50))
def test_terms_that_ask_for_more_never_give_less(terms: Terms, sold: dict[int, int], orders: int) -> None:
    before = commission_of([Sales(terms, sold, orders)])
    for dearer in (
        replace(terms, rate_bp=terms.rate_bp + 100),
        replace(terms, fixed_fee_cents=terms.fixed_fee_cents + 10),
        replace(terms, minimum_cents=terms.minimum_cents + 100),
    ):
        after = commission_of([Sales(dearer, sold, orders)])
        assert after.ht_cents >= before.ht_cents
        assert after.ttc_cents >= before.ttc_cents - 1


def test_the_lowest_minimum_of_a_week_holds() -> None:
    before, after = replace(FIVE_PERCENT, minimum_cents=200), replace(FIVE_PERCENT, rate_bp=600, minimum_cents=500)
    commission = commission_of([Sales(before, {2000: 1000}), Sales(after, {2000: 1000})])
    assert commission.ht_cents == 200
    # A free first month makes the whole week free of the minimum.
    free = replace(FIVE_PERCENT, rate_bp=0)
    assert commission_of([Sales(free, {2000: 1000}), Sales(after, {2000: 1000})]).ht_cents == 60


def test_a_refund_of_older_sales_does_not_lower_the_minimum() -> None:
    older, now = replace(FIVE_PERCENT, rate_bp=400), replace(FIVE_PERCENT, minimum_cents=500)
    commission = commission_of([Sales(older, {2000: -1000}, 0), Sales(now, {2000: 3000})])
    assert commission.ht_cents == 500


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.integers(0, 10_000))
def test_rounding_once_is_never_further_than_a_half_cent_from_the_truth(grosses: list[int], rate: int) -> None:
    terms = Terms(rate, Basis.HT, Basis.TTC, 2000)
    commission = commission_of([Sales(terms, {2000: sum(grosses)})])
    assert commission.ht_cents == round_half_up(sum(grosses) * rate, BASIS_POINTS)
    assert abs(Fraction(sum(grosses) * rate, BASIS_POINTS) - commission.ht_cents) <= Fraction(1, 2)
