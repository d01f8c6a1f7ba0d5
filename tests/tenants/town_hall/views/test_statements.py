"""The town hall reads every statement of its town, sale by sale, and no other town's."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from billing.settlements.models import Statement
from billing.settlements.services import settle
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.staff.models import StaffRole
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import make_merchant, make_staff, sign_in
from tests.tenants.staff.pages import text_of

LIST = "/mairie/argent/reglements/bordereaux/"


@pytest.fixture
def hall(istres: Town, browse: Callable[[Any], Client]) -> Client:
    client = browse(istres)
    with in_town(istres):
        sign_in(client=client, user=make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure"))
    return client


def _settled(town: Town, name: str, *, held: bool = True) -> Statement:
    with in_town(town):
        merchant: UUID = make_merchant(name=name, town=town).pk
        sell(merchant=merchant, cents=6000, held=held)
        settle(town=town, period_end=SUNDAY, now=MONDAY)
        return Statement.objects.get(merchant_id=merchant)


def test_a_statement_is_found_by_its_merchant_or_its_number(hall: Client, istres: Town, viroflay: Town) -> None:
    cheese = _settled(istres, "Fromagerie des Alpilles")
    books = _settled(istres, "Librairie L’Étang")
    theirs = _settled(viroflay, "Au Four de Bruno")
    every = text_of(hall.get(LIST))
    assert cheese.number in every
    assert books.number in every
    assert theirs.number not in every
    for words in ("alpilles", cheese.number, f"fromagerie {cheese.number[-5:]}"):
        found = text_of(hall.get(LIST, {"q": words}))
        assert cheese.number in found
        assert books.number not in found
    assert "Rien ne répond à cette recherche." in text_of(hall.get(LIST, {"q": theirs.number}))


@pytest.mark.parametrize("words", ["\x00", "%", "💶" * 300, "' OR 1=1 --"])
def test_nonsense_finds_nothing_and_breaks_nothing(hall: Client, istres: Town, words: str) -> None:
    _settled(istres, "Fromagerie des Alpilles")
    assert hall.get(LIST, {"q": words, "page": words}).status_code == HTTPStatus.OK


def test_a_town_without_statements_says_when_the_first_comes(hall: Client) -> None:
    assert "Aucun bordereau encore" in text_of(hall.get(LIST))


def test_a_statement_says_each_sale_its_commission_and_what_is_paid(hall: Client, istres: Town) -> None:
    statement = _settled(istres, "Fromagerie des Alpilles")
    page = text_of(hall.get(f"{LIST}{statement.pk}/"))
    for part in ("Fromagerie des Alpilles", "60,00 €", statement.number, statement.hash, "Net"):
        assert part in page
    payout = statement.payout
    assert f"/mairie/argent/versements/{payout.pk}/" in hall.get(f"{LIST}{statement.pk}/").content.decode()


def test_a_sale_that_the_merchant_was_paid_is_said_so_to_the_town_hall(hall: Client, istres: Town) -> None:
    statement = _settled(istres, "Fromagerie des Alpilles", held=False)
    page = text_of(hall.get(f"{LIST}{statement.pk}/"))
    assert "Réglées au commerçant, qui les a déjà" in page
    assert "chez vous" not in page
    assert "à recevoir" in page


def test_another_towns_statement_is_not_here(hall: Client, istres: Town, viroflay: Town) -> None:
    theirs = _settled(viroflay, "Au Four de Bruno")
    assert hall.get(f"{LIST}{theirs.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_a_concierge_reads_no_statement(istres: Town, browse: Callable[[Any], Client]) -> None:
    statement = _settled(istres, "Fromagerie des Alpilles")
    client = browse(istres)
    with in_town(istres):
        sign_in(client=client, user=make_staff(role=StaffRole.CONCIERGE, name="Nadia Benali"))
    for path in (LIST, f"{LIST}{statement.pk}/"):
        assert client.get(path).status_code == HTTPStatus.FORBIDDEN
