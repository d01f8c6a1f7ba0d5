"""Amandine leaves Istres: she reads her papers there for ten years, changes nothing, and sells on in Viroflay."""

from http import HTTPStatus
from typing import Any

import pytest

from billing.documents.models import Document
from billing.settlements.models import Statement
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.services import settle
from shared.tenancy import in_town
from tenants.orders.states import ShopOrderState
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import leave, run_effects
from tests.platform.conciergeries.portal.conftest import Fair, client_of, order_of, part_of


@pytest.fixture
def paper(fair: Fair) -> Document:
    """A paper of Amandine's, in the town that she has left since."""
    with in_town(fair.istres.town):
        sell(merchant=fair.amandine.pk, cents=6000)
        settle(town=fair.istres.town, period_end=SUNDAY, now=MONDAY)
        run_effects(now=MONDAY, kinds=[PAPERS_DUE])
        found = Document.objects.filter(merchant_id=fair.amandine.pk).first()
    assert found is not None
    leave(merchant=fair.amandine, town=fair.istres.town)
    return found


def test_papers_statements_and_declarations_are_still_there(fair: Fair, paper: Document) -> None:
    client = client_of(fair.amandine)
    with in_town(fair.istres.town):
        number = Statement.objects.get().number
    for page in (
        "/portail/",
        "/portail/argent/",
        "/portail/documents/",
        "/portail/declarations/?annee=2026",
        "/portail/bordereaux/",
        f"/portail/istres/bordereaux/{number}/",
        f"/portail/istres/documents/{paper.pk}/",
        f"/portail/istres/ventes-par-jour/{fair.amandine.pk}/?du=2026-11-01&au=2026-11-30",
    ):
        assert client.get(page).status_code == HTTPStatus.OK, page
    assert "a quitté cette conciergerie le 24" in client.get("/portail/argent/").content.decode()
    shops = client.get("/portail/vitrines/").content.decode()
    assert "a quitté cette conciergerie" in shops
    assert str(fair.istres.shop.pk) not in shops
    assert str(fair.viroflay.shop.pk) in shops


def test_nothing_of_its_window_may_be_changed_any_more(fair: Fair, paper: Document) -> None:
    client = client_of(fair.amandine)
    shop = f"/portail/istres/vitrines/{fair.istres.shop.pk}/"
    product = f"{shop}produits/{fair.istres.cheese.pk}/"
    for page in (shop, *(f"{shop}{verb}" for verb in ("modifier/", "horaires/", "changements/", "pause/")), product):
        assert client.get(page).status_code == HTTPStatus.NOT_FOUND, page
    for page in (
        *(f"{shop}{verb}" for verb in ("modifier/", "horaires/", "pause/", "produits/nouveau/")),
        *(f"{product}{verb}" for verb in ("", "photo/", "retirer/", "remettre/")),
        f"/portail/istres/rythme/{fair.amandine.pk}/",
    ):
        assert client.post(page, {"frequency": "monthly"}).status_code == HTTPStatus.NOT_FOUND, page
    theirs = f"/portail/viroflay/vitrines/{fair.viroflay.shop.pk}/"
    assert client.get(theirs).status_code == HTTPStatus.OK, "Viroflay is another town"


def test_an_order_under_way_is_still_answered(fair: Fair) -> None:
    order = order_of(fair.istres)
    leave(merchant=fair.amandine, town=fair.istres.town)
    part = part_of(order, fair.istres)
    client_of(fair.amandine).post(f"/portail/istres/commandes/{part.pk}/accepter/")
    assert part_of(order, fair.istres).state == ShopOrderState.ACCEPTED


def test_nobody_else_reads_them(fair: Fair, paper: Document) -> None:
    chloe = client_of(fair.chloe)
    for page in (f"/portail/istres/documents/{paper.pk}/", f"/portail/viroflay/documents/{paper.pk}/"):
        assert chloe.get(page).status_code == HTTPStatus.NOT_FOUND
    anybody: Any = client_of(fair.amandine)
    assert anybody.get(f"/portail/viroflay/documents/{paper.pk}/").status_code == HTTPStatus.NOT_FOUND
