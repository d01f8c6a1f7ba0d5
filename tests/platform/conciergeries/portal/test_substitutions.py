"""A merchant proposes a replacement from its own window, in its own parts only."""

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from shared.tenancy import in_town
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Line, Order, Substitution
from tenants.orders.substitutions.answering import accept
from tests.conftest import TUESDAY
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, order_of, part_of
from tests.tenants.staff.pages import Clock, text_of


def board_line(order: Order, stall: Stall) -> Line:
    with in_town(stall.town):
        return Line.objects.get(shop_order=part_of(order, stall), product=stall.board)


def page_of(line: Line, stall: Stall) -> str:
    return f"/portail/{stall.town.slug}/lignes/{line.pk}/remplacer/"


def sent(stall: Stall, **changes: str) -> dict[str, str]:
    return {"product": str(stall.cheese.pk), "quantity": "3", "price": "meme-prix", "words": ""} | changes


def propose(client: Client, order: Order, stall: Stall, **changes: str) -> str:
    answer = client.post(page_of(board_line(order, stall), stall), sent(stall, **changes), follow=True)
    return text_of(answer)


@pytest.mark.parametrize("where", ["istres", "viroflay"])
def test_proposed_shown_and_taken_back(fair: Fair, where: str) -> None:
    stall: Stall = getattr(fair, where)
    order = order_of(stall)
    client = client_of(fair.amandine)
    page = text_of(client.get(page_of(board_line(order, stall), stall)))
    assert "Remplacer 1 × Plateau du soir ?" in page
    assert "Banon affiné, 6,90 €, la pièce (48 en stock)" in page
    said = propose(client, order, stall)
    assert "3 × Banon affiné, 20,70 € : c’est proposé au client" in said
    assert "Remplacement proposé 3 × Banon affiné, 20,70 €. Réponse attendue avant" in said
    assert "C’est prêt" not in said
    with in_town(stall.town):
        made = Substitution.objects.get()
    back = client.post(f"/portail/{stall.town.slug}/remplacements/{made.pk}/retirer/", follow=True)
    assert "n’est plus proposé" in text_of(back)
    assert "C’est prêt" in text_of(client.get("/portail/"))


def test_once_accepted_the_other_is_shown_as_replaced(fair: Fair) -> None:
    order = order_of(fair.istres)
    client = client_of(fair.amandine)
    propose(client, order, fair.istres)
    with in_town(fair.istres.town):
        made = Substitution.objects.get()
        accept(substitution_id=made.pk, actor=CUSTOMER, now=TUESDAY)
    page = text_of(client.get("/portail/"))
    assert "Remplacé par 3 × Banon affiné" in page
    # A click on a page left open: it is said, and nothing changes.
    late = client.post(f"/portail/{fair.istres.town.slug}/remplacements/{made.pk}/retirer/", follow=True)
    assert "n’attend plus de réponse : accepté" in text_of(late)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"product": ""}, "Choisissez un produit."),
        ({"product": str(uuid4())}, "Ce produit n’est plus en vente"),
        ({"product": "tout"}, "Ce produit n’est plus en vente"),
        ({"quantity": "0"}, "Proposez-en au moins un."),
        ({"quantity": "deux"}, "Indiquez un nombre entier."),
        ({"quantity": "100"}, "Proposez-en 99 au plus."),
        ({"quantity": "99"}, "il n’y en a que 48 en stock"),
        ({"price": "1,00"}, "Choisissez un des deux prix."),
        ({"words": "x" * 201}, "200 caractères"),
    ],
)
def test_what_is_typed_wrong_is_said_and_proposes_nothing(fair: Fair, changes: dict[str, str], said: str) -> None:
    order = order_of(fair.istres)
    client = client_of(fair.amandine)
    answer = client.post(page_of(board_line(order, fair.istres), fair.istres), sent(fair.istres, **changes))
    assert said in text_of(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
    with in_town(fair.istres.town):
        assert not Substitution.objects.exists()


def test_another_merchant_s_product_line_and_town_are_not_there(fair: Fair) -> None:
    order = order_of(fair.istres, fair.other.cheese)
    amandine, chloe = client_of(fair.amandine), client_of(fair.chloe)
    mine, theirs = board_line(order, fair.istres), sent(fair.other)
    # Chloé's product, in Amandine's line.
    refused = amandine.post(page_of(mine, fair.istres), theirs)
    assert "Ce produit n’est plus en vente" in text_of(refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    # Amandine's line, by Chloé; Istres's line, in Viroflay; a line that there is not.
    assert chloe.get(page_of(mine, fair.istres)).status_code == HTTPStatus.NOT_FOUND
    assert amandine.get(page_of(mine, fair.viroflay)).status_code == HTTPStatus.NOT_FOUND
    strange = Line(pk=uuid4())
    assert amandine.get(page_of(strange, fair.istres)).status_code == HTTPStatus.NOT_FOUND
    propose(amandine, order, fair.istres)
    with in_town(fair.istres.town):
        made = Substitution.objects.get()
    for client, stall in ((chloe, fair.istres), (amandine, fair.viroflay)):
        gone = client.post(f"/portail/{stall.town.slug}/remplacements/{made.pk}/retirer/")
        assert gone.status_code == HTTPStatus.NOT_FOUND


def test_too_late_it_is_said(fair: Fair, clock: Clock) -> None:
    order = order_of(fair.istres)
    departs = part_of(order, fair.istres).collection_departs_at
    assert departs is not None
    clock.now = departs
    client = client_of(fair.amandine)
    answer = client.post(page_of(board_line(order, fair.istres), fair.istres), sent(fair.istres))
    assert "Il est trop tard pour attendre une réponse" in text_of(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
