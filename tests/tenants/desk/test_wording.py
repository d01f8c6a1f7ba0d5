"""The log reads as French sentences."""

from datetime import datetime

import pytest

from billing.payments.models import Mode
from shared.accounts.models import User
from tenants.desk import actions
from tenants.desk.wording import by_whom, sentence
from tenants.orders.handing_over import Proof
from tenants.orders.models import Order, OrderEvent
from tests.tenants.desk.steps import SECOND

pytestmark = pytest.mark.django_db


def test_a_whole_life(order: Order, camille: User, now: datetime) -> None:
    line = order.shop_orders.get(shop__name="Atelier Mistral").lines.get()
    actions.answer_for_shop(
        part_id=line.shop_order_id, refused_lines=[line.pk], reason="taille épuisée", user=camille, now=now + SECOND
    )
    left = [part.pk for part in order.shop_orders.exclude(state="refused")]
    actions.collect(part_ids=left, user=camille, now=now + 2 * SECOND)
    actions.arrive(part_ids=left, user=camille, now=now + 3 * SECOND)
    proof = Proof(code=order.code, adult_seen=True)
    actions.hand_over(order_id=order.pk, proof=proof, means=Mode.CHEQUE, user=camille, now=now + 4 * SECOND)
    said = [sentence(event).replace("\u00a0", " ") for event in order.events.order_by("at", "kind")]
    assert "Commande passée : 60,00 €" in said
    assert "Atelier Mistral ne peut pas fournir T-shirt « Étang de Berre » (21,50 €) : taille épuisée" in said
    assert "Fromagerie des Alpilles accepte (marchandise remise à la concierge)" in said
    assert "Encaissé par chèque : 38,50 €" in said
    assert "Commande remise sur le code, âge vérifié" in said
    assert not [each for each in said if each.islower()], "every kind of event has its sentence"


def test_an_unknown_kind_is_shown_as_it_is(order: Order, now: datetime) -> None:
    event = OrderEvent(order=order, kind="teleported", actor="Camille", channel="balloon", at=now)
    assert (sentence(event), by_whom(event)) == ("teleported", "Camille balloon")
