"""What is owed, to the cent, for every town on one page; and each statement to print."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from uuid import UUID

import pytest
from django.test import Client

from billing.settlements.models import Sale, Statement
from billing.settlements.services import settle
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of


def _settle(stall: Stall, merchant_id: UUID, *amounts: int) -> Statement:
    with in_town(stall.town):
        for cents in amounts:
            sell(merchant=merchant_id, cents=cents)
        statements = settle(town=stall.town, period_end=SUNDAY, now=MONDAY)
        return next(statement for statement in statements if statement.merchant_id == merchant_id)


@pytest.fixture
def statements(fair: Fair) -> tuple[Statement, Statement, Statement]:
    """Amandine's in Istres and in Viroflay, Chloé's in Istres."""
    with in_town(fair.istres.town):
        sell(merchant=fair.chloe.pk, cents=1111)
    mine = _settle(fair.istres, fair.amandine.pk, 6000, 2000)
    with in_town(fair.istres.town):
        theirs = Statement.objects.get(merchant_id=fair.chloe.pk)
    return mine, _settle(fair.viroflay, fair.amandine.pk, 3000), theirs


def _url(slug: str, statement: Statement) -> str:
    return f"/portail/{slug}/bordereaux/{statement.number}/"


def test_the_statements_of_every_town_are_on_one_page_and_nobody_elses(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    istres, viroflay, theirs = statements
    page = client_of(fair.amandine).get("/portail/bordereaux/").content.decode()
    assert istres.number in page
    assert viroflay.number in page
    assert theirs.number not in page
    for said in ("80,00\u00a0€", "4,80\u00a0€", "75,20\u00a0€", "du 16 au 22\u00a0novembre 2026"):
        assert said in page, said
    assert "INVALID[" not in page


def test_each_year_has_its_page_and_the_latest_is_first(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    istres, viroflay, _theirs = statements
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=700, at=datetime(2027, 1, 5, 17, tzinfo=UTC))
        settle(town=fair.istres.town, period_end=date(2027, 1, 10), now=datetime(2027, 1, 11, 8, tzinfo=UTC))
        latest = Statement.objects.get(merchant_id=fair.amandine.pk, period_end=date(2027, 1, 10))
    client = client_of(fair.amandine)
    page = client.get("/portail/bordereaux/").content.decode()
    assert latest.number in page
    assert istres.number not in page
    page = client.get("/portail/bordereaux/?annee=2026").content.decode()
    assert latest.number not in page
    assert istres.number in page
    assert viroflay.number in page
    for nonsense in ("1999", "deux mille", "\x00", "9" * 400):
        assert latest.number in client.get("/portail/bordereaux/", {"annee": nonsense}).content.decode()


def test_a_sale_noted_late_says_why_it_is_on_this_statement(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=700)
        settle(town=fair.istres.town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
        late = Statement.objects.get(merchant_id=fair.amandine.pk, period_end=NEXT_SUNDAY)
    client = client_of(fair.amandine)
    said = "notée après coup, compte le 23\u00a0novembre 2026"
    assert said in client.get(_url("istres", late)).content.decode()
    assert said not in client.get(_url("istres", statements[0])).content.decode()


def test_a_statement_shows_sales_commission_vat_and_net(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    page = client_of(fair.amandine).get(_url("istres", statements[0])).content.decode()
    # 5 % of 80.00 € is 4.00 € HT, 0.80 € of VAT, 75.20 € net.
    for said in (
        "60,00\u00a0€",
        "20,00\u00a0€",
        "80,00\u00a0€",
        "4,00\u00a0€",
        "0,80\u00a0€",
        "75,20\u00a0€",
        "5\u00a0%",
    ):
        assert said in page, said
    for said in (fair.amandine.siret, statements[0].hash, "Versement en attente", statements[0].issuer_name):
        assert said in page, said
    assert "data-print" in page
    assert "INVALID[" not in page


def test_a_long_statement_has_pages(
    fair: Fair, statements: tuple[Statement, Statement, Statement], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conciergeries.portal.views.statements.SALES_PER_PAGE", 1)
    client, url = client_of(fair.amandine), _url("istres", statements[0])
    first, second = (client.get(f"{url}?page={page}").content.decode() for page in (1, 2))
    with in_town(fair.istres.town):
        numbers = list(Sale.objects.filter(merchant_id=fair.amandine.pk).values_list("order_number", flat=True))
    assert [sum(number in page for number in numbers) for page in (first, second)] == [1, 1]
    assert {number for number in numbers if number in first} != {number for number in numbers if number in second}
    assert "?page=2" in first


def test_a_statement_of_another_merchant_or_town_is_not_there(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    istres, viroflay, theirs = statements
    client = client_of(fair.amandine)
    for path in (
        _url("istres", theirs),
        _url("istres", viroflay),
        _url("viroflay", istres),
        "/portail/istres/bordereaux/x/",
    ):
        assert client.get(path).status_code == HTTPStatus.NOT_FOUND, path
    assert client_of(fair.chloe).get(_url("istres", istres)).status_code == HTTPStatus.NOT_FOUND
    assert Client(HTTP_HOST="localhost").get(_url("istres", istres)).status_code == HTTPStatus.FOUND


def test_a_person_of_two_merchants_sees_which_is_whose(
    fair: Fair, statements: tuple[Statement, Statement, Statement]
) -> None:
    client = client_of(fair.amandine, fair.chloe)
    page = client.get("/portail/bordereaux/").content.decode()
    assert "Istres · Fromagerie Amandine" in page
    assert "Istres · Chez Chloé" in page
    assert client.get(_url("istres", statements[2])).status_code == HTTPStatus.OK


def test_what_is_not_settled_yet_is_said(fair: Fair) -> None:
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=4242, at=datetime(2026, 11, 24, 17, tzinfo=UTC))
    page = client_of(fair.amandine).get("/portail/bordereaux/").content.decode()
    assert "42,42\u00a0€" in page
    assert "Pas encore de bordereau à Istres" in page
    assert date(2026, 11, 22) == SUNDAY
