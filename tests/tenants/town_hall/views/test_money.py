"""The town's money on its pages: today, sales of a period, files; of this town only."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from billing.ledger.fec import ENCODING
from billing.settlements.services import settle
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.ledger.fec_checker import problems
from tests.billing.settlements.selling import NEXT_MONDAY
from tests.tenants.sold import Sold, sell_in_both
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

TODAY = "/mairie/argent/"
SALES = "/mairie/argent/ventes/"
FILES = "/mairie/argent/fichiers/"


@pytest.fixture
def sold(istres: Any, viroflay: Any) -> Sold:
    return sell_in_both(istres=istres, viroflay=viroflay)


def file_of(hall: Client, name: str, **query: Any) -> tuple[str, bytes]:
    answer = hall.get(f"{FILES}{name}/", query)
    assert answer.status_code == 200
    return answer["Content-Disposition"], b"".join(answer)


@pytest.mark.parametrize("page", [TODAY, SALES, FILES])
def test_each_page_leads_to_the_others(hall: Client, page: str) -> None:
    found = hall.get(page).content.decode()
    for other in (TODAY, SALES, FILES):
        assert f'href="{other}"' in found


def test_nothing_sold_nothing_owed(hall: Client) -> None:
    assert "Rien n’est dû aujourd’hui" in text_of(hall.get(TODAY))
    assert "Rien n’a été remis" in text_of(hall.get(SALES))


def test_what_is_owed_to_whom(hall: Client, sold: Sold) -> None:
    page = text_of(hall.get(TODAY))
    assert "Dû aux commerçants 81,50 €" in page
    assert "Mistral 43,00 € 0,00 € 0,00 € 43,00 €" in page
    # Viroflay's tailor has the same name and sold for 64.50 €.
    assert "64,50" not in page
    settle(town=sold.istres, period_end=date(2026, 11, 29), now=NEXT_MONDAY)
    assert "Mistral 0,00 € 0,00 € 40,42 € 40,42 €" in text_of(hall.get(TODAY))


def test_a_merchant_is_found_by_its_name(hall: Client, sold: Sold) -> None:
    page = text_of(hall.get(TODAY, {"q": "MISTRAL"}))
    assert "Mistral 43,00 €" in page
    assert "Alpilles" not in page
    assert "Aucun commerçant de ce nom" in text_of(hall.get(TODAY, {"q": "<script>"}))


def test_sales_of_the_month(hall: Client, sold: Sold) -> None:
    page = text_of(hall.get(SALES))
    assert "Du 1er au 30 novembre 2026" in page
    assert "Mardi 24 novembre 60,00 €" in page
    assert "Mercredi 25 novembre 21,50 €" in page
    assert "Atelier Mistral 2 43,00 €" in page
    assert "20 % 47,92 € 9,58 € 57,50 €" in page
    assert "Carte bancaire, en ligne 1 paiement 60,00 € 0,00 € 60,00 €" in page


def test_a_long_period_is_by_month(hall: Client, sold: Sold) -> None:
    page = text_of(hall.get(SALES, {"du": "2026-01-01", "au": "2026-12-31"}))
    assert "Novembre 2026 81,50 €" in page
    assert "Mardi 24 novembre" not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"du": "2026-02-30"}, "Écrivez une date"),
        ({"du": "2026-12-01", "au": "2026-11-01"}, "Le dernier jour est avant le premier."),
        ({"du": "2020-01-01", "au": "2026-11-01"}, "Choisissez une année au plus."),
        ({"du": "0001-01-01", "au": "9999-12-31"}, "Vérifiez l’année."),
        ({"du": "9999-12-01", "au": "9999-12-31"}, "Vérifiez l’année."),
    ],
)
def test_days_that_are_no_period_are_refused(hall: Client, query: dict[str, str], said: str) -> None:
    assert said in text_of(hall.get(SALES, query), 422)
    assert said in text_of(hall.get(f"{FILES}ecritures/", query), 422)


def test_the_entries_are_downloaded_and_it_is_noted(hall: Client, sold: Sold) -> None:
    name, content = file_of(hall, "ecritures")
    assert "732829320FEC20261130-istres.txt" in name
    assert problems(content) == []
    assert "43,00" not in content.decode(ENCODING).split("\r\n")[0]
    assert [event.details for event in AuditEvent.objects.filter(action="report.downloaded")] == [
        {"file": "732829320FEC20261130-istres.txt"}
    ]
    assert "a téléchargé un état 732829320FEC20261130-istres.txt" in text_of(hall.get("/mairie/journal/"))
    with in_town(sold.viroflay):
        assert not AuditEvent.objects.filter(action="report.downloaded").exists()


def test_totals_and_sellers_are_of_this_town(hall: Client, sold: Sold) -> None:
    name, content = file_of(hall, "ventes-par-jour")
    assert "ventes-par-jour-istres-2026-11-01-2026-11-30.csv" in name
    assert (b"21,50" in content, b"64,50" in content) == (True, False)
    name, content = file_of(hall, "vendeurs", annee="2026")
    assert "vendeurs-istres-2026.csv" in name
    assert content.count(b"\r\n") == 4


@pytest.mark.parametrize("year", ["2027", "1999", "deux mille", "99999999999999999999"])
def test_a_year_that_is_none_is_refused(hall: Client, year: str) -> None:
    assert text_of(hall.get(f"{FILES}vendeurs/", {"annee": year}), 422)
