"""What the desk took is noted as taken to the bank, seen, and undone; what is wrong is said, and nothing is noted."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.models import Account
from billing.ledger.queries import balance, balances
from billing.payments.deposit_models import ChequeMadeGood, Deposit, DepositedCheque, UnpaidCheque
from billing.payments.models import Mode, Payment
from billing.payments.services import request_refund, take_at_desk
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.staff.models import StaffRole
from tests.billing.payments.depositing import deposited, deposited_cheques, took
from tests.conftest import TUESDAY
from tests.factories import Market, make_order, make_staff
from tests.tenants.staff.pages import hidden, signed_in, text_of

pytestmark = pytest.mark.django_db

HERE = "/mairie/argent/banque/"
CASH, CHEQUES, CARDS = (f"{HERE}noter/{name}/" for name in ("especes", "cheques", "cartes"))


def typed(**changes: Any) -> dict[str, Any]:
    return {"key": uuid4(), "amount": "20,00", "deposited_on": "2026-11-24", "slip": "", "note": "", **changes}


@pytest.fixture
def cheque(market: Market) -> Payment:
    """Of Alice, for an order."""
    order = make_order(town=market.town, lines=[(market.cheese, 1)])
    return take_at_desk(
        reference=order.pk,
        amount_cents=3500,
        means=Mode.CHEQUE,
        actor="Camille",
        now=TUESDAY,
        label=f"Commande {order.number}",
    )


def test_cash_is_noted_seen_and_undone(hall: Client, market: Market) -> None:
    took(cents=2000, means=Mode.CASH, now=TUESDAY)
    assert "Espèces dans la caisse 20,00 €" in text_of(hall.get(HERE))
    assert "À remettre en banque 20,00 €" in text_of(hall.get("/mairie/argent/"))
    form = hall.get(CASH)
    assert 'value="20,00"' in form.content.decode()
    sent = typed(key=hidden(form, "key")[0], amount="15,00", slip="ESP-118", note="porté par Camille 💶")
    for _double_click in range(2):
        page = text_of(hall.post(CASH, sent, follow=True))
    for said in ("15,00 € en espèces", "en banque", "ESP-118", "porté par Camille 💶", "24 novembre 2026"):
        assert said in page
    assert balances() == {Account.BANK: 1500, Account.CASH: 500, Account.CUSTOMERS: -2000}
    listed = text_of(hall.get(HERE))
    assert "24/11/2026 ESP-118 Espèces 15,00 € 15,00 €" in listed

    deposit = Deposit.objects.get()
    undo = f"{HERE}{deposit.pk}/annuler/"
    assert "l’argent est de nouveau à remettre" in text_of(hall.get(undo))
    for said in ("La remise de 15,00 € est annulée", "Cette remise est déjà annulée"):
        assert said in text_of(hall.post(undo, {"reason": "jamais partie"}, follow=True))
    assert "jamais partie" in text_of(hall.get(f"{HERE}{deposit.pk}/"))
    assert (balance(account=Account.BANK), balance(account=Account.CASH)) == (0, 2000)
    seen = text_of(hall.get("/mairie/journal/"))
    for said in ("a noté une remise en banque", "a annulé une remise en banque"):
        assert said in seen
    assert AuditEvent.objects.filter(object_id=str(deposit.pk), actor_id__isnull=False).count() == 2


def test_cards_come_less_the_fee(hall: Client, market: Market) -> None:
    took(cents=2000, means=Mode.TERMINAL, now=TUESDAY)
    page = text_of(hall.post(CARDS, typed(fee="0,35"), follow=True))
    assert "Frais retenus 0,35 € : la banque a crédité 19,65 €" in page
    assert balances() == {Account.BANK: 1965, Account.BANK_FEES: 35, Account.CARDS: 0, Account.CUSTOMERS: -2000}


def test_cheques_are_ticked_and_one_comes_back(hall: Client, cheque: Payment) -> None:
    other = took(cents=1200, means=Mode.CHEQUE, now=TUESDAY, label="Commande IST-2")
    form = text_of(hall.get(CHEQUES))
    assert "Alice Martin 35,00 € Commande" in form
    sent = typed(cheques=[cheque.pk, other.pk], slip="CHQ-7")
    del sent["amount"]
    for _double_click in range(2):
        page = text_of(hall.post(CHEQUES, sent, follow=True))
    for said in ("47,00 € en chèques", "2 chèques", "Alice Martin", "Total 47,00 €"):
        assert said in page
    assert "Rien à remettre" in text_of(hall.get(CHEQUES))

    back = f"{HERE}cheques/{DepositedCheque.objects.get(payment=cheque).pk}/impaye/"
    assert "Sa commande n’est pas encore remise" in text_of(hall.get(back))
    for _double_click in range(2):
        page = text_of(
            hall.post(back, {"reason": "sans provision", "returned_on": "2026-11-24", "fee": "12"}, follow=True)
        )
    for said in (
        "Chèque impayé de 35,00 €",
        "à régler",
        "sans provision",
        "12,00 €, à la charge",
        "attendez d’être payé",
    ):
        assert said in page
    assert balance(account=Account.BANK) == 1200 - 1200
    for where in (HERE, "/mairie/argent/"):
        assert "1 chèque à régler" in text_of(hall.get(where))
    assert "Revenu impayé le" in text_of(hall.get(CHEQUES))
    deposit = Deposit.objects.get()
    assert "elle ne s’annule plus" in text_of(hall.get(f"{HERE}{deposit.pk}/"))
    assert "revenu impayé" in text_of(hall.post(f"{HERE}{deposit.pk}/annuler/", {"reason": "x"}, follow=True))

    unpaid = f"{HERE}impayes/{UnpaidCheque.objects.get().pk}/"
    lost = {"key": uuid4(), "how": "loss", "note": ""}
    assert "pourquoi vous renoncez" in text_of(hall.post(unpaid, lost), HTTPStatus.UNPROCESSABLE_ENTITY)
    for _double_click in range(2):
        page = text_of(hall.post(unpaid, lost | {"note": "parti sans adresse"}, follow=True))
    assert "parti sans adresse" in page
    assert balance(account=Account.LOSSES) == 3500
    undo = f"{HERE}reglements-d-impayes/{ChequeMadeGood.objects.get().pk}/annuler/"
    assert "Dites pourquoi" in text_of(hall.post(undo, {}), HTTPStatus.UNPROCESSABLE_ENTITY)
    for said in ("de nouveau à régler", "déjà annulé"):
        assert said in text_of(hall.post(undo, {"reason": "il a payé"}, follow=True))
    assert "C’est noté" in text_of(hall.post(unpaid, {"key": uuid4(), "how": "cash", "note": ""}, follow=True))
    assert (balance(account=Account.CASH), balance(account=Account.LOSSES)) == (3500, 0)
    again = hall.post(unpaid, {"key": uuid4(), "how": "cash", "note": ""}, follow=True)
    assert "n’est plus dans la caisse" in text_of(again)


def test_a_cheque_that_its_customer_awaits_is_said(hall: Client, cheque: Payment) -> None:
    request_refund(payment_id=cheque.pk, reference=uuid4(), amount_cents=3500, reason="annulée", now=TUESDAY)
    assert "rendez-lui plutôt ce chèque" in text_of(hall.get(CHEQUES))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": "20,01"}, "il n’y avait que 20,00"),
        ({"amount": "-5"}, "supérieur à zéro"),
        ({"amount": "0"}, "supérieur à zéro"),
        ({"amount": ""}, "Écrivez le montant"),
        ({"amount": "beaucoup 💶"}, "Écrivez un prix"),
        ({"amount": "1e5"}, "Écrivez un prix"),
        ({"amount": "NaN"}, "Écrivez un prix"),
        ({"amount": "999999999999"}, "ne peut pas dépasser"),
        ({"deposited_on": "2026-11-25"}, "pas encore venu"),
        ({"deposited_on": "2026-11-01"}, "rien à remettre"),
        ({"deposited_on": "0001-01-01"}, "Vérifiez l’année"),
        ({"deposited_on": "9999-12-31"}, "Vérifiez l’année"),
        ({"deposited_on": "hier"}, "Écrivez une date"),
        ({"deposited_on": ""}, "obligatoire"),
        ({"slip": "9" * 41}, "40 caractères"),
        ({"note": "é" * 300_000}, "200 caractères"),
        ({"note": "a\x00b"}, "caractère nul"),
        ({"key": ""}, "Rechargez"),
        ({"key": "moi"}, "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_noted(
    hall: Client, market: Market, change: dict[str, str], said: str
) -> None:
    took(cents=2000, means=Mode.CASH, now=TUESDAY)
    assert said in text_of(hall.post(CASH, typed(**change)), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert (Deposit.objects.count(), balance(account=Account.CASH)) == (0, 2000)


@pytest.mark.parametrize("fee", ["20", "20,01", "-1", "x"])
def test_a_fee_is_less_than_the_cards(hall: Client, market: Market, fee: str) -> None:
    took(cents=2000, means=Mode.TERMINAL, now=TUESDAY)
    text_of(hall.post(CARDS, typed(fee=fee)), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert not Deposit.objects.exists()


@pytest.mark.parametrize("sent", [[], ["moi"], [str(uuid4())], ["a\x00b"]])
def test_cheques_that_are_not_there(hall: Client, cheque: Payment, sent: list[str]) -> None:
    text_of(hall.post(CHEQUES, typed(cheques=sent)), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert not Deposit.objects.exists()


def test_a_form_that_says_something_else_is_refused(hall: Client, cheque: Payment) -> None:
    other = took(cents=1200, means=Mode.CHEQUE, now=TUESDAY)
    took(cents=2000, means=Mode.CASH, now=TUESDAY)
    cash, cheques = typed(), typed(cheques=[cheque.pk])
    hall.post(CASH, cash)
    hall.post(CHEQUES, cheques)
    for where, sent in ((CASH, cash | {"amount": "5"}), (CHEQUES, cheques | {"cheques": [cheque.pk, other.pk]})):
        assert "Ce formulaire a déjà servi" in text_of(hall.post(where, sent), HTTPStatus.UNPROCESSABLE_ENTITY)
    # Another form, with a cheque that is at the bank since.
    again = typed(cheques=[cheque.pk])
    assert "n’est plus dans la caisse" in text_of(hall.post(CHEQUES, again), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert Deposit.objects.count() == 2


def test_a_return_that_is_nonsense_is_refused(hall: Client, cheque: Payment, istres: Any) -> None:
    deposited_cheques(town=istres, payments=[cheque], now=TUESDAY)
    back = f"{HERE}cheques/{DepositedCheque.objects.get().pk}/impaye/"
    good = {"reason": "sans provision", "returned_on": "2026-11-24", "fee": ""}
    for change, said in (
        ({"reason": ""}, "Écrivez le motif"),
        ({"reason": "r" * 300_000}, "200 caractères"),
        ({"returned_on": "2026-11-25"}, "pas encore venu"),
        ({"returned_on": "2026-11-23"}, "n’a été remis que"),
        ({"fee": "-1"}, "supérieur à zéro"),
    ):
        assert said in text_of(hall.post(back, good | change), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert not UnpaidCheque.objects.exists()


def test_the_list_goes_on_and_the_file_has_it_all(hall: Client, market: Market, istres: Any) -> None:
    took(cents=5000, means=Mode.CASH, now=TUESDAY)
    for number in range(31):
        deposited(town=istres, cents=100 + number, now=TUESDAY + timedelta(minutes=number), slip=f"=B{number:02}")
    first, second = hall.get(HERE), hall.get(f"{HERE}?page=2")
    assert len([word for word in text_of(first).split() if word.startswith("=B")]) == 30
    assert "=B00" in text_of(second)
    file = b"".join(hall.get("/mairie/argent/fichiers/remises-en-banque/?du=2026-11-01&au=2026-11-30")).decode()
    lines = file.splitlines()
    assert (len(lines), lines[1]) == (32, "2026-11-24;espèces;1,00;0,00;1,00;0;'=B00;;plateforme;")
    assert "Téléchargez" not in text_of(hall.get("/mairie/argent/fichiers/remises-en-banque/?du=x"), 422)


def test_another_town_s_are_not_found(
    hall: Client, cheque: Payment, istres: Any, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    deposit = deposited_cheques(town=istres, payments=[cheque], now=TUESDAY)
    pages = [
        reverse("town_hall:deposit", args=[deposit.pk]),
        reverse("town_hall:undo_deposit", args=[deposit.pk]),
        reverse("town_hall:cheque_came_back", args=[DepositedCheque.objects.get().pk]),
        reverse("town_hall:unpaid_cheque", args=[uuid4()]),
        reverse("town_hall:undo_made_good", args=[uuid4()]),
        f"{HERE}noter/lingots/",
    ]
    with in_town(viroflay):
        bruno = signed_in(town=viroflay, user=make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran"))
        took(cents=700, means=Mode.CASH, now=TUESDAY)
    for page in pages:
        assert bruno.get(page).status_code == HTTPStatus.NOT_FOUND, page
        if not page.endswith("lingots/"):
            assert bruno.post(page, {"reason": "x"}).status_code in {HTTPStatus.NOT_FOUND, 405}, page
    seen = text_of(bruno.get(HERE))
    assert "35,00" not in seen
    assert "7,00" in seen
    assert bruno.post(CHEQUES, typed(cheques=[cheque.pk])).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_town(istres):
        assert balance(account=Account.BANK) == 3500


def test_who_takes_the_money_does_not_say_that_it_is_at_the_bank(market: Market, istres: Any) -> None:
    took(cents=2000, means=Mode.CASH, now=TUESDAY)
    concierge = signed_in(town=istres, user=make_staff())
    for page in (HERE, CASH, "/mairie/argent/fichiers/remises-en-banque/"):
        assert concierge.get(page).status_code == HTTPStatus.FORBIDDEN
        assert concierge.post(page, typed()).status_code == HTTPStatus.FORBIDDEN
    assert not Deposit.objects.exists()
