"""One series per issuer, town, kind and year, and what their numbers look like."""

from datetime import date

import pytest
from django.db import transaction

from billing.numbering.models import Counter
from billing.numbering.series import Kind, lock_counter, series_of, take_number
from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import in_town

IN_2026, IN_2027 = date(2026, 12, 31), date(2027, 1, 1)


def _take(town: Town, kind: Kind, on: date = IN_2026) -> str:
    with transaction.atomic():
        return take_number(counter=lock_counter(town=town, kind=kind, on=on))


def test_each_kind_and_each_year_has_its_own_series(in_istres: Town) -> None:
    taken = [_take(in_istres, kind, on) for on in (IN_2026, IN_2027) for kind in (*Kind, Kind.INVOICE)]
    assert taken == [
        "ISTRES-2026-00001",
        "FA-ISTRES-2026-00001",
        "AV-ISTRES-2026-00001",
        "FA-ISTRES-2026-00002",
        "ISTRES-2027-00001",
        "FA-ISTRES-2027-00001",
        "AV-ISTRES-2027-00001",
        "FA-ISTRES-2027-00002",
    ]


def test_two_towns_count_apart(in_istres: Town, viroflay: Town) -> None:
    _take(in_istres, Kind.INVOICE)
    with in_town(viroflay):
        assert _take(viroflay, Kind.INVOICE) == "FA-VIROFLAY-2026-00001"
        assert Counter.objects.count() == 1


def test_a_company_that_takes_over_begins_its_own_series(in_istres: Town) -> None:
    assert [_take(in_istres, Kind.INVOICE) for _ in range(2)][-1] == "FA-ISTRES-2026-00002"
    in_istres.operating_company = OperatingCompany(siren="303265045")
    assert _take(in_istres, Kind.INVOICE) == "FA-ISTRES-2026-00001"


def test_what_is_rolled_back_leaves_no_gap(in_istres: Town) -> None:
    with transaction.atomic():
        take_number(counter=lock_counter(town=in_istres, kind=Kind.STATEMENT, on=IN_2026))
        transaction.set_rollback(True)
    assert _take(in_istres, Kind.STATEMENT) == "ISTRES-2026-00001"


@pytest.mark.parametrize(
    ("slug", "series"),
    [
        ("istres", "FA-ISTRES-2026"),
        ("saint-etienne-du-bois", "FA-85210-2026"),
        ("saint-remy-en-bouzemont-saint-genest-et-isson", "FA-85210-2026"),
    ],
)
def test_a_number_fits_an_invoice_whatever_the_name(slug: str, series: str) -> None:
    town = Town(slug=slug, insee="85210")
    assert series_of(town=town, kind=Kind.INVOICE, on=IN_2026) == series
    # BR-FR-01: 35 characters, also in a year of more than 99,999 invoices.
    assert len(series) + len("-999999") <= 35
