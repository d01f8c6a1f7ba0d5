"""Moving one order from the desk: chosen, read back, confirmed."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.models import Order, PaymentMode
from tenants.residents.models import Resident
from tests.factories import Market, make_market, make_order, make_resident
from tests.tenants.staff.pages import Clock, text_of

pytestmark = pytest.mark.django_db

TOMORROW_NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)


def _page(order: Order) -> str:
    return reverse("desk:move", args=[order.pk])


def _options(desk: Client, order: Order) -> dict[str, str]:
    page = desk.get(_page(order)).content.decode().replace("\u00a0", " ")
    return {words: value for value, words in re.findall(r'<option value="([^"]+\|[^"]+)"[^>]*>([^<]+)<', page)}


def _sent(desk: Client, order: Order, **more: str) -> dict[str, str]:
    """The first window of tomorrow, as its customer asked."""
    value = next(value for words, value in _options(desk, order).items() if words.startswith("demain"))
    return {"window": value, "whose": "agreed", "reason": "", **more}


def _start(order: Order) -> datetime:
    return Order.objects.get(pk=order.pk).window_start


def test_it_is_read_back_then_moved_once(desk: Client, order: Order) -> None:
    assert _page(order) in desk.get(reverse("desk:order", args=[order.pk])).content.decode()
    sent, before = _sent(desk, order), order.window_start
    said = text_of(desk.post(_page(order), {**sent, "verb": "review"}))
    assert f"Comme convenu avec vous, le retrait de votre commande {order.number}, prévu mardi 24 novembre" in said
    assert "Elle vous attendra mercredi 25 novembre de 12 h à 14 h." in said
    assert f"Le message part par e-mail, à {order.customer_email}." in said
    assert _start(order) == before
    for _double_click in range(2):
        answer = desk.post(_page(order), {**sent, "verb": "confirm"})
        assert answer["Location"] == reverse("desk:order", args=[order.pk])
    assert _start(order) == TOMORROW_NOON
    assert AuditEvent.objects.filter(action="order.moved").count() == 1
    assert AuditEvent.objects.get(action="order.moved").actor_label == "Camille Roux"
    log = text_of(desk.get(answer["Location"]))
    assert f"Le retrait de {order.number} est déplacé." in log
    assert "de 12 h à 14 h, convenu avec le client Camille Roux par téléphone" in log
    assert Message.objects.filter(template="orders/moved").count() == 1


def test_one_may_go_back_and_choose_again(desk: Client, order: Order) -> None:
    sent = _sent(desk, order, whose="decided", reason="le vélo est en panne")
    said = text_of(desk.post(_page(order), {**sent, "verb": "review"}))
    assert "ne peut pas être assuré : le vélo est en panne." in said
    again = desk.post(_page(order), {**sent, "verb": "change"})
    assert 'value="le vélo est en panne"' in again.content.decode()


def test_without_an_address_it_is_said_aloud(desk: Client, market: Market, simone: Resident) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=simone)
    sent = _sent(desk, order)
    assert "répétez-le avant de raccrocher" in text_of(desk.post(_page(order), {**sent, "verb": "review"}))
    ours = {**sent, "whose": "decided", "reason": "le vélo est en panne"}
    assert "apparaîtra sous « À appeler »" in text_of(desk.post(_page(order), {**ours, "verb": "review"}))
    desk.post(_page(order), {**ours, "verb": "confirm"})
    assert f"{order.number} : son retrait change" in text_of(desk.get(reverse("desk:today")))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"window": ""}, "Choisissez le nouveau retrait."),
        ({"window": "x|y"}, "Ce retrait n’est plus possible : choisissez-en un autre."),
        ({"whose": ""}, "Dites si le client le demande."),
        ({"whose": "decided"}, "Dites au client pourquoi"),
        ({"reason": "x" * 121}, "au plus 120 caractères"),
    ],
)
def test_what_is_wrong_is_said(desk: Client, order: Order, wrong: dict[str, str], why: str) -> None:
    for verb in ("review", "confirm"):
        assert why in text_of(desk.post(_page(order), {**_sent(desk, order), **wrong, "verb": verb}), 422)
    assert _start(order) == order.window_start


def test_a_full_window_is_taken_knowingly(desk: Client, market: Market, order: Order) -> None:
    Hub.objects.update(room=0)
    full = next(value for words, value in _options(desk, order).items() if words.endswith(", complet"))
    sent = {"window": full, "whose": "agreed", "reason": ""}
    assert "Ce créneau est complet" in text_of(desk.post(_page(order), {**sent, "verb": "review"}), 422)
    knowingly = {**sent, "overbook": "on"}
    assert "vous prenez cette commande quand même" in text_of(desk.post(_page(order), {**knowingly, "verb": "review"}))
    desk.post(_page(order), {**knowingly, "verb": "confirm"})
    assert AuditEvent.objects.filter(action="order.overbooked").count() == 1
    assert "Prise au-delà des places du créneau" in text_of(desk.get(reverse("desk:order", args=[order.pk])))


def test_a_window_that_goes_while_one_reads_is_said(desk: Client, order: Order) -> None:
    sent = _sent(desk, order)
    assert desk.post(_page(order), {**sent, "verb": "review"}).status_code == 200
    Hub.objects.update(hours="Mo-Sa 18:00-20:00")
    answer = desk.post(_page(order), {**sent, "verb": "confirm"})
    assert "Ce retrait n’est plus possible : choisissez-en un autre." in text_of(answer, 422)
    assert _start(order) == order.window_start


def test_nothing_else_in_two_weeks(desk: Client, order: Order) -> None:
    Hub.objects.update(hours="Dec 24 10:00-11:00")
    assert "Aucun autre retrait n’est possible dans les quatorze jours." in text_of(desk.get(_page(order)))


def test_over_or_unpaid_it_is_refused(desk: Client, market: Market, order: Order, clock: Clock) -> None:
    unpaid = make_order(town=market.town, lines=[(market.shirt, 1)], payment_mode=PaymentMode.CARD)
    Order.objects.filter(pk=order.pk).update(cancelled_at=timezone.now(), handed_over_at=None)
    order.shop_orders.update(state="cancelled")
    for each, why in ((order, "est annulée"), (unpaid, "attend son paiement")):
        assert _page(each) not in desk.get(reverse("desk:order", args=[each.pk])).content.decode()
        for answer in (desk.get(_page(each), follow=True), desk.post(_page(each), {"verb": "confirm"}, follow=True)):
            assert why in text_of(answer)
    order.shop_orders.update(state="handed_over")
    assert "a déjà été remise" in text_of(desk.get(_page(order), follow=True))


def test_another_towns_order_is_not_there(desk: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        other = make_order(town=viroflay, lines=[(theirs.shirt, 1)], resident=make_resident(name="Bruno Tran"))
    assert desk.get(_page(other)).status_code == 404
    assert desk.post(_page(other), {"verb": "confirm"}).status_code == 404
