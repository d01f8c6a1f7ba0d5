"""The worked examples of docs/money.md, read from the page itself."""

import re
from dataclasses import replace
from datetime import date

import pytest

from billing.commissions.arithmetic import Sales, SegmentKind, commission_of
from billing.commissions.notice import first_day_after_notice
from billing.commissions.terms import Basis, Terms
from shared.money import share
from tests.billing.worked import cents, rate_bp, table

EXAMPLES = table(heading="Commission", first_column="Sales").records()
FEES = table(heading="A fixed fee and a minimum", first_column="Sold").records()
SEGMENTS = table(heading="A rate that changed", first_column="Sold").records()
WITHOUT_VAT = table(heading="A commission on sales without VAT", first_column="Sold TTC").records()
NOTICES = table(heading="Versions, and the notice", first_column="Told").records()
VOUCHER = table(heading="One amount over several merchants", first_column="Merchant").records()


def terms(text: str) -> Terms:
    """`5 % HT of TTC` as the page writes terms: a rate, what it gives, what it is taken of."""
    found = re.fullmatch(r"([\d.]+ %) (HT|TTC) of (HT|TTC)", text.replace("\u00a0", " "))
    if found is None:
        raise ValueError(text)
    return Terms(rate_bp(found[1]), Basis(found[2]), Basis(found[3]), 2000)


def sold(text: str) -> int:
    """`60.00 €` or `100 × 0.99 €`, in cents."""
    times, _, each = text.rpartition("×")
    return int(times or "1") * cents(each)


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: f"{row['Sales']} {row['Terms']}")
def test_the_table_of_commissions(row: dict[str, str]) -> None:
    commission = commission_of([Sales(terms(row["Terms"]), {2000: sold(row["Sales"])})])
    assert (commission.ht_cents, commission.vat_cents, commission.ttc_cents) == (
        cents(row["Commission HT"]),
        cents(row["VAT 20 %"]),
        cents(row["TTC"]),
    )


@pytest.mark.parametrize("row", FEES, ids=lambda row: " ".join(list(row.values())[:5]))
def test_the_table_of_fees_and_minimums(row: dict[str, str]) -> None:
    agreed = replace(terms(row["Terms"]), fixed_fee_cents=cents(row["Fee"]), minimum_cents=cents(row["Minimum"]))
    orders = int(row["Orders"].replace("−", "-"))
    commission = commission_of([Sales(agreed, {2000: cents(row["Sold"])}, orders)])
    of_sales, *made_up = commission.segments
    assert of_sales.ht_cents == cents(row["Commission HT"])
    assert [(one.kind, one.ht_cents) for one in made_up] == (
        [(SegmentKind.MINIMUM, cents(row["Made up HT"]))] if cents(row["Made up HT"]) else []
    )
    assert (commission.vat_cents, commission.ttc_cents) == (cents(row["VAT 20 %"]), cents(row["TTC"]))


def test_a_rate_that_changed_makes_two_segments_and_one_vat() -> None:
    *parts, total = SEGMENTS
    commission = commission_of([Sales(terms(row["Terms"]), {2000: cents(row["Sold"])}) for row in parts])
    assert [(segment.ht_cents, segment.vat_cents) for segment in commission.segments] == [
        (cents(row["Commission HT"]), cents(row["VAT 20 %"])) for row in parts
    ]
    assert (commission.ht_cents, commission.vat_cents, commission.ttc_cents) == (
        cents(total["Commission HT"]),
        cents(total["VAT 20 %"]),
        cents(total["TTC"]),
    )


@pytest.mark.parametrize("row", WITHOUT_VAT, ids=lambda row: row["Sold TTC"])
def test_the_table_of_commissions_on_sales_without_vat(row: dict[str, str]) -> None:
    sales = {rate_bp(part.split(" at ")[1]): cents(part.split(" at ")[0]) for part in row["Sold TTC"].split(" + ")}
    (segment,) = commission_of([Sales(Terms(500, Basis.HT, Basis.HT, 2000), sales)]).segments
    assert (segment.base_cents, segment.ht_cents, segment.vat_cents) == (
        cents(row["Base shown"]),
        cents(row["Commission HT"]),
        cents(row["VAT 20 %"]),
    )


def test_a_voucher_over_three_merchants() -> None:
    *parts, total = VOUCHER
    amounts = share(cents(total["Part of the voucher"]), [cents(row["Goods"]) for row in parts])
    assert amounts == [cents(row["Part of the voucher"]) for row in parts]


@pytest.mark.parametrize("row", NOTICES, ids=lambda row: f"{row['Told']} {row['Set for']}")
def test_the_table_of_notices(row: dict[str, str]) -> None:
    told, wanted, holds = (date.fromisoformat(row[name]) for name in ("Told", "Set for", "Holds from"))
    assert max(wanted, first_day_after_notice(told, territory="")) == holds
