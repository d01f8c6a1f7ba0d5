"""The town hall decides refunds above the ceiling, sets it, and sees who owes the town."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.models import Bearer, Mode, Refund
from billing.settlements.models import Payout
from billing.settlements.services import refund_sale, settle
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.models import Line, Order, PaymentMode, RefundReason, RefundRequest, RequestState
from tenants.orders.refunding import REFUND_ASKED, WantedRefund, refund_lines
from tenants.staff.models import StaffRole
from tenants.town_hall.refund_mail import tell_refund_asked
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.conftest import TUESDAY
from tests.factories import (
    CONCIERGE,
    Market,
    leave,
    make_market,
    make_merchant,
    make_order,
    make_staff,
    pay_by_card,
    run_effects,
)
from tests.tenants.failures import make_dispute, make_failed_refund
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/argent/remboursements/"


def ask(market: Market, *, cents: int = 2400) -> RefundRequest:
    """Camille asks for a whole cheese board of an order paid by card."""
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    line = Line.objects.get(shop_order__order=order, product=market.cheese)
    return refund_lines(
        order_id=order.pk,
        lines=[WantedRefund(line_id=line.pk, quantity=1, amount_cents=cents, bearer=Bearer.MERCHANT)],
        reason=RefundReason.QUALITY,
        words="croûte moisie",
        token=uuid4(),
        actor=CONCIERGE,
        town=market.town,
        now=TUESDAY,
    )


@pytest.fixture
def asked(market: Market) -> RefundRequest:
    return ask(market)


def test_nothing_waits(hall: Client) -> None:
    assert "Rien n’attend votre accord" in text_of(hall.get(PAGE))
    assert "à approuver : " not in text_of(hall.get("/mairie/"))


def test_granted_once_and_the_second_is_told_who_was_first(
    hall: Client, asked: RefundRequest, bernard: User, istres: Any
) -> None:
    home = text_of(hall.get("/mairie/"))
    assert "1 remboursement à approuver" in home
    page = text_of(hall.get(PAGE))
    assert f"24,00 €, commande {asked.order.number} à approuver" in page
    assert "Qualité décevante : croûte moisie" in page
    assert "1 × Plateau « Retour de marché », 24,00 € : à la charge de Fromagerie des Alpilles" in page
    verb = reverse("town_hall:grant_refund", args=[asked.pk])
    assert "24,00 € sont accordés" in text_of(hall.post(verb, follow=True))
    odile = signed_in(town=istres, user=make_staff(role=StaffRole.TOWN_HALL, name="Odile Petit"))
    assert "a déjà été accordé par Bernard Faure mardi 24 novembre" in text_of(odile.post(verb, follow=True))
    refusing = reverse("town_hall:decline_refund", args=[asked.pk])
    assert "a déjà été accordé" in text_of(odile.post(refusing, {"answer": "non"}, follow=True))
    assert Refund.objects.get().amount_cents == 2400
    assert AuditEvent.objects.get(action="refund.granted").actor_id == bernard.pk
    journal = text_of(hall.get(reverse("town_hall:journal")))
    assert f"a accordé un remboursement {asked.order.number}, 24,00 €" in journal


def test_declined_with_a_reason(hall: Client, asked: RefundRequest) -> None:
    verb = reverse("town_hall:decline_refund", args=[asked.pk])
    assert f"Refuser 24,00 € pour {asked.order.number}" in text_of(hall.get(verb))
    assert "Dites pourquoi vous refusez." in text_of(hall.post(verb, {"answer": " "}), 422)
    answer = text_of(hall.post(verb, {"answer": "la photo montre un plateau intact"}, follow=True))
    assert "est refusé" in answer
    assert "la photo montre un plateau intact" in answer
    assert RefundRequest.objects.get().state == RequestState.DECLINED
    assert not Refund.objects.exists()


def test_the_town_hall_is_written_to_once(asked: RefundRequest, bernard: User) -> None:
    run_effects(now=TUESDAY, kinds=[REFUND_ASKED])
    tell_refund_asked(payload={"request_id": str(asked.pk)}, now=TUESDAY)
    [letter] = Message.objects.filter(template="town_hall/refund_asked")
    assert letter.to == bernard.email
    assert "24,00\u00a0€" in letter.subject
    assert f"/mairie/argent/remboursements/#r-{asked.pk}" in letter.text


@pytest.mark.parametrize(("typed", "cents"), [("35", 3500), ("0", 0), ("12,50", 1250)])
def test_the_ceiling_is_the_towns(hall: Client, market: Market, typed: str, cents: int) -> None:
    verb = reverse("town_hall:refund_ceiling")
    assert "La concierge rend seule jusqu’à" in text_of(hall.post(verb, {"ceiling": typed}, follow=True))
    assert Town.objects.get(pk=market.town.pk).refund_ceiling_cents == cents
    assert AuditEvent.objects.filter(action="refund.ceiling_set").count() == 1


@pytest.mark.parametrize("typed", ["", "-1", "NaN", "1000,01", "vingt"])
def test_a_ceiling_that_cannot_be(hall: Client, market: Market, typed: str) -> None:
    answer = hall.post(reverse("town_hall:refund_ceiling"), {"ceiling": typed})
    assert answer.status_code == 422
    assert Town.objects.get(pk=market.town.pk).refund_ceiling_cents == 2000


def test_what_a_merchant_that_has_left_owes_is_to_be_recovered(hall: Client, in_istres: Any) -> None:
    gone, staying = (make_merchant(name=name, town=in_istres) for name in ("Parti Ailleurs", "Boucherie"))
    sales = [sell(merchant=merchant.pk) for merchant in (gone, staying)]
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    for payout in Payout.objects.order_by("pk"):
        sent = [debit(Account.IN_TRANSIT, 1880, payout.merchant_id), credit(Account.STRIPE, 1880)]
        post(kind="payout_sent", key=str(payout.pk), label="Virement", reference=payout.pk, postings=sent, at=MONDAY)
    leave(merchant=gone, town=in_istres, at=MONDAY)
    for sale in sales:
        refund_sale(
            shop_order_id=sale.shop_order_id,
            cause=uuid4(),
            amount_cents=2000,
            goods_vat_bp=2000,
            decided_at=MONDAY + timedelta(days=1),
        )
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    page = text_of(hall.get(PAGE))
    assert "Parti Ailleurs" in page
    assert "à recouvrer a quitté la conciergerie" in page
    assert "Boucherie" in page
    assert "à déduire de ses prochaines ventes" in page
    assert "à recouvrer" in text_of(hall.get("/mairie/argent/"))


def test_what_a_card_could_not_take_is_wired_once(hall: Client, market: Market, bernard: User) -> None:
    order, failed = make_failed_refund(market=market)
    assert "Rendre autrement" in text_of(hall.get("/mairie/argent/incidents/"))
    verb = reverse("town_hall:by_hand", args=[failed.pk])
    assert "Rendre 14,50 € autrement" in text_of(hall.get(verb))
    assert "Dites comment il a été rendu." in text_of(hall.post(verb, {}), 422)
    sent = {"means": "transfer", "note": "VIR 2026-114"}
    assert "14,50 € sont rendus, et notés." in text_of(hall.post(verb, sent, follow=True))
    assert "rendus autrement" in text_of(hall.post(verb, sent, follow=True))
    assert Refund.objects.exclude(pk=failed.pk).get().mode == Mode.TRANSFER
    [event] = AuditEvent.objects.filter(action="refund.given_by_hand")
    assert (event.actor_id, event.details["note"]) == (bernard.pk, "VIR 2026-114")
    # And the card is not tried any more.
    assert "déjà redemandé" in text_of(hall.post(reverse("town_hall:again_refund", args=[failed.pk]), follow=True))
    assert order.events.exists()


def test_what_a_bank_is_giving_back_is_not_given_a_second_time(hall: Client, market: Market) -> None:
    order, failed = make_failed_refund(market=market)
    make_dispute(order=order)
    verb = reverse("town_hall:by_hand", args=[failed.pk])
    sent = {"means": "transfer", "note": "VIR 2026-114"}
    assert "ne le rendez pas une seconde fois" in text_of(hall.post(verb, sent), 422)
    assert Refund.objects.get() == failed


def test_another_towns_requests_are_not_there(hall: Client, asked: RefundRequest, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = ask(make_market(town=viroflay))
    for name in ("grant_refund", "decline_refund"):
        assert hall.post(reverse(f"town_hall:{name}", args=[theirs.pk]), {"answer": "x"}).status_code == 404
    with in_town(viroflay):
        assert RefundRequest.objects.get().is_waiting
        assert Order.objects.count() == 1


def test_the_concierge_does_not_decide(istres: Any, asked: RefundRequest) -> None:
    desk = signed_in(town=istres, user=make_staff())
    assert desk.get(PAGE).status_code == 403
    assert desk.post(reverse("town_hall:grant_refund", args=[asked.pk])).status_code == 403
    assert RefundRequest.objects.get().is_waiting
