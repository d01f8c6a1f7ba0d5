"""The mails about orders: readable, exact, each to its own reader."""

from datetime import datetime
from email.headerregistry import Address
from typing import Any

import pytest
from django.core import mail

from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders import cancelling, fetching
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Order, PaymentMode
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident, pay_by_card, run_effects

pytestmark = pytest.mark.django_db

TELLING = ["orders.confirmed", "notifications.send"]


@pytest.fixture
def paid(market: Market, now: datetime) -> Order:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    run_effects(now=now, kinds=TELLING)
    return order


def message(template: str) -> Message:
    return Message.objects.get(template=f"orders/{template}")


def test_the_confirmation_says_when_where_and_what(paid: Order) -> None:
    sent = message("confirmed")
    assert sent.subject.replace("\u00a0", " ") == "Commande A0-00 confirmée : retrait mardi 24 novembre dès 18 h"
    for text in (sent.text, sent.html):
        said = " ".join(text.split())
        assert "passez mardi 24 novembre dès 18 h à la conciergerie" in said
        assert "60,00 €" in said
        assert paid.code in said
        assert f"http://istres.localhost/commandes/{paid.pk}/" in said
        assert "une personne majeure doit venir" in said
    assert "60,00\u00a0€ payés par carte" in sent.text


def test_a_merchant_reads_of_its_own_lines_only(paid: Order, market: Market) -> None:
    sent = Message.objects.get(template="orders/to_accept", to="mistral@boutique.example")
    for text in (sent.text, sent.html, sent.subject):
        assert "Coteaux" not in text
        assert "Fromagerie" not in text
        assert paid.customer_name not in text
        assert paid.code not in text
        assert "60,00" not in text
    assert "T-shirt « Étang de Berre »" in sent.text
    assert "http://localhost/portail/" in sent.text


def test_what_is_due_at_the_desk_is_said(market: Market, now: datetime) -> None:
    make_order(town=market.town, lines=[(market.shirt, 2)])
    run_effects(now=now, kinds=TELLING)
    assert "43,00\u00a0€ à payer au comptoir" in message("confirmed").text


def test_it_waits_with_its_code(paid: Order, now: datetime) -> None:
    for part in paid.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    sent = message("waiting")
    assert sent.subject == "Votre commande A0-00 vous attend à la conciergerie"
    assert paid.code in sent.text
    assert "à payer" not in sent.text


def test_the_sender_is_the_towns_conciergerie(paid: Order) -> None:
    letter = next(letter for letter in mail.outbox if "confirmée" in letter.subject)
    assert str(letter.from_email).startswith('"La Conciergerie d’Istres" <')
    assert Address(addr_spec=letter.to[0]).username
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert letter.alternatives[0][1] == "text/html"


def test_names_are_escaped_in_html_and_plain_in_text(market: Market, now: datetime) -> None:
    odd = make_resident(name="<b>Zoé</b> & Cie")
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=odd)
    run_effects(now=now, kinds=TELLING)
    cancelling.cancel(order_id=order.pk, actor=CUSTOMER, now=now)
    assert "Bonjour <b>Zoé</b> & Cie," in message("confirmed").text
    for sent in Message.objects.filter(to=odd.email):
        assert "<b>Zoé</b>" not in sent.html
        assert "INVALID" not in sent.text + sent.html + sent.subject


def test_each_town_writes_in_its_own_name(market: Market, viroflay: Any, now: datetime) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        make_order(town=viroflay, lines=[(theirs.wine, 1)])
        run_effects(now=now, kinds=TELLING)
        sent = message("confirmed")
        assert "La Conciergerie de Viroflay" in sent.text
        assert "http://viroflay.localhost/commandes/" in sent.text
    assert not Message.objects.exists()
