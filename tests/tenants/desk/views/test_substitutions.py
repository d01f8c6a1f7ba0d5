"""The concierge proposes for a merchant, and notes what the customer says; each in the audit trail, once."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.models import Mode, Payment, Refund
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Order, PaymentMode, Substitution
from tenants.orders.substitution_models import SubstitutionState
from tenants.orders.substitutions.answering import accept
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import make_staff
from tests.tenants.orders.substitutions.stand import Stand, make_stand
from tests.tenants.staff.pages import Clock, signed_in, text_of


@pytest.fixture
def market(in_istres: Any) -> Any:
    """The stand's own, so that there is one market."""
    return make_stand(in_istres)


@pytest.fixture
def stand(market: Stand) -> Stand:
    return market


def page_of(made: Substitution) -> str:
    return reverse("desk:substitution", args=[made.pk])


def answer(desk: Client, made: Substitution, said: str, **more: str) -> Any:
    return desk.post(page_of(made), {"reponse": said, **more}, follow=True)


def offer(stand: Stand, **changes: str) -> dict[str, str]:
    return {"product": str(stand.cheaper.pk), "quantity": "2", "price": "meme-prix", "words": ""} | changes


def actions() -> list[str]:
    return sorted(AuditEvent.objects.filter(action__contains="substitution").values_list("action", flat=True))


def test_proposed_for_the_shop_and_on_the_board(desk: Client, stand: Stand, simone: Resident) -> None:
    order = stand.order(PaymentMode.DESK, resident=simone)
    line = stand.line(order)
    page = reverse("desk:substitute", args=[line.pk])
    assert page in desk.get(reverse("desk:answer", args=[line.shop_order_id])).content.decode()
    assert "appelez ensuite le client" in text_of(desk.get(page))
    for _ in range(2):
        said = text_of(desk.post(page, offer(stand), follow=True))
    assert "2 × Banon affiné, 13,80 € : c’est proposé au client" in said
    assert "Un remplacement attend la réponse du client" in said
    board = text_of(desk.get(reverse("desk:today")))
    assert (
        "Simone Roche A0-00 : 2 × Banon affiné à la place de 1 × Plateau « Retour de marché », avant 16 h 30" in board
    )
    assert "à appeler, pas d’e-mail" in board
    # Nobody knows what to pack: it is not there to be taken, and the rest of the round is.
    assert "1 en attente du client" in board
    assert "en attente du client" in text_of(desk.get(reverse("desk:collect")))
    assert actions() == ["order.substitution_proposed"]


def test_what_is_typed_wrong_is_said(desk: Client, stand: Stand) -> None:
    line = stand.line(stand.order())
    wrong = desk.post(reverse("desk:substitute", args=[line.pk]), offer(stand, quantity="7"))
    assert "que 6 en stock" in text_of(wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    theirs = desk.post(reverse("desk:substitute", args=[line.pk]), offer(stand, product=str(uuid4())))
    assert "n’est plus en vente" in text_of(theirs, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert actions() == []


def test_accepted_by_telephone(desk: Client, stand: Stand, alice: Resident) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.cheaper, 2)
    page = text_of(desk.get(page_of(made)))
    assert "À la place, 2 × Banon affiné pour 13,80 € au lieu de 24,00 €" in page
    assert "Il accepte, et paie" not in page
    for _ in range(2):
        assert "à la place de Plateau" in text_of(answer(desk, made, "accepter"))
    assert Refund.objects.get().amount_cents == 1020
    assert actions() == ["order.substitution_accepted"]
    assert "accepté, Camille Roux" in text_of(desk.get(page_of(made)))


def test_dearer_the_supplement_is_taken_here(desk: Client, stand: Stand, alice: Resident) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.dearer)
    page = text_of(desk.get(page_of(made)))
    assert "4,50 € en espèces" in page
    assert "paiera par carte sur le site" in page
    said = text_of(answer(desk, made, "accepter"))
    assert "compte dès que le complément est payé" in said
    assert "Un remplacement attend son complément" in said
    assert "4,50 € en espèces" in text_of(desk.get(page_of(made)))
    text_of(answer(desk, made, "accepter", means="cash"))
    text_of(answer(desk, made, "accepter", means="cash"))
    assert Payment.objects.get(mode=Mode.CASH).amount_cents == 450
    assert Order.objects.get(pk=order.pk).total_cents == 5000
    assert actions() == ["order.substitution_accepted"] * 2


@pytest.mark.parametrize("said", ["rembourser", "retirer"])
def test_declined_or_withdrawn(desk: Client, stand: Stand, alice: Resident, said: str) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.same)
    text_of(answer(desk, made, said))
    made.refresh_from_db()
    given_back = said == "rembourser"
    assert made.state == (SubstitutionState.DECLINED if given_back else SubstitutionState.WITHDRAWN)
    assert Refund.objects.count() == int(given_back)
    assert "Remplacements" not in text_of(desk.get(reverse("desk:today")))
    late = desk.post(page_of(made), {"reponse": "accepter"})
    assert "n’attend plus de réponse" in text_of(late, HTTPStatus.CONFLICT)


def test_the_customer_was_quicker_or_time_was(desk: Client, stand: Stand, alice: Resident, clock: Clock) -> None:
    first, second = stand.order(resident=alice), stand.order(resident=alice)
    made, other = stand.propose(first, stand.cheaper), stand.propose(second, stand.cheaper)
    accept(substitution_id=made.pk, actor=CUSTOMER, now=TUESDAY)
    assert "n’attend plus" in text_of(desk.post(page_of(made), {"reponse": "rembourser"}), HTTPStatus.CONFLICT)
    clock.now = other.answer_before
    assert "Le délai est passé" in text_of(desk.get(page_of(other)))
    late = desk.post(page_of(other), {"reponse": "accepter"})
    assert "Le délai pour répondre est passé" in text_of(late, HTTPStatus.CONFLICT)
    assert actions() == []
    assert "n’est plus proposé" in text_of(answer(desk, other, "retirer"))


def test_what_no_button_sends_and_what_is_not_there(desk: Client, stand: Stand, istres: Any, viroflay: Any) -> None:
    made = stand.propose(stand.order(), stand.dearer)
    for sent in ({}, {"reponse": "peut-être"}, {"reponse": "accepter", "means": "card"}):
        assert desk.post(page_of(made), sent).status_code == HTTPStatus.NOT_FOUND
    for name in ("desk:substitution", "desk:substitute"):
        assert desk.get(reverse(name, args=[uuid4()])).status_code == HTTPStatus.NOT_FOUND
    # The concierge of Viroflay, with the keys of Istres.
    with in_town(viroflay):
        there = signed_in(town=viroflay, user=make_staff(name="Béatrice"))
    line = made.line_id
    assert there.post(page_of(made), {"reponse": "accepter"}).status_code == HTTPStatus.NOT_FOUND
    assert there.get(reverse("desk:substitute", args=[line])).status_code == HTTPStatus.NOT_FOUND
    with in_town(istres):
        made.refresh_from_db()
    assert made.is_live
