"""The pages of the bank account and of the rhythm: one's own only, whatever is posted."""

import re
from http import HTTPStatus

from conciergeries.merchants.models import BankAccountChange
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tests.billing.settlements.ruling import rule
from tests.factories import IBAN
from tests.platform.conciergeries.portal.conftest import Fair, client_of

OTHER = "FR1420041010050500013M02606"


def test_an_account_is_changed_with_the_code(fair: Fair) -> None:
    client, here = client_of(fair.amandine), f"/portail/compte-bancaire/{fair.amandine.pk}/"
    assert IBAN not in client.get(here).content.decode()
    asked = client.post(f"{here}changer/", {"iban": "FR14 2004 1010 0505 0001 3M02 606"})
    assert asked.status_code == HTTPStatus.FOUND
    wrong = client.post(asked["Location"], {"code": "x"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_public():
        sent = Message.objects.get(template="merchants/bank_code")
    code = re.findall(r"\b\d{6}\b", sent.text)[0]
    assert client.post(asked["Location"], {"code": f" {code[:3]} {code[3:]}"})["Location"] == here
    with in_public():
        fair.amandine.refresh_from_db()
        change = BankAccountChange.objects.get()
    assert fair.amandine.iban == OTHER
    assert "Pas encore payé ici" in client.get(here).content.decode()
    assert client.post(f"{here}annuler/{change.pk}/")["Location"] == here
    with in_public():
        fair.amandine.refresh_from_db()
    assert fair.amandine.iban == IBAN


def test_a_bad_iban_is_explained(fair: Fair) -> None:
    client = client_of(fair.amandine)
    answer = client.post(f"/portail/compte-bancaire/{fair.amandine.pk}/changer/", {"iban": "FR76 1234"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Cet IBAN n’est pas valide" in answer.content.decode()


def test_nobody_sees_or_changes_another_merchants(fair: Fair) -> None:
    chloe = client_of(fair.chloe)
    here = f"/portail/compte-bancaire/{fair.amandine.pk}/"
    for path in (here, f"{here}changer/"):
        assert chloe.get(path).status_code == HTTPStatus.NOT_FOUND
    assert chloe.post(f"{here}changer/", {"iban": OTHER}).status_code == HTTPStatus.NOT_FOUND
    rhythm = f"/portail/istres/rythme/{fair.amandine.pk}/"
    assert chloe.post(rhythm, {"frequency": "monthly"}).status_code == HTTPStatus.NOT_FOUND


def test_the_rhythm_is_chosen_within_what_the_town_allows(fair: Fair) -> None:
    client = client_of(fair.amandine)
    here = f"/portail/istres/rythme/{fair.amandine.pk}/"
    assert client.post(here, {"frequency": "daily"}).status_code == HTTPStatus.BAD_REQUEST
    page = client.post(here, {"frequency": "monthly"}, follow=True).content.decode()
    assert "ne propose pas ce rythme" in page
    assert "Être réglé" not in page
    with in_town(fair.istres.town):
        rule(frequencies="either")
    assert "Être réglé chaque mois" in client.get("/portail/versements/").content.decode()
    page = client.post(here, {"frequency": "monthly"}, follow=True).content.decode()
    assert "Être réglé chaque semaine" in page
    assert page.count("Vous y êtes réglé <b>chaque semaine</b>") == 1
