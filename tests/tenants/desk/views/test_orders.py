"""One order, whole."""

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.models import Refund
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from tenants.orders.models import Channel, Order, PaymentMode
from tenants.orders.states import OrderState
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import Market, make_order, pay_by_card
from tests.tenants.desk.steps import bring_in
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def _page(name: str, order: Order) -> str:
    return reverse(f"desk:{name}", args=[order.pk])


def test_the_sheet_tells_everything(desk: Client, order: Order, camille: User) -> None:
    page = text_of(desk.get(_page("order", order)))
    for said in (
        "Alice Martin",
        "chez les commerçants",
        "À encaisser 60,00 €",
        "Annuler la commande",
        "Commande passée",
    ):
        assert said in page
    bring_in(order, camille, TUESDAY)
    page = text_of(desk.get(_page("order", order)))
    assert "attend son client" in page
    assert "Client prévenu par e-mail Camille Roux" in page
    assert "Annuler la commande" not in page


def test_cancelling_asks_first_and_happens_once(desk: Client, order: Order) -> None:
    assert "Annuler la commande A0-00 ?" in text_of(desk.get(_page("cancel", order)))
    for _double_click in range(2):
        answer = desk.post(_page("cancel", order), follow=True)
        assert f"{order.number} est annulée." in text_of(answer)
    assert Order.objects.get(pk=order.pk).state == OrderState.CANCELLED
    assert AuditEvent.objects.filter(action="order.cancelled").count() == 1


def test_cancelling_gives_the_card_its_money_back(desk: Client, market: Market, alice: Resident) -> None:
    order = make_order(town=market.town, lines=[(market.wine, 2)], resident=alice, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    answer = desk.post(_page("cancel", order), follow=True)
    page = text_of(answer)
    assert "29,00 € repartent vers le client." in page
    assert "Remboursement, en cours" in page
    assert Refund.objects.get().amount_cents == 2900


def test_too_late_to_cancel(desk: Client, order: Order, camille: User) -> None:
    bring_in(order, camille, TUESDAY)
    assert "ne peut plus être annulée" in text_of(desk.get(_page("cancel", order)))
    desk.post(_page("cancel", order))
    assert Order.objects.get(pk=order.pk).state == OrderState.WAITING


def test_calling_somebody_without_e_mail(desk: Client, market: Market, simone: Resident, camille: User) -> None:
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=simone, channel=Channel.PHONE)
    assert "n’attend pas son client" in text_of(desk.post(_page("tell", order), follow=True))
    bring_in(order, camille, TUESDAY)
    page = text_of(desk.get(_page("tell", order)))
    assert "04 42 00 00 11" in page
    assert "14,50 € à régler" in page
    for _double_click in range(2):
        desk.post(_page("tell", order))
    assert order.events.filter(kind="told").count() == 1
    assert AuditEvent.objects.filter(action="order.called").count() == 1
    assert "À appeler" not in text_of(desk.get(reverse("desk:today")))


def test_answering_for_a_shop(desk: Client, order: Order) -> None:
    part = order.shop_orders.get(shop__name="Cave des Heures Claires")
    line = part.lines.get()
    page = reverse("desk:answer", args=[part.pk])
    assert "1 × Coteaux d’Aix rouge" in text_of(desk.get(page))
    assert "Dites au client pourquoi" in text_of(desk.post(page, {"refused": [line.pk]}), 422)
    assert "n’est plus à fournir" in text_of(desk.post(page, {"refused": [order.pk], "reason": "x"}), 422)
    answer = desk.post(page, {"refused": [line.pk], "reason": "millésime épuisé"}, follow=True)
    assert "refusé : millésime épuisé" in text_of(answer)
    assert "a déjà répondu" in text_of(desk.post(page, {}, follow=True))
    assert Order.objects.get(pk=order.pk).total_cents == 4550


def test_accepting_for_a_shop(desk: Client, order: Order) -> None:
    part = order.shop_orders.order_by("pk").first()
    assert part is not None
    for _double_click in range(2):
        assert desk.post(reverse("desk:answer", args=[part.pk]), {}).status_code == 302
    part.refresh_from_db()
    assert part.state == "accepted"
    assert order.events.filter(kind="accepted").count() == 1
