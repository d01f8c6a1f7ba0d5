"""A payment contested at the bank: seen with its deadline, decided once it is lost, by one town hall only."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.facts import DISPUTE_CLOSED, DISPUTE_OPENED
from billing.payments.models import Bearer, Dispute, DisputeState, Payment
from billing.payments.refunds import SEND_REFUND
from billing.payments.services import Share
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, Order, PaymentMode, RefundReason
from tenants.orders.refunding import WantedRefund, refund_lines
from tenants.staff.models import StaffRole
from tenants.town_hall.deciding import BeyondLimitError, decide
from tenants.town_hall.disputes import tell_dispute_lost, tell_dispute_opened
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_market, make_order, make_staff, pay_by_card, run_effects
from tests.tenants.failures import make_dispute
from tests.tenants.orders.test_handing_over import bring_in
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/argent/incidents/"


def paid_order(market: Market, *, handed_over: bool = True) -> Order:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    if handed_over:
        order = bring_in(order, TUESDAY)
        proof = Proof(code=order.code, adult_seen=True)
        hand_over(order_id=order.pk, proof=proof, means=None, actor=CONCIERGE, now=TUESDAY)
    return Order.objects.get(pk=order.pk)


def page_of(dispute: Dispute) -> str:
    return reverse("town_hall:dispute", args=[dispute.pk])


def field(market: Market, name: str) -> str:
    return f"merchant_{getattr(market, name).shop.merchant_id.hex}"


def lost(market: Market, *, handed_over: bool = True) -> Dispute:
    return make_dispute(order=paid_order(market, handed_over=handed_over), state=DisputeState.LOST)


def as_if_withdrawn(dispute: Dispute) -> None:
    """The ledger's side of what the factory writes down."""
    from billing.ledger.services import credit, debit, post  # noqa: PLC0415  (of this test alone)

    lines = [debit(Account.DISPUTES, 6000), credit(Account.STRIPE, 6000)]
    post(kind="dispute_withdrawn", key="x", label="x", reference=dispute.pk, postings=lines, at=TUESDAY)


def test_an_open_one_is_shown_with_its_deadline(hall: Client, market: Market) -> None:
    order = paid_order(market)
    dispute = make_dispute(order=order)
    page = text_of(hall.get(PAGE))
    assert f"{order.number} le client dit n’avoir rien reçu 60,00 € réponse attendue 06/12/2026 9 h Voir" in page
    assert "1 paiement à reprendre" in text_of(hall.get("/mairie/"))
    page = text_of(hall.get(page_of(dispute)))
    assert "Une réponse est attendue avant le dimanche 6 décembre à 9 h" in page
    assert "ne peut pas être remboursé" in page
    assert "Qui supporte" not in page
    Dispute.objects.update(answered=True)
    assert "examinée par la banque" in text_of(hall.get(PAGE))
    assert "1 paiement à reprendre" not in text_of(hall.get("/mairie/"))


def test_a_lost_one_is_decided_once(hall: Client, market: Market, bernard: User) -> None:
    dispute = lost(market)
    as_if_withdrawn(dispute)
    assert "perdue, à décider" in text_of(hall.get(PAGE))
    assert "Qui supporte 60,00 € ?" in text_of(hall.get(page_of(dispute)))
    answers = {
        field(market, "wine"): "14,50",
        field(market, "cheese"): "0",
        "company": "40,50",
        "commune": "5",
        "reason": "Le vin n’était pas dans le sac.",
    }
    page = text_of(hall.post(page_of(dispute), answers, follow=True))
    assert "C’est décidé pour les 60,00 €" in page
    assert "Cave des Heures Claires 14,50 €" in page
    assert "La commune 5,00 €" in page
    assert "Bernard Faure, le mardi 24 novembre à 9 h" in page
    again = text_of(hall.post(page_of(dispute), {"company": "60", "reason": "Autrement."}, follow=True))
    assert "n’est plus à décider" in again
    assert balance(account=Account.DISPUTES) == 0
    assert balance(account=Account.MERCHANTS, merchant_id=market.wine.shop.merchant_id) == 0
    assert (balance(account=Account.LOSSES), balance(account=Account.COMMUNE_OWES)) == (4050, 500)
    [event] = AuditEvent.objects.filter(action="dispute.decided")
    assert event.actor_id == bernard.pk
    assert "a décidé qui supporte une contestation" in text_of(hall.get(reverse("town_hall:journal")))
    assert "perdue, décidée" in text_of(hall.get(PAGE))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"company": "59,99", "reason": "Ainsi."}, "Les parts font 59,99 € : il faut 60,00 €"),
        ({"company": "-60", "reason": "Ainsi."}, "Le prix doit être supérieur à zéro."),
        ({"company": "soixante", "reason": "Ainsi."}, "Écrivez un prix en euros, comme 12,50."),
        ({"company": "60"}, "Ce champ est obligatoire."),
        ({"customer": "60", "reason": "Ainsi."}, "Les parts font 0,00 €"),
    ],
)
def test_bad_answers_decide_nothing(hall: Client, market: Market, answers: dict[str, str], said: str) -> None:
    dispute = lost(market)
    assert said in text_of(hall.post(page_of(dispute), answers), status=422)
    assert not Dispute.objects.get(pk=dispute.pk).decided_at


def test_a_merchant_bears_no_more_than_it_sold(hall: Client, market: Market) -> None:
    dispute = lost(market)
    answers = {field(market, "wine"): "60", "reason": "Ainsi."}
    page = text_of(hall.post(page_of(dispute), answers), status=422)
    assert "Il n’a vendu que 14,50 € dans cette commande." in page


