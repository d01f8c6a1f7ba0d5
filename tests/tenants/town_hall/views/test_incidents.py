"""What the town hall sees of money that did not arrive, and trying again."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.facts import PAYMENT_MISMATCHED
from billing.payments.mismatches import AmountMismatchError, note_mismatch
from billing.payments.models import Payment, Refund, RefundState
from billing.payments.refunds import SEND_REFUND
from billing.settlements.models import PayoutState
from billing.settlements.payouts import ACCOUNT_MISSING
from billing.settlements.services import settle
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.orders.models import PaymentMode
from tenants.orders.paying import ask_payment
from tenants.orders.weighing import weigh
from tenants.staff.models import StaffRole
from tenants.town_hall.mismatches import tell_mismatch
from tests.billing.settlements.selling import NEXT_MONDAY, NEXT_SUNDAY
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_market, make_order, make_staff
from tests.tenants.failures import make_failed_payout, make_failed_refund, make_waiting_payout
from tests.tenants.orders.weighing import answer, hold, lapse, make_weighed, weighed_line
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/argent/incidents/"


def test_nothing_to_resume(hall: Client) -> None:
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
    assert "De l’argent n’est pas arrivé" not in text_of(hall.get("/mairie/"))


def test_a_failed_refund_is_shown_and_asked_for_again_once(hall: Client, market: Market, bernard: User) -> None:
    order, refund = make_failed_refund(market=market)
    page = text_of(hall.get(PAGE))
    assert f"{order.number} vin : indisponible 14,50 € échoué La carte a expiré ou n’existe plus Réessayer" in page
    assert "1 paiement à reprendre : voir pourquoi, et réessayer" in text_of(hall.get("/mairie/"))
    verb = reverse("town_hall:again_refund", args=[refund.pk])
    assert "est redemandé à Stripe" in text_of(hall.post(verb, follow=True))
    assert "est déjà redemandé : il ne part qu’une fois" in text_of(hall.post(verb, follow=True))
    again = Refund.objects.exclude(pk=refund.pk).get()
    assert (again.state, again.amount_cents) == (RefundState.PENDING, 1450)
    assert Effect.objects.filter(kind=SEND_REFUND, payload={"refund_id": str(again.pk)}).count() == 1
    [event] = AuditEvent.objects.filter(action="refund.retried")
    assert event.actor_id == bernard.pk
    journal = text_of(hall.get(reverse("town_hall:journal")))
    assert f"Bernard Faure a redemandé un remboursement Commande {order.number}, 14,50 €" in journal
    assert "Rien à reprendre" in text_of(hall.get(PAGE))


def test_given_back_otherwise_meanwhile(hall: Client, market: Market) -> None:
    _order, refund = make_failed_refund(market=market)
    Payment.objects.filter(pk=refund.payment_id).update(refunded_cents=6000)
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
    answer = hall.post(reverse("town_hall:again_refund", args=[refund.pk]), follow=True)
    assert "ont été rendus autrement" in text_of(answer)
    assert not AuditEvent.objects.filter(action="refund.retried").exists()


def test_a_failed_payout_is_sent_again_once(hall: Client, in_istres: Any) -> None:
    payout = make_failed_payout(town=in_istres)
    page = text_of(hall.get(PAGE))
    assert "Fromagerie des Alpilles bordereau ISTRES-2026-00001 56,40 € échoué" in page
    assert "Stripe répond « No such destination »." in page
    verb = reverse("town_hall:again_payout", args=[payout.pk])
    assert "est redemandé à Stripe" in text_of(hall.post(verb, follow=True))
    assert "est déjà redemandé" in text_of(hall.post(verb, follow=True))
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == (PayoutState.WAITING, 1)
    assert AuditEvent.objects.filter(action="payout.retried").count() == 1


def test_a_payout_that_waits_says_why(hall: Client, in_istres: Any) -> None:
    make_waiting_payout(town=in_istres, reason=ACCOUNT_MISSING)
    assert f"en attente {ACCOUNT_MISSING} Réessayer" in text_of(hall.get(PAGE))
    assert "De l’argent n’est pas arrivé" not in text_of(hall.get("/mairie/"))


def test_a_payout_that_a_later_statement_has(hall: Client, in_istres: Any) -> None:
    payout = make_failed_payout(town=in_istres)
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    answer = hall.post(reverse("town_hall:again_payout", args=[payout.pk]), follow=True)
    assert "est compté dans un bordereau plus récent : il part avec lui" in text_of(answer)
    assert not AuditEvent.objects.filter(action="payout.retried").exists()


def test_incidents_of_another_town_are_not_there(hall: Client, istres: Any, viroflay: Any, market: Market) -> None:
    with in_town(viroflay):
        order, refund = make_failed_refund(market=make_market(town=viroflay))
        payout = make_failed_payout(town=viroflay)
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
    verbs = [
        reverse("town_hall:again_refund", args=[refund.pk]),
        reverse("town_hall:again_payout", args=[payout.pk]),
    ]
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
    for verb in verbs:
        assert hall.post(verb).status_code == 404
    theirs = signed_in(town=viroflay, user=bruno)
    assert order.number in text_of(theirs.get(PAGE))
    for verb in verbs:
        assert theirs.post(verb).status_code == 302
    with in_town(viroflay):
        assert AuditEvent.objects.filter(action__in=["refund.retried", "payout.retried"]).count() == 2
    with in_town(istres):
        assert not AuditEvent.objects.filter(action__in=["refund.retried", "payout.retried"]).exists()


def test_what_does_not_exist(hall: Client) -> None:
    for name in ("again_refund", "again_payout"):
        assert hall.post(reverse(f"town_hall:{name}", args=[uuid4()])).status_code == 404


def test_trying_again_is_a_post(hall: Client) -> None:
    for name in ("again_refund", "again_payout"):
        assert hall.get(reverse(f"town_hall:{name}", args=[uuid4()])).status_code == 405


def test_an_unexpected_amount_is_shown_told_and_closed(
    hall: Client, market: Market, istres: Any, viroflay: Any, bernard: User
) -> None:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    payment = Payment.objects.get(reference=order.pk)
    mismatch = note_mismatch(error=AmountMismatchError(payment_id=payment.pk, cents=6000, currency="usd"), now=TUESDAY)
    for _ in range(2):
        tell_mismatch(payload=Effect.objects.get(kind=PAYMENT_MISMATCHED).payload, now=TUESDAY)
    letters = Message.objects.filter(template="town_hall/mismatch").order_by("to")
    assert {letter.to for letter in letters} == {bernard.email, istres.operating_company.contact_email}
    assert letters[0].subject == f"Montant inattendu\xa0: 60,00\xa0USD au lieu de 60,00\xa0€, {order.number}"
    assert f"{order.number} 60,00 € 60,00 USD C’est réglé" in text_of(hall.get(PAGE))
    assert "1 paiement à reprendre" in text_of(hall.get("/mairie/"))
    verb = reverse("town_hall:close_mismatch", args=[mismatch.pk])
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
    assert signed_in(town=viroflay, user=bruno).post(verb).status_code == 404
    for _ in range(2):
        assert f"L’incident de {order.number} est classé." in text_of(hall.post(verb, follow=True))
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
    assert AuditEvent.objects.filter(action="mismatch.closed").count() == 1


def test_a_card_that_holds_nothing_any_more_is_listed_until_it_is_paid(hall: Client, market: Market) -> None:
    product = make_weighed(shop=market.cheese.shop, now=TUESDAY)
    order = make_order(town=market.town, lines=[(product, 1)], payment_mode=PaymentMode.CARD)
    lapse(hold(order, now=TUESDAY), now=TUESDAY)
    page = text_of(hall.get(PAGE))
    assert f"{order.number} {order.customer_name}" in page
    assert "6,45 € L’autorisation a dépassé sa durée" in page
    assert "1 paiement à reprendre" in text_of(hall.get("/mairie/"))
    ask_payment(order_id=order.pk, now=TUESDAY)
    hold(order, now=TUESDAY)
    assert "Rien à reprendre" in text_of(hall.get(PAGE))


def test_a_card_that_stripe_does_not_take_is_listed_with_its_reason(hall: Client, market: Market) -> None:
    product = make_weighed(shop=market.cheese.shop, now=TUESDAY)
    order = make_order(town=market.town, lines=[(product, 1)], payment_mode=PaymentMode.CARD)
    payment = hold(order, now=TUESDAY)
    line = weighed_line(order)
    weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=CONCIERGE, now=TUESDAY)
    Payment.objects.filter(pk=payment.pk).update(failure="This account cannot take payments.")
    assert "6,19 € Stripe refuse de débiter la carte pour l’instant" in text_of(hall.get(PAGE))
    answer(payment, now=TUESDAY)
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
