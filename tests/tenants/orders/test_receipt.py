"""What a customer paid, to whom, and what was given back: on paper, for them alone."""

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from billing.payments.models import Bearer, Mode
from billing.payments.services import request_refund, take_at_desk
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Line, Order, RefundReason
from tenants.orders.queries import with_parts
from tenants.orders.receipt import NothingPaidError, receipt
from tenants.orders.refunding import WantedRefund, refund_lines
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, account_of, make_market, make_order, make_resident, make_staff, sign_in
from tests.tenants.orders.test_handing_over import bring_in


@pytest.fixture
def order(in_istres: Town) -> Order:
    """Three products of three shops, 60.00 €, of which nothing is paid yet."""
    resident = make_resident(name="Alice Martin")
    return make_order(town=in_istres, lines=make_market(town=in_istres).everything, resident=resident)


def _pay(order: Order) -> Any:
    return take_at_desk(
        reference=order.pk, amount_cents=6000, means=Mode.CASH, actor="Camille", now=TUESDAY, label=order.number
    )


def _made(order: Order, town: Town) -> bytes:
    return receipt(order=with_parts(Order.objects.filter(pk=order.pk)).get(), town=town)


def _text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_a_receipt_says_who_sold_what_and_what_was_paid(in_istres: Town, order: Order) -> None:
    _pay(order)
    shown = _text(_made(order, in_istres))
    for said in (
        "Reçu",
        order.number,
        "Alice Martin",
        "Atelier Mistral",
        "Fromagerie des Alpilles",
        "T-shirt « Étang de Berre »",
        "21,50 €",
        "60,00 €",
        "Payé le 24/11/2026, espèces",
        "n’est pas une facture",
        "5,5 %",
        "20 %",
    ):
        assert said in shown, said


def test_what_collecting_costs_is_said_with_its_vat(in_istres: Town, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(hub_fee_cents=240, hub_fee_vat_bp=1000)
    take_at_desk(
        reference=order.pk, amount_cents=6240, means=Mode.CASH, actor="Camille", now=TUESDAY, label=order.number
    )
    shown = _text(_made(order, in_istres))
    for said in ("Frais de retrait 2,40 €", "Total de la commande, TTC 62,40 €", "10 % 2,18 € 0,22 € 2,40 €"):
        assert said in shown, said


def test_what_was_given_back_is_taken_away(in_istres: Town, order: Order) -> None:
    payment = _pay(order)
    request_refund(payment_id=payment.pk, amount_cents=1450, reference=order.pk, reason="Vin manquant", now=TUESDAY)
    shown = _text(_made(order, in_istres))
    assert "−14,50 €" in shown
    assert "Payé 45,50 €" in shown


@pytest.mark.parametrize(
    ("bearer", "vat"),
    [(Bearer.MERCHANT, "5,5 % 12,80 € 0,70 € 13,50 €"), (Bearer.COMPANY, "5,5 % 22,75 € 1,25 € 24,00 €")],
)
def test_only_what_its_seller_gives_back_lowers_the_vat_of_a_sale(
    in_istres: Town, order: Order, bearer: Bearer, vat: str
) -> None:
    _pay(order)
    bring_in(order, TUESDAY)
    hand_over(
        order_id=order.pk, proof=Proof(code=order.code, adult_seen=True), means=None, actor=CONCIERGE, now=TUESDAY
    )
    line = Line.objects.get(shop_order__order=order, vat_rate_bp=550)
    refund_lines(
        town=in_istres,
        order_id=order.pk,
        lines=[WantedRefund(line_id=line.pk, amount_cents=1050, bearer=bearer)],
        token=uuid4(),
        reason=RefundReason.DAMAGED,
        words="fendu",
        actor=CONCIERGE,
        now=TUESDAY,
    )
    shown = _text(_made(order, in_istres))
    assert vat in shown
    assert "−10,50 €" in shown


def test_the_same_facts_give_the_same_receipt(in_istres: Town, order: Order) -> None:
    _pay(order)
    assert _made(order, in_istres) == _made(order, in_istres)


def test_nothing_paid_is_no_receipt(in_istres: Town, order: Order) -> None:
    with pytest.raises(NothingPaidError):
        _made(order, in_istres)


def test_a_resident_takes_their_own_and_nobody_elses(
    istres: Town, viroflay: Town, order: Order, browse: Callable[[Any], Client]
) -> None:
    url = f"/commandes/{order.pk}/recu.pdf"
    mine, theirs, elsewhere = browse(istres), browse(istres), browse(viroflay)
    with in_town(istres):
        sign_in(client=mine, user=account_of(order.resident))
        sign_in(client=theirs, user=account_of(make_resident(name="Chloé Petit")))
    with in_town(viroflay):
        sign_in(client=elsewhere, user=account_of(make_resident(name="Bruno Blanc")))
    assert mine.get(url).status_code == HTTPStatus.NOT_FOUND
    with in_town(istres):
        _pay(order)
    answer = mine.get(url)
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="recu-{order.number}.pdf"'
    assert url in mine.get(f"/commandes/{order.pk}/").content.decode()
    for client in (theirs, elsewhere):
        assert client.get(url).status_code == HTTPStatus.NOT_FOUND


def test_the_desk_prints_it_for_its_customer(
    istres: Town, viroflay: Town, order: Order, browse: Callable[[Any], Client]
) -> None:
    url = f"/comptoir/commandes/{order.pk}/recu.pdf"
    desk, elsewhere = browse(istres), browse(viroflay)
    with in_town(istres):
        sign_in(client=desk, user=make_staff(name="Camille"))
        assert desk.get(url).status_code == HTTPStatus.NOT_FOUND
        _pay(order)
    with in_town(viroflay):
        sign_in(client=elsewhere, user=make_staff(name="Thomas", email="thomas@viroflay.example"))
    assert desk.get(url).content.startswith(b"%PDF-")
    assert url in desk.get(f"/comptoir/commandes/{order.pk}/").content.decode()
    assert elsewhere.get(url).status_code == HTTPStatus.NOT_FOUND
    assert browse(istres).get(url).status_code == HTTPStatus.FOUND
