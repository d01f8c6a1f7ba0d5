"""A resident's own orders, and nobody else's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.payments.models import Bearer, Mode, Refund, RefundState
from billing.payments.services import request_refund, retry_refund, take_at_desk
from billing.payments.unpaid_cheques import note_unpaid
from shared.tenancy import in_town
from tenants.hubs.models import Round
from tenants.orders import answering, fetching
from tenants.orders.by_hand import Wanted, move_order
from tenants.orders.events import Actor
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, RefundReason
from tenants.orders.refunding import WantedRefund, refund_lines
from tenants.orders.states import OrderState
from tenants.orders.to_see import see_to
from tenants.residents.models import Resident
from tenants.staff.models import StaffRole
from tests.billing.payments.depositing import deposited_cheques
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_order, make_resident, make_staff, pay_by_card, sign_in
from tests.tenants.failures import make_failed_refund
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db

MERCHANT = Actor("Cave des Heures Claires", "portal")
MOST_STATEMENTS = 20


@pytest.fixture
def paid(market: Market, alice: Resident) -> Order:
    order = make_order(town=market.town, lines=market.everything, resident=alice, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    return Order.objects.get(pk=order.pk)


def test_of_a_cheque_that_came_back_nothing_waits_at_the_desk(
    market: Market, alice: Resident, as_alice: Client, now: datetime
) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice)
    cheque = take_at_desk(
        reference=order.pk, amount_cents=order.total_cents, means=Mode.CHEQUE, actor="Camille", now=now
    )
    with transaction.atomic():
        request_refund(payment_id=cheque.pk, reference=uuid4(), amount_cents=700, reason="abîmé", now=now)
    assert "Vous attend au comptoir" in words(as_alice.get(page_of(order)))
    [row] = deposited_cheques(town=market.town, payments=[cheque], now=now, day=now.date()).cheques.all()
    note_unpaid(
        cheque_id=row.pk,
        town=market.town,
        returned_on=now.date(),
        reason="sans provision",
        fee_cents=0,
        actor=None,
        now=now,
    )
    page = words(as_alice.get(page_of(order)))
    assert "votre chèque est revenu impayé" in page
    assert "Vous attend au comptoir" not in page


def test_a_window_that_moved_is_said_and_why(
    market: Market, paid: Order, as_alice: Client, as_chloe: Client, now: datetime
) -> None:
    assert "Votre retrait a changé" not in words(as_alice.get(page_of(paid)))
    tomorrow = paid.window_start + timedelta(days=1)
    wanted = Wanted(hub_id=market.hub.pk, start=tomorrow, agreed=False, reason="le vélo est en panne")
    move_order(town=market.town, order_id=paid.pk, wanted=wanted, actor=CONCIERGE, now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "Votre retrait a changé Le retrait de votre commande A0-00, prévu mardi 24 novembre" in said
    assert "ne peut pas être assuré : le vélo est en panne. Elle vous attendra mercredi 25 novembre" in said
    assert "Passez demain de 18 h à 20 h" in said
    assert "Retrait déplacé de mardi 24 novembre de 18 h à 20 h à mercredi 25 novembre" in said
    assert as_chloe.get(page_of(paid)).status_code == 404
    again = Wanted(hub_id=market.hub.pk, start=tomorrow + timedelta(days=1))
    move_order(town=market.town, order_id=paid.pk, wanted=again, actor=CONCIERGE, now=now + timedelta(minutes=1))
    said = words(as_alice.get(page_of(paid)))
    assert "Comme convenu avec vous, le retrait de votre commande A0-00" in said
    assert "Retrait déplacé avec vous de mercredi 25 novembre" in said
    Order.objects.filter(pk=paid.pk).update(handed_over_at=now)
    assert "Votre retrait a changé" not in words(as_alice.get(page_of(paid)))


def test_a_window_that_is_lost_is_said_too(market: Market, paid: Order, as_alice: Client, now: datetime) -> None:
    user = make_staff(role=StaffRole.TOWN_HALL)
    Round.objects.update(active=False)
    see_to(town=market.town, decided={paid.pk: None}, user=user, channel="town_hall", now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "Votre retrait ne peut pas être assuré" in said
    assert "Nous vous appelons pour trouver une autre date avec vous." in said


def page_of(order: Order) -> str:
    return f"/commandes/{order.pk}/"


def test_follows_the_order_to_its_end(market: Market, paid: Order, as_alice: Client, now: datetime) -> None:
    said = words(as_alice.get(page_of(paid)))
    assert "Commande A0-00 Chez les commerçants" in said
    assert "Passez aujourd’hui de 18 h à 20 h à la conciergerie." in said
    assert f"{paid.code[:3]} {paid.code[3:]}" in said
    assert "Annuler la commande" in said
    for part in paid.shop_orders.all():
        answering.accept(part_id=part.pk, actor=MERCHANT, now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "En préparation" in said
    assert "Annuler la commande" not in said
    for part in paid.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    assert "En route" in words(as_alice.get(page_of(paid)))
    for part in paid.shop_orders.all():
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "Votre commande vous attend à la conciergerie, aujourd’hui de 18 h à 20 h." in said
    assert "Votre code de retrait" in said
    assert "une personne majeure doit venir" in said
    proof = Proof(code=paid.code, adult_seen=True)
    hand_over(order_id=paid.pk, proof=proof, means=None, actor=CONCIERGE, now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "Votre commande vous a été remise" in said
    assert "code" not in said


def test_a_refused_line_is_said_with_what_comes_back(
    market: Market, paid: Order, as_alice: Client, now: datetime
) -> None:
    line = Line.objects.get(product=market.wine)
    answering.refuse_line(line_id=line.pk, reason="rupture chez le vigneron", actor=MERCHANT, now=now)
    said = words(as_alice.get(page_of(paid)))
    assert "Cave des Heures Claires ne peut pas vous servir" in said
    assert "rupture chez le vigneron" in said
    assert "Remboursement en cours 14,50 €" in said
    assert "45,50 €" in said
    Refund.objects.update(state=RefundState.SUCCEEDED)
    assert "Remboursé 14,50 €" in words(as_alice.get(page_of(paid)))


def test_the_log_tells_nothing_of_the_kitchen(paid: Order, as_alice: Client) -> None:
    said = words(as_alice.get(page_of(paid)))
    assert "Ce qui s’est passé" in said
    assert "60,00 € payés par carte." in said
    assert "plateforme" not in said
    assert "INVALID" not in said


def test_cancelling_asks_first(market: Market, paid: Order, as_alice: Client) -> None:
    asked = as_alice.get(f"{page_of(paid)}annuler/")
    assert "Annuler la commande A0-00 ?" in words(asked)
    assert Order.objects.get().state == OrderState.PLACED
    done = as_alice.post(f"{page_of(paid)}annuler/", follow=True)
    assert "La commande A0-00 est annulée. 60,00 € vous sont rendus sur votre carte." in words(done)
    again = as_alice.post(f"{page_of(paid)}annuler/", follow=True)
    assert again.status_code == 200
    assert Refund.objects.count() == 1
    assert "déjà annulée" in words(as_alice.get(f"{page_of(paid)}annuler/", follow=True))


def test_too_late_to_cancel_is_said(paid: Order, as_alice: Client, now: datetime) -> None:
    answering.accept(part_id=paid.shop_orders.all()[0].pk, actor=MERCHANT, now=now)
    for method in (as_alice.get, as_alice.post):
        page = method(f"{page_of(paid)}annuler/", follow=True)
        assert "prépare déjà cette commande" in words(page)
    assert Order.objects.get().cancelled_at is None


def test_lists_ones_own_orders(market: Market, paid: Order, as_alice: Client, as_chloe: Client) -> None:
    said = words(as_alice.get("/commandes/"))
    assert "A0-00" in said
    assert "60,00 €" in said
    theirs = words(as_chloe.get("/commandes/"))
    assert "A0-00" not in theirs
    assert "Aucune commande pour l’instant" in theirs


@pytest.mark.parametrize("suffix", ["", "annuler/"])
def test_somebody_elses_order_is_not_found(paid: Order, as_chloe: Client, suffix: str) -> None:
    assert as_chloe.get(f"{page_of(paid)}{suffix}").status_code == 404
    assert as_chloe.post(f"/commandes/{paid.pk}/annuler/").status_code == 404
    assert as_chloe.get(f"/commandes/{uuid4()}/{suffix}").status_code == 404
    assert as_chloe.get("/commandes/A0-00/").status_code == 404


@pytest.mark.parametrize("suffix", ["", "annuler/"])
def test_another_towns_order_is_not_found(
    market: Market, paid: Order, viroflay: Any, browse: Callable[[Any], Client], suffix: str
) -> None:
    there = browse(viroflay)
    with in_town(viroflay):
        bruno = make_resident(name="Bruno Tran").user
        assert bruno is not None
        sign_in(client=there, user=bruno)
    assert there.get(f"{page_of(paid)}{suffix}").status_code == 404
    assert "Aucune commande" in words(there.get("/commandes/"))


def test_a_stranger_is_asked_to_sign_in(paid: Order, browse: Callable[[Any], Client], market: Market) -> None:
    for path in ("/commandes/", page_of(paid), f"{page_of(paid)}annuler/"):
        assert browse(market.town).get(path)["Location"].startswith("/compte/login/?next=/commandes/")


def test_many_orders_take_no_more_statements(market: Market, as_alice: Client, alice: Resident) -> None:
    for _ in range(12):
        make_order(town=market.town, lines=[(market.cheese, 1), (market.wine, 1)], resident=alice)
    as_alice.get("/commandes/")
    with CaptureQueriesContext(connection) as queries:
        as_alice.get("/commandes/")
    assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_one_order_takes_few_statements(paid: Order, as_alice: Client) -> None:
    as_alice.get(page_of(paid))
    with CaptureQueriesContext(connection) as queries:
        as_alice.get(page_of(paid))
    assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_a_refund_asked_for_again_is_one_to_its_customer(market: Market, as_alice: Client, alice: Resident) -> None:
    order, refund = make_failed_refund(market=market, resident=alice)
    page = f"/commandes/{order.pk}/"
    assert "À reprendre : la conciergerie s’en occupe 14,50 €" in words(as_alice.get(page))
    retry_refund(refund_id=refund.pk, actor=None, now=TUESDAY + timedelta(hours=1))
    said = words(as_alice.get(page))
    assert ("À reprendre" in said, "Remboursement en cours 14,50 €" in said) == (False, True)


def test_what_was_paid_and_given_back_and_when(
    market: Market, paid: Order, as_alice: Client, as_chloe: Client, now: datetime
) -> None:
    for part in paid.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    hand_over(order_id=paid.pk, proof=Proof(code=paid.code, adult_seen=True), means=None, actor=CONCIERGE, now=now)
    line = Line.objects.get(shop_order__order=paid, product=market.cheese)
    refund_lines(
        order_id=paid.pk,
        lines=[WantedRefund(line_id=line.pk, amount_cents=900, bearer=Bearer.MERCHANT)],
        reason=RefundReason.DAMAGED,
        words="écrasé dans le sac",
        token=uuid4(),
        actor=CONCIERGE,
        town=market.town,
        now=now,
    )
    said = words(as_alice.get(page_of(paid)))
    assert "Payé carte bancaire, en ligne, le 24/11/2026 60,00 €" in said
    assert "Remboursement en cours 9,00 € Produit abîmé ou impropre, demandé le 24/11/2026" in said
    assert "cinq à dix jours selon votre banque" in said
    assert "9,00 € rendus" in said
    assert "9,00 € vous sont rendus : produit abîmé ou impropre : écrasé dans le sac" in said
    assert "Reste à payer" not in said
    Refund.objects.update(state=RefundState.SUCCEEDED, closed_at=now + timedelta(days=3))
    assert "Remboursé 9,00 € Produit abîmé ou impropre, carte bancaire, en ligne, le 27/11/2026" in words(
        as_alice.get(page_of(paid))
    )
    assert as_chloe.get(page_of(paid)).status_code == 404
