"""What collecting costs, said on the telephone and taken at the desk."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders import fetching
from tenants.orders.models import Order
from tests.factories import CONCIERGE, Market, make_market, make_satellite, make_staff
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(desk: Client, market: Market) -> str:
    """An order read back: a bottle at 14.50 €, collected where it costs 1.50 €."""
    make_satellite(fee_cents=300)
    Hub.objects.filter(is_main=True).update(fee_cents=150)
    who = {"name": "Simone Roche", "phone": "04 42 00 00 11", "email": ""}
    call = desk.post(reverse("desk:phone_order"), who)["Location"]
    desk.post(call, {"verb": "add", "product": market.wine.pk, "quantity": 1})
    page = desk.get(call).content.decode()
    assert 'label="La conciergerie (1,50\u00a0€ de frais)"' in page
    assert 'label="Zone du Tubé (3,00\u00a0€ de frais)"' in page
    (window, *_others) = re.findall(r'<option value="([^"]+\|[^"]+)"', page)
    answer = desk.post(call, {"verb": "review", "window": window, "channel": "phone", "note": ""})
    return str(urlsplit(answer["Location"]).path)


def test_it_is_read_out_and_taken(desk: Client, review: str, now: Any) -> None:
    page = desk.get(review)
    assert "Frais de retrait La conciergerie 1,50 €" in text_of(page)
    assert "Confirmer la commande · 16,00 €" in text_of(page)
    (fee,) = re.findall(r'name="fee" value="(\d+)"', page.content.decode())
    placed = desk.post(review, {"fee": fee})["Location"]
    assert "16,00 €" in text_of(desk.get(placed))
    order = Order.objects.get()
    assert order.total_cents == 1600
    for part in order.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    sheet = text_of(desk.get(reverse("desk:order", args=[order.pk])))
    assert "Frais de retrait 1,50 € Total 16,00 €" in sheet
    page_of_handover = text_of(desk.get(reverse("desk:handover_order", args=[order.pk])))
    assert "Encaisser 16,00 € et remettre" in page_of_handover
    assert "Frais de retrait 1,50 €" in page_of_handover


@pytest.mark.parametrize("said", [{}, {"fee": "0"}, {"fee": "beaucoup"}])
def test_a_fee_that_was_not_read_out_is_not_charged(desk: Client, review: str, said: dict[str, str]) -> None:
    answer = desk.post(review, said, follow=True)
    assert "Les frais de retrait sont maintenant de 1,50 €" in text_of(answer)
    assert not Order.objects.exists()


def test_another_towns_concierge_reads_out_her_own(review: str, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        Hub.objects.update(fee_cents=400)
        berthe = signed_in(town=viroflay, user=make_staff(name="Berthe Noël"))
    assert berthe.get(review).status_code == 404
    who = {"name": "Bruno Petit", "phone": "01 39 00 00 11", "email": ""}
    call = berthe.post(reverse("desk:phone_order"), who)["Location"]
    berthe.post(call, {"verb": "add", "product": theirs.wine.pk, "quantity": 1})
    (window, *_others) = re.findall(r'<option value="([^"]+\|[^"]+)"', berthe.get(call).content.decode())
    answer = berthe.post(call, {"verb": "review", "window": window, "channel": "phone", "note": ""})
    assert "Frais de retrait La conciergerie 4,00 €" in text_of(berthe.get(answer["Location"]))
