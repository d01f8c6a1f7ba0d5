"""Every paper of one's own merchants in every town, and nobody else's."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.documents.models import Document
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_public, in_town
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import run_effects
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of

LIST = "/portail/documents/"


def _papers(stall: Stall, *merchants: Merchant) -> dict[tuple[Any, str], Document]:
    with in_town(stall.town):
        for merchant in merchants:
            sell(merchant=merchant.pk, cents=6000)
        settle(town=stall.town, period_end=SUNDAY, now=MONDAY)
        run_effects(now=MONDAY, kinds=[PAPERS_DUE])
        return {(each.merchant_id, each.kind): each for each in Document.objects.all()}


@pytest.fixture
def papers(fair: Fair) -> tuple[dict[Any, Document], dict[Any, Document]]:
    """Those of Istres, Amandine's and Chloé's, and those of Viroflay."""
    return _papers(fair.istres, fair.amandine, fair.chloe), _papers(fair.viroflay, fair.amandine)


def _url(slug: str, document: Document) -> str:
    return f"/portail/{slug}/documents/{document.pk}/"


def _listed(client: Client, query: str = "") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == HTTPStatus.OK
    page = answer.content.decode()
    assert "INVALID[" not in page
    return page


def test_the_papers_of_every_town_are_on_one_page_and_nobody_elses(
    fair: Fair, papers: tuple[dict[Any, Document], dict[Any, Document]]
) -> None:
    istres, viroflay = papers
    page = _listed(client_of(fair.amandine))
    for slug, found in (("istres", istres), ("viroflay", viroflay)):
        for (owner, _kind), each in found.items():
            assert (_url(slug, each) in page) is (owner == fair.amandine.pk), each


def test_papers_are_found(fair: Fair, papers: tuple[dict[Any, Document], dict[Any, Document]]) -> None:
    client = client_of(fair.amandine)
    found = _listed(client, "?q=viroflay&nature=invoice&annee=2026")
    assert "Facture FA-VIROFLAY-2026-00001" in found
    assert "ISTRES-2026" not in found
    assert "Rien ne répond" in _listed(client, "?annee=2025")
    # What means nothing asks for nothing.
    assert "Facture FA-VIROFLAY" in _listed(client, "?nature=autre&annee=abcd&page=zz")


def test_a_file_is_downloaded_as_it_was_kept(
    fair: Fair, papers: tuple[dict[Any, Document], dict[Any, Document]]
) -> None:
    document = papers[0][fair.amandine.pk, "invoice"]
    answer = client_of(fair.amandine).get(_url("istres", document))
    assert answer.content == bytes(document.content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{document.filename}"'
    assert "private, no-store" in answer["Cache-Control"]


def test_another_merchants_or_another_towns_is_not_there(
    fair: Fair, papers: tuple[dict[Any, Document], dict[Any, Document]]
) -> None:
    istres, viroflay = papers
    amandine, chloe = client_of(fair.amandine), client_of(fair.chloe)
    theirs = istres[fair.chloe.pk, "statement"]
    for client, url in (
        (amandine, _url("istres", theirs)),
        (amandine, _url("viroflay", istres[fair.amandine.pk, "statement"])),
        (chloe, _url("istres", istres[fair.amandine.pk, "invoice"])),
        (chloe, _url("viroflay", viroflay[fair.amandine.pk, "sales"])),
    ):
        assert client.get(url).status_code == HTTPStatus.NOT_FOUND
    stranger = Client(HTTP_HOST="localhost").get(_url("istres", theirs))
    assert stranger.status_code == HTTPStatus.FOUND


def test_a_statement_gives_its_papers(fair: Fair, papers: tuple[dict[Any, Document], dict[Any, Document]]) -> None:
    istres, _viroflay = papers
    number = istres[fair.amandine.pk, "statement"].number
    page = client_of(fair.amandine).get(f"/portail/istres/bordereaux/{number}/").content.decode()
    for kind in ("statement", "sales", "invoice"):
        assert _url("istres", istres[fair.amandine.pk, kind]) in page


def test_an_invoice_that_waits_says_for_what(fair: Fair) -> None:
    with in_public():
        Merchant.objects.filter(pk__in=[fair.amandine.pk, fair.chloe.pk]).update(address="")
    _papers(fair.istres, fair.amandine, fair.chloe)
    page = _listed(client_of(fair.amandine))
    assert page.count("Il manque l’adresse du commerçant.") == 1
    assert f"/portail/coordonnees/{fair.amandine.pk}/" in page