def test_before_the_handover_nobody_need_bear_it(hall: Client, market: Market) -> None:
    dispute = lost(market, handed_over=False)
    as_if_withdrawn(dispute)
    page = text_of(hall.get(page_of(dispute)))
    assert "La commande n’a pas été remise, son argent était encore au client." in page
    assert "Alpilles" not in page
    hall.post(page_of(dispute), {"customer": "60", "reason": "Rien n’est sorti."})
    assert (balance(account=Account.CUSTOMERS), balance(account=Account.DISPUTES)) == (0, 0)


def test_before_the_handover_the_customers_part_is_what_was_not_refunded(hall: Client, market: Market) -> None:
    dispute = lost(market, handed_over=False)
    as_if_withdrawn(dispute)
    Payment.objects.update(refunded_cents=1200)
    page = hall.get(page_of(dispute))
    assert 'value="48,00"' in page.content.decode()
    assert 'value="12,00"' in page.content.decode()
    answers = {"customer": "60", "reason": "Rien n’est sorti."}
    assert "Il n’est resté au client que 48,00 €" in text_of(hall.post(page_of(dispute), answers), status=422)
    assert Dispute.objects.get(pk=dispute.pk).decided_at is None


def test_an_order_that_changed_since_the_page_was_read_is_read_again(market: Market) -> None:
    """Handed over meanwhile: «nobody, nothing has left» is no longer true."""
    dispute = lost(market)
    with pytest.raises(BeyondLimitError):
        decide(
            dispute_id=dispute.pk,
            shares=[Share(bearer=Bearer.CUSTOMER, amount_cents=6000)],
            reason="Rien n’est sorti.",
            actor=None,
            now=TUESDAY,
        )
    stranger = Share(bearer=Bearer.MERCHANT, amount_cents=6000, merchant_id=uuid4())
    with pytest.raises(BeyondLimitError):
        decide(dispute_id=dispute.pk, shares=[stranger], reason="Ainsi.", actor=None, now=TUESDAY)
    assert Dispute.objects.get(pk=dispute.pk).decided_at is None


def test_a_granted_refund_that_could_not_go_is_not_borne_twice(hall: Client, market: Market) -> None:
    """The bank has given it back: what the merchant lost by the refund pays that part of the dispute."""
    dispute = lost(market)
    as_if_withdrawn(dispute)
    order = Order.objects.get()
    wine = Line.objects.get(shop_order__order=order, product=market.wine)
    refund_lines(
        order_id=order.pk,
        lines=[WantedRefund(line_id=wine.pk, amount_cents=1450, bearer=Bearer.MERCHANT)],
        reason=RefundReason.OTHER,
        words="",
        token=uuid4(),
        actor=CONCIERGE,
        town=market.town,
        now=TUESDAY,
    )
    run_effects(kinds=[SEND_REFUND])
    assert balance(account=Account.CUSTOMERS) == -1450
    page = text_of(hall.get(page_of(dispute)))
    assert "Un remboursement accordé, que la contestation a empêché de partir" in page
    too_much = {"customer": "20", "company": "40", "reason": "Ainsi."}
    assert "Il n’est resté au client que 14,50 €" in text_of(hall.post(page_of(dispute), too_much), status=422)
    hall.post(page_of(dispute), {"customer": "14,50", "company": "45,50", "reason": "Le reste est à nous."})
    assert (balance(account=Account.CUSTOMERS), balance(account=Account.DISPUTES)) == (0, 0)
    assert balance(account=Account.LOSSES) == 4550


def test_opening_and_loss_are_written_about_once(market: Market, bernard: User, in_istres: Any) -> None:
    dispute = lost(market)
    order = Order.objects.get()
    run_effects(kinds=[DISPUTE_OPENED, DISPUTE_CLOSED])
    for kind, tell in ((DISPUTE_OPENED, tell_dispute_opened), (DISPUTE_CLOSED, tell_dispute_lost)):
        tell(payload=Effect.objects.get(kind=kind).payload, now=TUESDAY)
    company = in_istres.operating_company.contact_email
    letters = Message.objects.filter(template="town_hall/dispute_opened").order_by("to")
    assert [letter.to for letter in letters] == sorted(["bernard@istres.example", company])
    assert letters[0].subject == f"Paiement contesté\xa0: 60,00\xa0€, {order.number}"
    assert "le client dit n’avoir rien reçu" in letters[0].text
    assert "jusqu’au dimanche 6\xa0décembre à 9\xa0h" in letters[0].text
    assert Message.objects.filter(template="town_hall/dispute_lost").count() == 2
    assert AuditEvent.objects.filter(object_id=str(dispute.pk)).count() == 2


def test_a_won_one_is_not_written_about_again(market: Market, bernard: User) -> None:
    make_dispute(order=paid_order(market), state=DisputeState.WON)
    run_effects(kinds=[DISPUTE_CLOSED])
    assert not Message.objects.filter(template="town_hall/dispute_lost").exists()


def test_disputes_of_another_town_are_not_there(hall: Client, istres: Any, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = lost(make_market(town=viroflay))
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
    assert hall.get(page_of(theirs)).status_code == 404
    assert hall.post(page_of(theirs), {"company": "60", "reason": "Ainsi."}).status_code == 404
    assert "Rien à reprendre" in text_of(hall.get(PAGE))
    assert "Qui supporte" in text_of(signed_in(town=viroflay, user=bruno).get(page_of(theirs)))


def test_a_concierge_does_not_decide(istres: Any, market: Market) -> None:
    dispute = lost(market)
    camille = signed_in(town=istres, user=make_staff(name="Camille Roux"))
    assert camille.get(page_of(dispute)).status_code in {403, 404}
    assert camille.get(reverse("town_hall:dispute", args=[uuid4()])).status_code in {403, 404}
