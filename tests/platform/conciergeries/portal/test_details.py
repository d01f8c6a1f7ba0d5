"""What a merchant's invoices say of it: its own people write it, nobody else's."""

from datetime import date
from http import HTTPStatus
from typing import Any

import pytest

from conciergeries.merchants.models import Merchant
from shared.audit.models import AuditEvent
from shared.tenancy import in_public
from tests.platform.conciergeries.portal.conftest import Fair, client_of

GOOD = {"address": "5 quai du Port", "postcode": "13500", "city": "Martigues", "vat_number": ""}


def _url(merchant: Merchant) -> str:
    return f"/portail/coordonnees/{merchant.pk}/"


def _vat_number_of(merchant: Merchant) -> str:
    siren = int(merchant.siren)
    return f"FR{(12 + 3 * (siren % 97)) % 97:02}{merchant.siren}"


def test_the_details_are_kept_and_the_change_is_traced_once(fair: Fair) -> None:
    client = client_of(fair.amandine)
    sent = {**GOOD, "vat_number": _vat_number_of(fair.amandine).replace("FR", "fr ")}
    for _ in range(2):
        assert client.post(_url(fair.amandine), sent).status_code == HTTPStatus.FOUND
    with in_public():
        fair.amandine.refresh_from_db()
        assert AuditEvent.objects.filter(action="merchant.details_changed").count() == 1
    assert (fair.amandine.address, fair.amandine.postcode, fair.amandine.city, fair.amandine.vat_number) == (
        "5 quai du Port",
        "13500",
        "Martigues",
        _vat_number_of(fair.amandine),
    )


def test_a_sole_trader_s_birth_date_is_kept_and_is_in_no_trail(fair: Fair) -> None:
    client = client_of(fair.amandine)
    assert "il manque" in client.get("/portail/declarations/").content.decode()
    sent = {**GOOD, "legal": "person", "birth_date": "1980-05-17"}
    for _double_click in range(2):
        assert client.post(_url(fair.amandine), sent).status_code == HTTPStatus.FOUND
    with in_public():
        fair.amandine.refresh_from_db()
        event = AuditEvent.objects.get(action="merchant.details_changed")
    assert (fair.amandine.is_sole_trader, fair.amandine.birth_date) == (True, date(1980, 5, 17))
    assert "1980" not in str(event.details)
    assert "il manque" not in client.get("/portail/declarations/").content.decode()
    # Said otherwise, it is forgotten at once.
    client.post(_url(fair.amandine), {**GOOD, "legal": "company", "birth_date": "1980-05-17"})
    fair.amandine.refresh_from_db()
    assert (fair.amandine.is_sole_trader, fair.amandine.birth_date) == (False, None)


@pytest.mark.parametrize(
    ("birth_date", "said"),
    [("", "Écrivez votre date de naissance"), ("2020-01-01", "Vérifiez l’année"), ("hier", "Écrivez une date")],
)
def test_a_person_was_born_some_day(fair: Fair, birth_date: str, said: str) -> None:
    answer = client_of(fair.amandine).post(_url(fair.amandine), {**GOOD, "legal": "person", "birth_date": birth_date})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    fair.amandine.refresh_from_db()
    assert (fair.amandine.is_sole_trader, fair.amandine.birth_date) == (None, None)


def test_a_birth_date_without_saying_that_one_is_a_person_is_not_lost_without_a_word(fair: Fair) -> None:
    answer = client_of(fair.amandine).post(_url(fair.amandine), {**GOOD, "birth_date": "1980-05-17"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Dites comment vous exercez" in answer.content.decode()
    fair.amandine.refresh_from_db()
    assert fair.amandine.birth_date is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "", "ne s’établit pas sans elle"),
        ("address", "x" * 201, "200"),
        ("postcode", "1350", "cinq chiffres"),
        ("city", "", "obligatoire"),
        ("vat_number", "FR00123456789", "n’est pas valide"),
        ("vat_number", "FR44732829320", "un autre SIREN"),
    ],
)
def test_a_wrong_answer_changes_nothing(fair: Fair, field: str, value: str, said: str) -> None:
    answer = client_of(fair.amandine).post(_url(fair.amandine), {**GOOD, field: value})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    with in_public():
        fair.amandine.refresh_from_db()
    assert fair.amandine.address == "12 rue de la République"


def test_chloes_details_are_not_amandines_to_see_or_write(fair: Fair) -> None:
    client = client_of(fair.amandine)
    assert client.get(_url(fair.chloe)).status_code == HTTPStatus.NOT_FOUND
    assert client.post(_url(fair.chloe), GOOD).status_code == HTTPStatus.NOT_FOUND


def test_a_missing_address_is_said_where_one_looks_at_ones_money(fair: Fair) -> None:
    said = "Il manque l’adresse"
    client = client_of(fair.amandine)
    assert said not in client.get("/portail/bordereaux/").content.decode()
    with in_public():
        Merchant.objects.filter(pk=fair.amandine.pk).update(address="")
    page: Any = client.get("/portail/bordereaux/").content.decode()
    assert said in page
    assert _url(fair.amandine) in page
