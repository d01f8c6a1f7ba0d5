"""All towns on one page, one's own lines only, two taps to answer."""

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.payments.models import Bearer
from conciergeries.portal import queries
from conciergeries.portal.access import Access
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tenants.orders.events import Actor
from tenants.orders.fetching import collect
from tenants.orders.models import Line, OrderEvent, RefundReason
from tenants.orders.refunding import WantedRefund, refund_lines
from tenants.orders.states import ShopOrderState
from tests.conftest import TUESDAY
from tests.platform.conciergeries.portal.conftest import Fair, client_of, order_of, part_of

CAMILLE = Actor("Camille", "desk")


def test_both_towns_are_on_one_page_each_with_its_own_orders(fair: Fair) -> None:
    here, there = order_of(fair.istres), order_of(fair.viroflay)
    client = client_of(fair.amandine)

    page = client.get("/portail/").content.decode()

    assert page.index("Istres</h2>") < page.index("Viroflay</h2>")
    assert f"c-{part_of(here, fair.istres).pk}" in page
    assert f"c-{part_of(there, fair.viroflay).pk}" in page
    assert "2\u00a0commandes à accepter" in page
    # From the parts alone: no town's orders are counted in another.
    assert page.count("Banon affiné</span>") == 2


def test_a_merchant_sees_its_own_lines_of_a_shared_order_and_nobody_elses(fair: Fair) -> None:
    order_of(fair.istres, fair.other.cheese)
    mine = client_of(fair.amandine).get("/portail/").content.decode()
    theirs = client_of(fair.chloe).get("/portail/").content.decode()

    assert "Plateau du soir" in mine
    assert mine.count("Banon affiné</span>") == 1
    assert "37,80\u00a0€" in mine  # 2 × 6,90 + 24,00
    assert "Plateau du soir" not in theirs
    assert "6,90\u00a0€" in theirs
    for page in (mine, theirs):
        assert "Alice Martin" not in page
        assert "44,70" not in page  # the order's total is nobody's business but the customer's


