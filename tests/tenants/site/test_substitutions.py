"""A resident reads what a shop proposes, and decides; nobody else does."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from billing.payments.models import Payment, Refund
from shared.tenancy import in_town
from tenants.orders.models import Order, PaymentMode, Substitution
from tenants.orders.substitution_models import SubstitutionState
from tenants.orders.substitutions.answering import decline
from tenants.residents.models import Resident
from tests.factories import CONCIERGE, make_product, make_resident, pay_by_card, sign_in
from tests.tenants.orders.substitutions.stand import Stand, make_stand
from tests.tenants.staff.pages import text_of
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def market(in_istres: Any) -> Any:
    """The stand's own, so that there is one market."""
    return make_stand(in_istres)


@pytest.fixture
def stand(market: Stand) -> Stand:
    return market


@pytest.fixture
def visitor(stand: Stand, browse: Any) -> Client:
    client: Client = browse(stand.market.town)
    return client


@pytest.fixture
def as_chloe(stand: Stand, browse: Any) -> Client:
    chloe, client = make_resident(name="Chloé Petit"), browse(stand.market.town)
    sign_in(client=client, user=chloe.user)  # type: ignore[arg-type]  # with an account
    return client  # type: ignore[no-any-return]  # the fixture that makes browsers is untyped


def answer(client: Client, order: Order, made: Substitution, said: str, **more: Any) -> Any:
    return client.post(f"/commandes/{order.pk}/remplacements/{made.pk}/", {"reponse": said}, **more)


def page(client: Client, order: Order) -> str:
    return text_of(client.get(f"/commandes/{order.pk}/"))


def test_both_prices_then_accepted(as_alice: Client, alice: Resident, stand: Stand) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.cheaper, 2, words="Du même affineur")
    shown = page(as_alice, order)
    for said in (
        "Fromagerie des Alpilles vous propose un remplacement",
        "1 × Plateau « Retour de marché » indisponible 24,00 €",
        "2 × Banon affiné la pièce 13,80 €",
        "« Du même affineur »",
        "C’est 10,20 € de moins , qui vous sont rendus.",
        "sans réponse, rien n’est remplacé et 24,00 € vous sont rendus",
    ):
        assert said in shown
    after = text_of(answer(as_alice, order, made, "accepter", follow=True))
    assert "C’est noté : 2 × Banon affiné à la place de Plateau « Retour de marché »." in after
    assert "remplacé par 2 × Banon affiné" in after
    assert "Remplacement, moins cher −10,20 €" in after
    assert "Total TTC 35,30 €" in after
    assert "vous propose un remplacement" not in after
    assert Refund.objects.get().amount_cents == 1020


def test_preferring_the_money(as_alice: Client, alice: Resident, stand: Stand) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.same)
    after = text_of(answer(as_alice, order, made, "rembourser", follow=True))
    assert "quitte votre commande, et vous est rendu" in after
    assert Refund.objects.get().amount_cents == 2400
    # Twice is once; the other answer comes too late, and is told so.
    assert answer(as_alice, order, made, "rembourser").status_code == HTTPStatus.FOUND
    assert "n’attend plus de réponse" in text_of(answer(as_alice, order, made, "accepter"), HTTPStatus.CONFLICT)
    assert Refund.objects.count() == 1


def test_accepted_here_while_the_desk_declines(as_alice: Client, alice: Resident, stand: Stand, now: datetime) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.cheaper)
    decline(substitution_id=made.pk, actor=CONCIERGE, now=now)
    assert "n’attend plus de réponse" in text_of(answer(as_alice, order, made, "accepter"), HTTPStatus.CONFLICT)
    assert Refund.objects.get().amount_cents == 2400


