"""The town's papers, for its town hall only; whoever takes one is in the journal."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.documents.models import Document
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_public, in_town
from tenants.staff.models import StaffRole
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import make_merchant, make_staff, run_effects, sign_in

LIST = "/mairie/argent/documents/"


@pytest.fixture
def hall(istres: Town, browse: Callable[[Any], Client]) -> Client:
    client = browse(istres)
    with in_town(istres):
        sign_in(client=client, user=make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure"))
    return client


def _papers(town: Town, name: str, *, address: bool = True) -> Document:
    with in_town(town):
        merchant = make_merchant(name=name, town=town)
        if not address:
            with in_public():
                Merchant.objects.filter(pk=merchant.pk).update(address="")
        sell(merchant=merchant.pk, cents=6000)
        settle(town=town, period_end=SUNDAY, now=MONDAY)
        run_effects(now=MONDAY, kinds=[PAPERS_DUE])
        return Document.objects.get(merchant_id=merchant.pk, kind="statement")


def test_the_town_hall_finds_its_papers_and_no_other_towns(hall: Client, istres: Town, viroflay: Town) -> None:
    for name in ("Fromagerie des Alpilles", "Atelier Mistral"):
        _papers(istres, name)
    theirs = _papers(viroflay, "Au Four de Bruno")
    page = hall.get(LIST).content.decode()
    assert "FA-ISTRES-2026-00002" in page
    assert theirs.number not in page
    found = hall.get(LIST, {"q": "mistral", "nature": "invoice", "annee": "2026"}).content.decode()
    assert found.count('<td data-label="Commerce">') == 1
    assert "INVALID[" not in page + found
    assert hall.get(f"{LIST}{theirs.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_a_download_is_in_the_journal(hall: Client, istres: Town) -> None:
    document = _papers(istres, "Fromagerie des Alpilles")
    answer = hall.get(f"{LIST}{document.pk}/")
    assert answer.content == bytes(document.content)
    assert document.filename in answer["Content-Disposition"]
    with in_town(istres):
        event = AuditEvent.objects.get(action="document.downloaded")
        assert (event.actor_label, event.details["document"]) == ("Bernard Faure", f"bordereau {document.number}")
    assert "a téléchargé un document" in hall.get("/mairie/journal/").content.decode()


def test_invoices_that_wait_are_said_with_what_they_wait_for(hall: Client, istres: Town) -> None:
    _papers(istres, "Sans adresse", address=False)
    page = hall.get(LIST).content.decode()
    assert "Factures en attente" in page
    assert "Il manque l’adresse du commerçant." in page


def test_nobody_else_sees_or_takes_papers(istres: Town, browse: Callable[[Any], Client]) -> None:
    document = _papers(istres, "Fromagerie des Alpilles")
    concierge, stranger = browse(istres), browse(istres)
    with in_town(istres):
        sign_in(client=concierge, user=make_staff(role=StaffRole.CONCIERGE))
    for url in (LIST, f"{LIST}{document.pk}/"):
        assert concierge.get(url).status_code == HTTPStatus.FORBIDDEN
        assert stranger.get(url).status_code == HTTPStatus.FOUND
