"""Handing over, at the counter."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.deposit_models import MadeGoodBy
from billing.payments.models import DisputeState, Mode, Payment
from billing.payments.services import take_at_desk
from billing.payments.unpaid_cheques import make_good, note_unpaid
from shared.accounts.models import User
from tenants.orders.handing_over import CODE_TRIES
from tenants.orders.models import Order, PaymentMode
from tenants.residents.models import Resident
from tests.billing.payments.depositing import deposited_cheques
from tests.conftest import TUESDAY
from tests.factories import Market, make_order, pay_by_card
from tests.tenants.desk.steps import bring_in
from tests.tenants.failures import make_dispute
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(order: Order, camille: User) -> Order:
    """Alice's order, all of it at the counter."""
    bring_in(order, camille, TUESDAY)
    return order


@pytest.fixture
def paid_online(market: Market, alice: Resident, camille: User) -> Order:
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    bring_in(order, camille, TUESDAY)
    return order


def _page(order: Order) -> str:
    return reverse("desk:handover_order", args=[order.pk])


def test_on_the_code_and_paid_in_cash(desk: Client, there: Order) -> None:
    page = text_of(desk.get(_page(there)))
    assert "Encaisser 60,00 € et remettre" in page
    assert "60,00 € en espèces" in page
    said = {"code": f"{there.code[:3]} {there.code[3:]}", "adult_seen": "on", "means": "cash"}
    for _double_click in range(2):
        answer = desk.post(_page(there), said)
        assert (answer.status_code, answer["Location"]) == (302, reverse("desk:today"))
    there.refresh_from_db()
    assert there.handed_over_by == "Camille Roux"
    assert there.age_checked_by == "Camille Roux"
    assert balance(account=Account.CASH) == 6000
    assert Payment.objects.count() == 1
    assert "Déjà remise" in text_of(desk.get(_page(there)))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"adult_seen": "on", "means": "cash"}, "Demandez le code, ou une pièce d’identité."),
        ({"code": "12", "adult_seen": "on", "means": "cash"}, "Un code compte six chiffres."),
        ({"code": "abcdef", "adult_seen": "on", "means": "cash"}, "Un code compte six chiffres."),
        ({"code": "{wrong}", "adult_seen": "on", "means": "cash"}, "Ce n’est pas le code de cette commande."),
        ({"code": "{code}", "means": "cash"}, "Vérifiez l’âge"),
        ({"code": "{code}", "adult_seen": "on"}, "Il reste 60,00 € à encaisser"),
        ({"code": "{code}", "adult_seen": "on", "means": "bitcoin"}, "Choisissez espèces, chèque ou carte."),
        ({"code": "{code}", "adult_seen": "on", "means": "card"}, "Choisissez espèces, chèque ou carte."),
    ],
)
def test_what_is_missing_is_said(desk: Client, there: Order, said: dict[str, str], why: str) -> None:
    wrong = "000000" if there.code != "000000" else "111111"
    sent = {name: value.format(code=there.code, wrong=wrong) for name, value in said.items()}
    assert why in text_of(desk.post(_page(there), sent), 422)
    there.refresh_from_db()
    assert there.handed_over_at is None
    assert not Payment.objects.exists()


def test_an_identity_document_replaces_the_code(desk: Client, there: Order) -> None:
    said = {"code": "000000", "identity_seen": "on", "adult_seen": "on", "means": "cheque"}
    assert desk.post(_page(there), said).status_code == 302
    assert there.events.get(kind="order_handed_over").data["by"] == "identity"


def test_after_too_many_codes_only_identity_opens(desk: Client, there: Order) -> None:
    wrong = {"code": "000000" if there.code != "000000" else "111111", "adult_seen": "on", "means": "cash"}
    for _ in range(CODE_TRIES):
        desk.post(_page(there), wrong)
    answer = text_of(desk.post(_page(there), {**wrong, "code": there.code}), 422)
    assert "Trop de codes faux" in answer
    assert desk.post(_page(there), {"identity_seen": "on", "adult_seen": "on", "means": "cash"}).status_code == 302


def test_goods_missing_are_named_and_nothing_can_be_sent(desk: Client, order: Order) -> None:
    page = desk.get(_page(order))
    assert "Tout n’est pas arrivé" in text_of(page)
    assert 'name="means"' not in page.content.decode()
    said = {"code": order.code, "adult_seen": "on", "means": "cash"}
    desk.post(_page(order), said)
    order.refresh_from_db()
    assert order.handed_over_at is None
    assert not Payment.objects.exists()