def test_dearer_leads_to_the_card(as_alice: Client, alice: Resident, stand: Stand, stripe: FakeStripe) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.dearer)
    assert "C’est 4,50 € de plus , à payer par carte en acceptant." in page(as_alice, order)
    assert "Accepter et payer 4,50 €" in page(as_alice, order)
    sent: Any = answer(as_alice, order, made, "accepter")
    assert sent.url == f"/commandes/{order.pk}/payer/"
    assert as_alice.get(sent.url)["Location"].startswith(stripe.api_url)
    waiting = page(as_alice, order)
    assert "Complément à payer" in waiting
    assert "Total TTC 45,50 €" in waiting
    # Given up, it may be paid as long as there is time.
    assert "Complément à payer" in text_of(as_alice.get(f"/commandes/{order.pk}/abandon/", follow=True))
    payment = Payment.objects.get(reference=order.pk, supplement=True)
    stripe.pay(str(payment.stripe_session_id))
    paid = text_of(as_alice.get(f"/commandes/{order.pk}/retour/", follow=True))
    assert "Remplacement, plus cher 4,50 €" in paid
    assert "Total TTC 50,00 €" in paid
    made.refresh_from_db()
    assert made.state == SubstitutionState.APPROVED


def test_to_be_paid_at_the_desk_it_is_due_with_the_rest(as_alice: Client, alice: Resident, stand: Stand) -> None:
    order = stand.order(PaymentMode.DESK, resident=alice)
    made = stand.propose(order, stand.dearer)
    shown = page(as_alice, order)
    assert "C’est 4,50 € de plus , à payer avec le reste." in shown
    assert "Accepter, 4,50 € de plus" in shown
    assert "Refuser, et ne pas le payer" in shown
    assert "Reste à payer au comptoir 50,00 €" in text_of(answer(as_alice, order, made, "accepter", follow=True))


def test_alcohol_instead_of_what_is_none_is_said(as_alice: Client, alice: Resident, stand: Stand) -> None:
    order = stand.order(resident=alice)
    port = make_product(shop=stand.cheaper.shop, name="Porto", price_cents=1900, age_restricted=True)
    stand.propose(order, port)
    assert "une personne majeure devra venir" in page(as_alice, order)


def test_out_of_time_it_is_no_longer_offered(
    as_alice: Client, alice: Resident, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.cheaper)
    monkeypatch.setattr(timezone, "now", lambda: made.answer_before)
    assert "vous propose un remplacement" not in page(as_alice, order)
    late = text_of(answer(as_alice, order, made, "accepter"), HTTPStatus.CONFLICT)
    assert "Le délai pour répondre est passé" in late


def test_nobody_else_answers(as_alice: Client, as_chloe: Client, alice: Resident, stand: Stand, browse: Any) -> None:
    order = stand.order(resident=alice)
    made = stand.propose(order, stand.cheaper)
    assert answer(as_chloe, order, made, "accepter").status_code == HTTPStatus.NOT_FOUND
    stranger = answer(browse(stand.market.town), order, made, "accepter")
    assert (stranger.status_code, "login" in stranger.url) == (HTTPStatus.FOUND, True)
    # Alice's own other order, an answer that is none, a proposal that there is not, a GET.
    other = stand.order(resident=alice)
    assert answer(as_alice, other, made, "accepter").status_code == HTTPStatus.NOT_FOUND
    assert answer(as_alice, order, made, "peut-être").status_code == HTTPStatus.NOT_FOUND
    assert answer(as_alice, order, Substitution(pk=uuid4()), "accepter").status_code == HTTPStatus.NOT_FOUND
    assert as_alice.get(f"/commandes/{order.pk}/remplacements/{made.pk}/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    made.refresh_from_db()
    assert made.is_live


def test_in_the_other_town_too_and_only_there(stand: Stand, browse: Any, viroflay: Any) -> None:
    elsewhere = stand.order()
    theirs = stand.propose(elsewhere, stand.cheaper)
    with in_town(viroflay):
        stand = make_stand(viroflay)
        bruno = make_resident(name="Bruno Leroy")
        order = stand.placed(resident=bruno)
        pay_by_card(order=order)
        made = stand.propose(order, stand.cheaper)
        client = browse(viroflay)
        sign_in(client=client, user=bruno.user, town=viroflay)  # type: ignore[arg-type]  # with an account
    # Bruno, with the keys of Istres.
    assert answer(client, elsewhere, theirs, "accepter").status_code == HTTPStatus.NOT_FOUND
    assert "vous propose un remplacement" in page(client, order)
    assert "C’est noté" in text_of(answer(client, order, made, "accepter", follow=True))
