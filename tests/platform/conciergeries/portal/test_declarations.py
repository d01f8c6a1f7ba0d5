"""What a merchant copies into its own declarations, and what is reported of it: its own sales only."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from django.test import Client

from conciergeries.merchants.models import MerchantPresence
from shared.tenancy import in_public
from tests.conftest import TUESDAY
from tests.factories import make_merchant
from tests.platform.conciergeries.portal.conftest import client_of
from tests.tenants.sold import Sold, sell_in_both

PAGE = "/portail/declarations/"
DECEMBER = datetime(2026, 12, 2, 8, tzinfo=UTC)


@pytest.fixture
def sold(istres: object, viroflay: object) -> Sold:
    found = sell_in_both(istres=istres, viroflay=viroflay)
    with in_public():
        MerchantPresence.objects.get_or_create(
            merchant=found.market.shirt.shop.merchant, town=found.istres, defaults={"since": TUESDAY}
        )
    return found


@pytest.fixture
def mistral(sold: Sold) -> Client:
    """The browser of the tailor of Istres."""
    return client_of(sold.market.shirt.shop.merchant)


def _totals(sold: Sold, days: str = "du=2026-11-01&au=2026-11-30") -> str:
    return f"/portail/istres/ventes-par-jour/{sold.market.shirt.shop.merchant_id}/?{days}"


def test_the_sales_of_each_day_are_a_file_of_ones_own(sold: Sold, mistral: Client) -> None:
    answer = mistral.get(_totals(sold))
    assert answer["Content-Disposition"] == 'attachment; filename="ventes-par-jour-istres-2026-11-01-2026-11-30.csv"'
    rows = answer.content.decode("utf-8-sig").strip().split("\r\n")
    assert [row.split(";")[0] for row in rows[1:]] == ["2026-11-24", "2026-11-25"]
    assert {row.split(";")[2] for row in rows[1:]} == {"Mistral"}
    assert sum(int(row.split(";")[-1].replace(",", "")) for row in rows[1:]) == 4300


def test_another_merchants_or_towns_are_not_there(sold: Sold, mistral: Client) -> None:
    cheese = sold.market.cheese.shop.merchant_id
    for path in (
        f"/portail/istres/ventes-par-jour/{cheese}/",
        _totals(sold).replace("/istres/", "/viroflay/"),
        _totals(sold).replace("/istres/", "/nulle-part/"),
    ):
        assert mistral.get(path).status_code == HTTPStatus.NOT_FOUND, path
    chloe = client_of(make_merchant(name="Chez Chloé"))
    assert chloe.get(_totals(sold)).status_code == HTTPStatus.NOT_FOUND
    assert "Il vous faut d’abord une vitrine" in chloe.get(PAGE).content.decode()
    assert Client(HTTP_HOST="localhost").get(PAGE).status_code == HTTPStatus.FOUND


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("du=2026-12-01&au=2026-11-01", "Le dernier jour est avant le premier."),
        ("du=hier", "Écrivez une date"),
        ("annee=2030", "Cette année n’a pas commencé."),
        ("annee=deux", "Écrivez une année, comme 2026."),
    ],
)
def test_what_makes_no_sense_is_said(sold: Sold, mistral: Client, asked: str, said: str) -> None:
    answer = mistral.get(f"{PAGE}?{asked}")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    if asked.startswith("du"):
        assert mistral.get(_totals(sold, asked)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_year_is_shown_by_quarter_and_says_whether_it_is_reported(sold: Sold, mistral: Client) -> None:
    page = mistral.get(PAGE).content.decode()
    assert "INVALID[" not in page
    # The tailor works on others' things: reported from the first euro.
    for said in ("T4 2026", "43,00\u00a0€", sold.istres.operating_company.name):
        assert said in page, said
    assert "Aucune vente en 2025" in mistral.get(f"{PAGE}?annee=2025").content.decode()