def test_the_page_asks_for_itself_and_says_how_many_wait(fair: Fair) -> None:
    client = client_of(fair.amandine)
    page = client.get("/portail/").content.decode()
    assert 'id="commandes" data-hx-get="/portail/" data-hx-trigger="every 30s"' in page
    assert 'role="status">Rien à accepter' in page
    order_of(fair.viroflay)
    assert 'role="status"><strong>1\u00a0commande à accepter' in client.get("/portail/").content.decode()
    client.logout()
    assert client.get("/portail/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_accepting_then_ready_is_one_button_each(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)

    answer = client.post(f"/portail/istres/commandes/{part.pk}/accepter/")
    assert answer["Location"] == f"/portail/#c-{part.pk}"
    assert part_of(order, fair.istres).state == ShopOrderState.ACCEPTED
    assert "C’est prêt" in client.get("/portail/").content.decode()

    client.post(f"/portail/istres/commandes/{part.pk}/prete/")
    assert part_of(order, fair.istres).state == ShopOrderState.READY
    with in_town(fair.istres.town):
        event = OrderEvent.objects.get(shop_order=part, kind="accepted")
        assert (event.actor, event.channel) == ("Amandine Roux", "portal")


def test_answering_twice_is_once(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)
    for _ in range(2):
        client.post(f"/portail/istres/commandes/{part.pk}/accepter/")
    with in_town(fair.istres.town):
        assert OrderEvent.objects.filter(shop_order=part, kind="accepted").count() == 1


def test_refusing_one_line_tells_the_customer_and_the_rest_goes_on(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    line = next(line for line in part.lines.all() if line.name == "Banon affiné")
    client = client_of(fair.amandine)
    url = f"/portail/istres/lignes/{line.pk}/refuser/"

    page = client.get(url).content.decode()
    assert "Refuser 2 × Banon affiné" in page
    assert "13,80\u00a0€" in page
    client.post(url, {"motif": "Il n’y en a plus."})

    fresh = part_of(order, fair.istres)
    assert (fresh.state, fresh.total_cents) == (ShopOrderState.PLACED, 2400)
    with in_town(fair.istres.town):
        assert any("Banon affiné" in mail.text for mail in Message.objects.filter(template="orders/line_refused"))
    shown = client.get("/portail/").content.decode()
    assert "Refusé\u00a0: Il n’y en a plus." in shown


def test_refusing_everything_is_two_taps(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)
    url = f"/portail/istres/commandes/{part.pk}/refuser/"

    assert client.get(url).content.decode().count('name="motif"') == 4
    client.post(url, {"motif": "La boutique est exceptionnellement fermée."})

    assert part_of(order, fair.istres).state == ShopOrderState.REFUSED
    assert part.order.number in client.get("/portail/").content.decode()  # in the message, once
    assert part.order.number not in client.get("/portail/").content.decode()
    assert part.order.number in client.get("/portail/passees/").content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Dites pourquoi"),
        ({"other": "   "}, "Dites pourquoi"),
        ({"other": "x" * 300}, "200"),
        ({"motif": "x" * 300}, ""),
    ],
)
def test_a_refusal_without_a_reason_refuses_nothing(fair: Fair, data: dict[str, str], said: str) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    answer = client_of(fair.amandine).post(f"/portail/istres/commandes/{part.pk}/refuser/", data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    assert part_of(order, fair.istres).state == ShopOrderState.PLACED


def test_one_may_say_it_in_ones_own_words(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    client_of(fair.amandine).post(f"/portail/istres/commandes/{part.pk}/refuser/", {"other": "Inondation"})
    with in_town(fair.istres.town):
        assert {line.refusal_reason for line in part_of(order, fair.istres).lines.all()} == {"Inondation"}


def test_once_the_concierge_has_the_goods_it_is_too_late_and_said(fair: Fair) -> None:
    order = order_of(fair.istres)
    part = part_of(order, fair.istres)
    line = part.lines.all()[0]
    with in_town(fair.istres.town):
        collect(part_id=part.pk, actor=CAMILLE, now=timezone.now())
    client = client_of(fair.amandine)

    assert "Il est trop tard" in client.get(f"/portail/istres/commandes/{part.pk}/refuser/").content.decode()
    for path in (
        f"/portail/istres/commandes/{part.pk}/refuser/",
        f"/portail/istres/lignes/{line.pk}/refuser/",
        f"/portail/istres/commandes/{part.pk}/prete/",
        f"/portail/istres/commandes/{part.pk}/accepter/",
    ):
        said = client.post(path, {"motif": "Il n’y en a plus."}, follow=True).content.decode()
        assert "message--error" in said, path
    assert part_of(order, fair.istres).state == ShopOrderState.COLLECTED


def test_what_waits_for_a_word_comes_first(fair: Fair) -> None:
    accepted, placed = order_of(fair.istres), order_of(fair.istres)
    client = client_of(fair.amandine)
    client.post(f"/portail/istres/commandes/{part_of(accepted, fair.istres).pk}/accepter/")
    client.get("/portail/")  # where the message is read
    page = client.get("/portail/").content.decode()
    assert page.index(placed.number) < page.index(accepted.number)


def test_a_person_of_two_merchants_sees_both_and_which_is_which(fair: Fair) -> None:
    order_of(fair.istres, fair.other.cheese)
    page = client_of(fair.amandine, fair.chloe).get("/portail/").content.decode()
    assert "Amandine à Istres" in page
    assert "Chloé à Istres" in page


def test_the_page_costs_the_same_for_one_order_and_for_five(fair: Fair) -> None:
    access = Access(user=None, merchants={fair.amandine.pk: fair.amandine})
    now = TUESDAY + timedelta(minutes=1)

    def statements() -> int:
        with in_public(), CaptureQueriesContext(connection) as captured:
            queries.to_do(access=access, now=now)
        return len(captured)

    order_of(fair.istres)
    one = statements()
    for _ in range(4):
        order_of(fair.istres)
    assert statements() == one


def test_a_refund_at_its_expense_is_said_with_its_reason_to_its_merchant_alone(fair: Fair) -> None:
    order = order_of(fair.istres, fair.other.cheese)
    with in_town(fair.istres.town):
        line = Line.objects.get(shop_order__order=order, product=fair.istres.board)
        wanted = [WantedRefund(line_id=line.pk, amount_cents=400, bearer=Bearer.MERCHANT)]
        refund_lines(
            order_id=order.pk,
            lines=wanted,
            reason=RefundReason.QUALITY,
            words="croûte moisie",
            token=uuid4(),
            actor=CAMILLE,
            town=fair.istres.town,
            now=TUESDAY,
        )
    said = "4,00\u00a0€ rendus au client le 24/11/2026, à votre charge\u00a0: qualité décevante\u00a0: croûte moisie"
    assert said in client_of(fair.amandine).get("/portail/").content.decode()
    assert "croûte moisie" not in client_of(fair.chloe).get("/portail/").content.decode()
