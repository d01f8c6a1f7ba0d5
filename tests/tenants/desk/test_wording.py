"""The log reads as French sentences."""

from datetime import datetime, timedelta

import pytest

from billing.payments.models import Mode
from shared.accounts.models import User
from tenants.desk import actions
from tenants.desk.templatetags.desk import since
from tenants.desk.wording import by_whom, in_order, sentence
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


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "à l’instant"), (59, "à l’instant"), (60, "depuis 1 min"), (3599, "depuis 59 min"), (7300, "depuis 2 h")],
)
def test_how_long_a_merchant_has_been_silent(now: datetime, seconds: int, said: str) -> None:
    assert since(now, now + timedelta(seconds=seconds)).replace("\u00a0", " ") == said


def test_things_of_one_moment_come_in_their_course(order: Order, camille: User, now: datetime) -> None:
    part = order.shop_orders.order_by("pk").first()
    assert part is not None
    actions.collect(part_ids=[part.pk], user=camille, now=now + SECOND)
    kinds = [event.kind for event in in_order(order.events.order_by("-id"))]
    assert kinds.index("accepted") < kinds.index("collected")
