"""Bernard takes a payout back: how much, why, read again, asked once."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from billing.settlements.models import Payout, PayoutState, Reversal, ReversalState
from billing.settlements.reversing import NO_FUNDS, SEND_REVERSAL
from shared.audit.models import AuditEvent
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY
from tests.factories import make_staff
from tests.tenants.failures import make_waiting_payout
from tests.tenants.staff.pages import signed_in

pytestmark = pytest.mark.django_db

WISH = {"amount": "12,50", "reason": "vente annulée"}


@pytest.fixture
def payout(in_istres: Any) -> Payout:
    """56.40 € that Stripe sent."""
    payout = make_waiting_payout(town=in_istres, reason="")
    Payout.objects.filter(pk=payout.pk).update(
        state=PayoutState.SENT, stripe_transfer_id="tr_1", closed_at=TUESDAY, sending_since=TUESDAY
    )
    payout.refresh_from_db()
    return payout


def page_of(payout: Payout) -> str:
    return f"/mairie/argent/versements/{payout.pk}/"


def test_it_is_read_again_then_asked_once(hall: Client, payout: Payout) -> None:
    page = hall.get(page_of(payout)).content.decode()
    assert "Reprendre ce versement" in page
    assert page_of(payout) in hall.get("/mairie/argent/reglements/").content.decode()

    wish = {**WISH, "key": str(uuid4())}
    again = hall.post(f"{page_of(payout)}reprendre/", wish).content.decode()
    assert "Reprendre 12,50\xa0€&nbsp;?" in again
    assert "son prochain bordereau commence par lui" in again
    assert not Reversal.objects.exists()
    changed = hall.post(f"{page_of(payout)}reprendre/", {**wish, "change": "1"}).content.decode()
    assert 'value="12,50"' in changed

    for _ in range(2):
        answer = hall.post(f"{page_of(payout)}reprendre/", {**wish, "confirm": "1"}, follow=True)
        assert "est demandée à Stripe" in answer.content.decode()
    reversal = Reversal.objects.get()
    assert (reversal.amount_cents, reversal.reason, reversal.asked_by) == (1250, "vente annulée", "Bernard Faure")
    assert Effect.objects.filter(kind=SEND_REVERSAL).count() == 1
    assert AuditEvent.objects.get(action="payout.reversal_asked").actor_label == "Bernard Faure"
    assert "a demandé la reprise d’un versement" in hall.get("/mairie/journal/").content.decode()


def test_a_form_that_comes_back_with_another_amount_asks_for_nothing(hall: Client, payout: Payout) -> None:
    wish = {**WISH, "key": str(uuid4()), "confirm": "1"}
    hall.post(f"{page_of(payout)}reprendre/", wish)
    answer = hall.post(f"{page_of(payout)}reprendre/", {**wish, "amount": "20"}, follow=True).content.decode()
    assert "La reprise de 12,50\xa0€ est déjà demandée par ce formulaire" in answer
    assert "20,00\xa0€ est demandée" not in answer
    assert Reversal.objects.get().amount_cents == 1250


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "56,41"}, "ne peut pas dépasser 56,40\xa0€"),
        ({"amount": "0"}, "doit être supérieur à zéro"),
        ({"amount": "-1"}, "doit être supérieur à zéro"),
        ({"amount": ""}, "Écrivez un montant"),
        ({"amount": "12,505"}, "deux décimales au plus"),
        ({"reason": " "}, "Dites pourquoi"),
    ],
)
def test_a_wish_that_cannot_be(hall: Client, payout: Payout, changes: dict[str, str], words: str) -> None:
    for step in ({}, {"confirm": "1"}):
        data = {**WISH, "key": str(uuid4()), **changes, **step}
        answer = hall.post(f"{page_of(payout)}reprendre/", data)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert words in answer.content.decode()
    assert not Reversal.objects.exists()


def test_somebody_asked_meanwhile(hall: Client, payout: Payout) -> None:
    for cents in ("50", "50"):
        data = {"amount": cents, "reason": "erreur", "key": str(uuid4()), "confirm": "1"}
        answer = hall.post(f"{page_of(payout)}reprendre/", data, follow=True).content.decode()
    assert "il reste 6,40\xa0€ à reprendre" in answer
    assert Reversal.objects.count() == 1


def test_what_has_not_left_is_not_taken_back(hall: Client, in_istres: Any) -> None:
    waiting = make_waiting_payout(town=in_istres, reason="")
    assert "Reprendre ce versement" not in hall.get(page_of(waiting)).content.decode()
    answer = hall.get(f"{page_of(waiting)}reprendre/", follow=True)
    assert "Il n’y a rien à reprendre" in answer.content.decode()


def test_what_stripe_refused_is_an_incident_until_it_is_decided(hall: Client, payout: Payout) -> None:
    reversal = Reversal.objects.create(
        payout=payout,
        stripe_transfer_id="tr_1",
        amount_cents=5640,
        reason="vente annulée",
        asked_by="Bernard Faure",
        asked_at=TUESDAY,
        state=ReversalState.REFUSED,
        failure=NO_FUNDS,
        closed_at=TUESDAY,
        idempotency_key="reversal-1",
    )
    for page in ("/mairie/argent/incidents/", page_of(payout)):
        assert "ne contient pas assez" in hall.get(page).content.decode()
    assert "1\xa0paiement" in hall.get("/mairie/argent/").content.decode()
    act = f"/mairie/argent/versements/reprises/{reversal.pk}/"
    assert "redemandée à Stripe" in hall.post(f"{act}reessayer/", follow=True).content.decode()
    assert "n’est pas à abandonner" in hall.post(f"{act}abandonner/", follow=True).content.decode()
    Reversal.objects.update(state=ReversalState.REFUSED, closed_at=TUESDAY)
    assert "est abandonnée" in hall.post(f"{act}abandonner/", follow=True).content.decode()
    assert "plus à redemander" in hall.post(f"{act}reessayer/", follow=True).content.decode()
    assert "Rien à reprendre" in hall.get("/mairie/argent/incidents/").content.decode()


def test_only_the_town_hall_of_the_town(istres: Any, viroflay: Any, payout: Payout) -> None:
    with in_town(istres):
        camille = signed_in(town=istres, user=make_staff())
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, email="bruno@viroflay.example")
    data = {**WISH, "key": str(uuid4()), "confirm": "1"}
    for client, status in (
        (camille, HTTPStatus.FORBIDDEN),
        (signed_in(town=viroflay, user=bruno), HTTPStatus.NOT_FOUND),
    ):
        assert client.get(page_of(payout)).status_code == status
        assert client.post(f"{page_of(payout)}reprendre/", data).status_code == status
        assert client.post(f"/mairie/argent/versements/reprises/{uuid4()}/reessayer/").status_code == status
        assert client.post(f"/mairie/argent/versements/reprises/{uuid4()}/abandonner/").status_code == status
    with in_town(istres):
        assert not Reversal.objects.exists()
