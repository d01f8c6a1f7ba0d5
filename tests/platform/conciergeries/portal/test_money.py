"""My money: what is owed now in every town, why, and when it is paid."""

from datetime import UTC, datetime
from http import HTTPStatus

from django.test import Client

from billing.settlements.drafts import SIRET_MISSING
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.platform.conciergeries.portal.conftest import Fair, client_of

PAGE = "/portail/argent/"
THIS_WEEK = datetime(2026, 11, 24, 7, tzinfo=UTC)


def _page(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == HTTPStatus.OK
    page = response.content.decode()
    assert "INVALID[" not in page
    return page


def test_each_town_says_what_is_owed_why_and_when(fair: Fair) -> None:
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=8000, at=THIS_WEEK)
        sell(merchant=fair.chloe.pk, cents=3333, at=THIS_WEEK)
    with in_town(fair.viroflay.town):
        sell(merchant=fair.amandine.pk, cents=1000, at=THIS_WEEK)
    page = _page(client_of(fair.amandine))
    for said in (
        "80,00\u00a0€",
        "−4,00\u00a0€",
        "−0,80\u00a0€",
        "75,20\u00a0€",
        "9,40\u00a0€",
        # Both towns together.
        "84,60\u00a0€",
        "du 23 au 29\u00a0novembre 2026",
        "lundi 30\u00a0novembre",
        "aussitôt, par Stripe",
        "Pas encore de bordereau à Istres",
    ):
        assert said in page, said
    assert "33,33" not in page


def test_a_payout_under_way_says_why_it_waits(fair: Fair) -> None:
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=8000)
        (statement,) = settle(town=fair.istres.town, period_end=SUNDAY, now=MONDAY)
    page = _page(client_of(fair.amandine))
    assert statement.number in page
    assert "En route vers vous" in page
    assert "Versement en attente" in page
    assert "Rien depuis le dernier" in page


def test_a_net_too_small_to_be_paid_says_the_least_that_is(fair: Fair) -> None:
    with in_town(fair.istres.town):
        rule(minimum_payout_cents=5000)
        sell(merchant=fair.amandine.pk, cents=2000, at=THIS_WEEK)
    assert "sous 50,00\u00a0€, le net est reporté" in _page(client_of(fair.amandine))


def test_a_statement_that_is_held_says_why(fair: Fair) -> None:
    Merchant.objects.filter(pk=fair.amandine.pk).update(siret="")
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=2000)
        settle(town=fair.istres.town, period_end=SUNDAY, now=MONDAY)
    assert SIRET_MISSING in _page(client_of(fair.amandine))
    assert SIRET_MISSING not in _page(client_of(fair.chloe))


def test_a_statement_that_the_town_hall_reads_again_is_said_to_be(fair: Fair) -> None:
    with in_town(fair.istres.town):
        rule(review_required=True)
        sell(merchant=fair.amandine.pk, cents=2000)
        settle(town=fair.istres.town, period_end=SUNDAY, now=MONDAY)
    assert "La commune relit le bordereau du 16 au 22\u00a0novembre 2026" in _page(client_of(fair.amandine))


def test_the_sales_are_shown_one_by_one_to_their_merchant_only(fair: Fair) -> None:
    with in_town(fair.istres.town):
        sale = sell(merchant=fair.amandine.pk, cents=8000, at=THIS_WEEK)
    path = f"/portail/istres/ventes/{fair.amandine.pk}/"
    page = _page(client_of(fair.amandine), path)
    assert sale.order_number in page
    assert "4,00\u00a0€ HT" in page
    elsewhere = _page(client_of(fair.amandine), f"/portail/viroflay/ventes/{fair.amandine.pk}/")
    assert "Aucune vente à reverser" in elsewhere
    for client, asked in (
        (client_of(fair.chloe), path),
        (client_of(fair.amandine), f"/portail/istres/ventes/{fair.chloe.pk}/"),
        (client_of(fair.chloe), f"/portail/viroflay/ventes/{fair.chloe.pk}/"),
    ):
        assert client.get(asked).status_code == HTTPStatus.NOT_FOUND, asked
    assert Client(HTTP_HOST="localhost").get(PAGE).status_code == HTTPStatus.FOUND


def test_a_page_that_does_not_exist_gives_the_last(fair: Fair) -> None:
    with in_town(fair.istres.town):
        sale = sell(merchant=fair.amandine.pk, cents=8000, at=THIS_WEEK)
    assert sale.order_number in _page(client_of(fair.amandine), f"/portail/istres/ventes/{fair.amandine.pk}/?page=99")
