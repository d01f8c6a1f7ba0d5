"""Giving money back from the desk: asked line by line, then handed over."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.deposit_models import MadeGoodBy
from billing.payments.models import Mode, Refund, RefundState
from billing.payments.services import request_refund, take_at_desk
from billing.payments.unpaid_cheques import make_good, note_unpaid
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.desk import actions
from tenants.orders.handing_over import Proof
from tenants.orders.models import Line, Order, RefundRequest, RequestState
from tenants.residents.models import Resident
from tests.billing.payments.depositing import deposited_cheques
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order, make_resident, make_staff
from tests.tenants.desk.steps import bring_in
from tests.tenants.failures import make_dispute, make_failed_refund
from tests.tenants.staff.pages import hidden, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(order: Order, camille: User) -> Order:
    """60.00 € in three shops, paid in cash and collected."""
    bring_in(order, camille, TUESDAY)
    proof = Proof(code=order.code, adult_seen=True)
    return actions.hand_over(order_id=order.pk, proof=proof, means=Mode.CASH, user=camille, now=TUESDAY)


def page_of(order: Order) -> str:
    return reverse("desk:refund", args=[order.pk])


def line_of(order: Order, product: Any) -> Line:
    return Line.objects.get(shop_order__order=order, product=product)


def filled(order: Order, market: Market, **changes: Any) -> dict[str, Any]:
    """9.00 € of the cheese board, borne by its merchant."""
    line = line_of(order, market.cheese)
    return {
        "token": str(uuid4()),
        "reason": "damaged",
        "words": "écrasé dans le sac",
        f"take-{line.pk}": "part",
        f"amount-{line.pk}": "9,00",
        f"bearer-{line.pk}": "merchant",
        **changes,
    }


def test_asked_on_the_page_and_given_in_cash(desk: Client, handed_over: Order, market: Market) -> None:
    page = desk.get(page_of(handed_over))
    assert "1 × Plateau « Retour de marché » Fromagerie des Alpilles, 24,00 €" in text_of(page)
    [token] = hidden(page, "token")
    sent = filled(handed_over, market, token=token)
    sheet = text_of(desk.post(page_of(handed_over), sent, follow=True))
    assert "9,00 € sont accordés au client." in sheet
    assert "Rendre 9,00 € au client" in sheet
    assert "Produit abîmé ou impropre : écrasé dans le sac" in sheet
    assert "Remboursement accordé : 9,00 €" in sheet
    again = text_of(desk.post(page_of(handed_over), sent, follow=True))
    assert "Ces 9,00 € étaient déjà demandés : rien n’est demandé deux fois." in again
    refund = Refund.objects.get()
    give = reverse("desk:give", args=[refund.pk])
    assert "Rendre 9,00 € à Alice Martin" in text_of(desk.get(give))
    assert "9,00 € sont rendus à Alice Martin." in text_of(desk.post(give, {"means": "cash"}, follow=True))
    assert "c’est déjà rendu" in text_of(desk.post(give, {"means": "cash"}, follow=True))
    assert balance(account=Account.CASH) == 6000 - 900
    assert AuditEvent.objects.filter(action="refund.granted").count() == 1


def test_a_cheque_is_given_back_while_it_is_here_and_whole(desk: Client, handed_over: Order, istres: Any) -> None:
    cheques = [
        take_at_desk(
            reference=handed_over.pk,
            amount_cents=3500,
            means=Mode.CHEQUE,
            actor="Camille",
            now=TUESDAY,
            paid_before_cents=paid,
        )
        for paid in (6000, 9500)
    ]
    pages = []
    for payment, cents in ((cheques[0], 3500), (cheques[1], 500)):
        asked = request_refund(
            payment_id=payment.pk, reference=uuid4(), amount_cents=cents, reason="annulée", now=TUESDAY
        )
        pages.append(reverse("desk:give", args=[asked.pk]))
    assert "en rendant son chèque" in text_of(desk.get(pages[0]))
    # Part of it cannot be given so.
    assert "en rendant son chèque" not in text_of(desk.get(pages[1]))
    assert "Choisissez un des moyens" in text_of(desk.post(pages[1], {"means": "cheque"}), 422)
    deposited_cheques(town=istres, payments=[cheques[0]], now=TUESDAY)
    assert "en rendant son chèque" not in text_of(desk.get(pages[0]))
    assert "Choisissez un des moyens" in text_of(desk.post(pages[0], {"means": "cheque"}), 422)
    assert "35,00 € sont rendus" in text_of(desk.post(pages[0], {"means": "transfer"}, follow=True))
    assert balance(account=Account.BANK) == 0


def test_a_cheque_that_nobody_paid_is_given_back_without_money(desk: Client, handed_over: Order, istres: Any) -> None:
    cheque = take_at_desk(
        reference=handed_over.pk,
        amount_cents=3500,
        means=Mode.CHEQUE,
        actor="Camille",
        now=TUESDAY,
        paid_before_cents=6000,
    )
    [row] = deposited_cheques(town=istres, payments=[cheque], now=TUESDAY).cheques.all()
    unpaid = note_unpaid(
        cheque_id=row.pk,
        town=istres,
        returned_on=TUESDAY.date(),
        reason="sans provision",
        fee_cents=0,
        actor=None,
        now=TUESDAY,
    )
    asked = request_refund(payment_id=cheque.pk, reference=uuid4(), amount_cents=1000, reason="abîmé", now=TUESDAY)
    give = reverse("desk:give", args=[asked.pk])
    assert "Ne rendez pas d’argent" in text_of(desk.get(give))
    assert "Ne rendez pas d’argent" in text_of(desk.post(give, {"means": "cash"}), 422)
    make_good(key=uuid4(), unpaid_id=unpaid.pk, how=MadeGoodBy.LOSS, note="", actor=None, now=TUESDAY)
    page = text_of(desk.get(give))
    assert "sans argent" in page
    assert "en espèces, de la caisse" not in page
    assert desk.post(give, {"means": "cash"}).status_code == 422
    assert "La perte est réduite de 10,00 €" in text_of(desk.post(give, {"means": "cheque"}, follow=True))
    assert (balance(account=Account.LOSSES), balance(account=Account.CASH)) == (2500, 6000)


def test_whole_ones_by_their_number(desk: Client, market: Market, alice: Resident, camille: User) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 3)], resident=alice)
    line = line_of(order, market.shirt)
    page = text_of(desk.get(page_of(order)))
    assert "2 sur 3, 43,00 €" in page
    assert "À la charge de" not in page
    sent = {"token": uuid4(), "reason": "missing", "words": "un seul en rayon", f"take-{line.pk}": "2"}
    assert "attendent l’accord de la mairie" in text_of(desk.post(page_of(order), sent, follow=True))
    assert RefundRequest.objects.get().lines.get().quantity == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("24,01", "Le montant ne peut pas dépasser 24,00 €."),
        ("-1", "Le montant doit être supérieur à zéro."),
        ("NaN", "Écrivez un prix en euros"),
        ("inf", "Écrivez un prix en euros"),
        ("1,234", "deux décimales au plus"),
        ("neuf", "Écrivez un prix en euros"),
        ("", "Écrivez le montant à rendre."),
    ],
)
def test_an_amount_that_cannot_be(desk: Client, handed_over: Order, market: Market, typed: str, said: str) -> None:
    line = line_of(handed_over, market.cheese)
    answer = desk.post(page_of(handed_over), filled(handed_over, market, **{f"amount-{line.pk}": typed}))
    assert said in text_of(answer, 422)
    assert not RefundRequest.objects.exists()


def test_what_is_missing_or_tampered_with_is_said(desk: Client, handed_over: Order, market: Market) -> None:
    line = line_of(handed_over, market.cheese)
    stranger = line_of(make_order(town=market.town, lines=[(market.wine, 1)], resident=make_resident()), market.wine)
    for changes, said in (
        ({f"take-{line.pk}": "1"}, "Choisissez un nombre de produits ou un montant"),
        ({f"take-{line.pk}": "", f"amount-{line.pk}": ""}, "Dites ce qui est à rendre"),
        ({f"take-{line.pk}": "7"}, "Sélectionnez un choix valide"),
        ({f"bearer-{line.pk}": "customer"}, "Choisissez qui le supporte."),
        ({f"take-{stranger.pk}": "1"}, "n’est pas de cette commande"),
        ({"goodwill": "5", "goodwill_bearer": "merchant"}, "Choisissez qui le supporte."),
        ({"reason": "magic"}, "Sélectionnez un choix valide"),
        ({"words": ""}, "Expliquez en quelques mots"),
        ({"token": "oups"}, "UUID"),
    ):
        answer = desk.post(page_of(handed_over), filled(handed_over, market, **changes))
        assert said in text_of(answer, 422), changes
    assert not RefundRequest.objects.exists()


def test_a_form_sent_again_with_another_amount_is_refused(desk: Client, handed_over: Order, market: Market) -> None:
    line = line_of(handed_over, market.cheese)
    sent = filled(handed_over, market)
    desk.post(page_of(handed_over), sent)
    answer = desk.post(page_of(handed_over), sent | {f"amount-{line.pk}": "8"})
    assert "Ce formulaire a déjà servi : rechargez la page" in text_of(answer, 422)
    assert RefundRequest.objects.count() == 1


def test_a_gesture_is_borne_by_the_company_or_the_commune(desk: Client, handed_over: Order) -> None:
    sent = {"token": uuid4(), "reason": "late", "words": "une heure", "goodwill": "5", "goodwill_bearer": "commune"}
    assert "5,00 € sont accordés" in text_of(desk.post(page_of(handed_over), sent, follow=True))
    assert balance(account=Account.COMMUNE_OWES) == 500


def test_a_card_that_failed_is_made_up_for_in_cash_once(desk: Client, market: Market, alice: Resident) -> None:
    order, failed = make_failed_refund(market=market, resident=alice)
    sheet = text_of(desk.get(reverse("desk:order", args=[order.pk])))
    assert "Le rendre en espèces, si le client est là" in sheet
    give = reverse("desk:give", args=[failed.pk])
    assert "en espèces, de la caisse" in text_of(desk.get(give))
    assert "Choisissez un des moyens" in text_of(desk.post(give, {"means": "cheque"}), 422)
    assert "14,50 € sont rendus" in text_of(desk.post(give, {"means": "cash"}, follow=True))
    assert "ont déjà été rendus : ne les rendez pas" in text_of(desk.post(give, {"means": "cash"}, follow=True))
    given = Refund.objects.exclude(pk=failed.pk).get()
    assert (given.mode, given.state, given.amount_cents) == (Mode.CASH, RefundState.SUCCEEDED, 1450)
    assert balance(account=Account.CASH) == -1450
    assert "Le rendre en espèces" not in text_of(desk.get(reverse("desk:order", args=[order.pk])))


def test_what_a_bank_is_giving_back_is_not_given_in_cash_too(desk: Client, market: Market, alice: Resident) -> None:
    order, failed = make_failed_refund(market=market, resident=alice)
    make_dispute(order=order)
    answer = desk.post(reverse("desk:give", args=[failed.pk]), {"means": "cash"})
    assert "ne le rendez pas une seconde fois" in text_of(answer, 422)
    assert (Refund.objects.get(), balance(account=Account.CASH)) == (failed, 0)


def test_nothing_is_left_to_give_back(desk: Client, order: Order) -> None:
    desk.post(reverse("desk:cancel", args=[order.pk]))
    assert "Cette commande est annulée" in text_of(desk.get(page_of(order)))
    sent = {"token": uuid4(), "reason": "late", "words": "x"}
    assert "Cette commande est annulée" in text_of(desk.post(page_of(order), sent), 422)


def test_above_the_ceiling_the_town_hall_decides(desk: Client, handed_over: Order, market: Market) -> None:
    line = line_of(handed_over, market.cheese)
    sent = filled(handed_over, market, **{f"take-{line.pk}": "1", f"amount-{line.pk}": ""})
    sheet = text_of(desk.post(page_of(handed_over), sent, follow=True))
    assert "24,00 € attendent l’accord de la mairie" in sheet
    assert "à approuver 24,00 €" in sheet
    # Sent twice, though nothing is left of the line to be asked for.
    assert "déjà demandés" in text_of(desk.post(page_of(handed_over), sent, follow=True))
    assert "Plateau" not in text_of(desk.get(page_of(handed_over)))
    assert RefundRequest.objects.get().state == RequestState.WAITING


def test_another_towns_orders_and_refunds_are_not_there(
    desk: Client, market: Market, viroflay: Any, handed_over: Order
) -> None:
    with in_town(viroflay):
        there = make_market(town=viroflay)
        order, failed = make_failed_refund(market=there)
        bruno = signed_in(town=viroflay, user=make_staff(name="Bruno Tran"))
    assert desk.get(page_of(order)).status_code == 404
    assert desk.post(page_of(order), {}).status_code == 404
    assert desk.get(reverse("desk:give", args=[failed.pk])).status_code == 404
    assert bruno.get(page_of(handed_over)).status_code == 404
    with in_town(market.town):
        line = line_of(handed_over, market.cheese)
    # Bruno's own order, with a line of Istres's.
    sent = {"token": uuid4(), "reason": "late", "words": "x", f"take-{line.pk}": "1"}
    assert "n’est pas de cette commande" in text_of(bruno.post(page_of(order), sent), 422)


def test_residents_cannot(istres: Any, handed_over: Order, alice: Resident) -> None:
    assert alice.user is not None
    client = signed_in(town=istres, user=alice.user)
    assert client.get(page_of(handed_over)).status_code == 403