def test_paid_online_there_is_nothing_to_take(desk: Client, paid_online: Order) -> None:
    page = text_of(desk.get(_page(paid_online)))
    assert "Payée : rien à encaisser." in page
    assert "majeure" not in page
    assert desk.post(_page(paid_online), {"code": paid_online.code}).status_code == 302


@pytest.mark.parametrize(
    ("state", "said", "status"),
    [
        (DisputeState.OPEN, "Le client conteste ce paiement auprès de sa banque", 302),
        (DisputeState.LOST, "La banque a rendu au client ce qu’il avait payé.", 422),
        (DisputeState.WON, "Payée : rien à encaisser.", 302),
    ],
)
def test_a_payment_that_a_bank_took_back_is_said_and_keeps_the_order_here(
    desk: Client, paid_online: Order, state: DisputeState, said: str, status: int
) -> None:
    make_dispute(order=paid_online, state=state)
    assert said in text_of(desk.get(_page(paid_online)))
    assert desk.post(_page(paid_online), {"code": paid_online.code}).status_code == status
    paid_online.refresh_from_db()
    assert bool(paid_online.handed_over_at) is (status == 302)


@pytest.mark.parametrize("how", [MadeGoodBy.CASH, MadeGoodBy.LOSS])
def test_a_cheque_that_came_back_keeps_the_order_here_until_it_is_over(
    desk: Client, there: Order, istres: Any, how: MadeGoodBy
) -> None:
    cheque = take_at_desk(
        reference=there.pk, amount_cents=6000, means=Mode.CHEQUE, actor="Camille", now=TUESDAY, label=there.number
    )
    [row] = deposited_cheques(town=istres, payments=[cheque], now=TUESDAY).cheques.all()
    assert "Son chèque est revenu impayé" not in text_of(desk.get(_page(there)))
    unpaid = note_unpaid(
        cheque_id=row.pk,
        town=istres,
        returned_on=TUESDAY.date(),
        reason="sans provision",
        fee_cents=0,
        actor=None,
        now=TUESDAY,
    )
    page = text_of(desk.get(_page(there)))
    assert "La banque a renvoyé le chèque de 60,00 €." in page
    assert "Remettre la commande" not in page
    sent = {"code": there.code, "adult_seen": "on"}
    assert desk.post(_page(there), sent).status_code == 422
    there.refresh_from_db()
    assert there.handed_over_at is None
    make_good(key=uuid4(), unpaid_id=unpaid.pk, how=how, note="", actor=None, now=TUESDAY)
    assert "Son chèque est revenu impayé" not in text_of(desk.get(_page(there)))
    assert desk.post(_page(there), sent).status_code == 302
    there.refresh_from_db()
    assert there.handed_over_at is not None


def test_found_by_number_and_name(desk: Client, there: Order) -> None:
    find = reverse("desk:handover")
    assert there.number in text_of(desk.get(find))
    for said in (there.number, "Alice Martin"):
        answer = desk.post(find, {"q": f" {said} "})
        assert answer["Location"] == f"{find}?{urlencode({'q': said})}"
        assert "Alice Martin" in text_of(desk.get(answer["Location"]))
    assert "Aucune commande pour « Chloé »" in text_of(desk.get(find, {"q": "Chloé"}))
    assert desk.post(find, {"q": " "})["Location"] == find


def test_a_code_opens_its_order_and_is_in_no_address(desk: Client, there: Order) -> None:
    find = reverse("desk:handover")
    assert (
        '<form class="search search--large" action="/comptoir/remise/" method="post"' in desk.get(find).content.decode()
    )
    page = desk.post(find, {"q": f"{there.code[:3]} {there.code[3:]}"}).content.decode()
    assert f'value="{there.code}"' in page
    assert f'action="{_page(there)}"' in page
    answer = desk.post(_page(there), {"code": there.code, "adult_seen": "on", "means": "cash"})
    assert answer["Location"] == reverse("desk:today")


def test_a_code_that_opens_nothing_is_not_put_in_an_address_either(desk: Client, there: Order) -> None:
    wrong = "000000" if there.code != "000000" else "111111"
    assert f"Aucune commande pour « {wrong} »" in text_of(desk.post(reverse("desk:handover"), {"q": wrong}))


def test_nothing_of_an_address_is_taken_for_a_code(desk: Client, there: Order) -> None:
    """An address that was kept from before, or made up, does not fill the code in."""
    assert there.code not in desk.get(_page(there), {"code": there.code}).content.decode()


def test_the_code_is_never_on_the_page_of_an_order_made_on_the_site(desk: Client, there: Order) -> None:
    for name in ("handover_order", "order", "tell"):
        assert there.code not in desk.get(reverse(f"desk:{name}", args=[there.pk])).content.decode()
    assert desk.get(reverse("desk:placed", args=[there.pk])).status_code == 404
