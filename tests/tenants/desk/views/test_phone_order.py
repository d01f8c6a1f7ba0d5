"""An order by telephone, without JavaScript."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.desk.calls import SESSION_KEY
from tenants.hubs.models import Hub
from tenants.orders.models import Basket, Order
from tenants.residents.models import Resident
from tests.factories import Market, make_market, make_satellite, make_staff, run_effects, take_terms_away
from tests.tenants.staff.pages import Clock, signed_in, text_of

pytestmark = pytest.mark.django_db

WHO = {"name": "Simone Roche", "phone": "04 42 00 00 11", "email": ""}


def _start(desk: Client, **caller: str) -> str:
    answer = desk.post(reverse("desk:phone_order"), {**WHO, **caller})
    assert answer.status_code == 302, text_of(answer, answer.status_code)
    return str(answer["Location"])


def _windows(desk: Client, call: str) -> list[str]:
    return re.findall(r'<option value="([^"]+\|[^"]+)"', desk.get(call).content.decode())


def _add(desk: Client, call: str, product: Any, quantity: int | str = 1) -> Any:
    return desk.post(call, {"verb": "add", "product": product.pk, "quantity": quantity})


def _review(desk: Client, call: str, **said: str) -> Any:
    return desk.post(
        call, {"verb": "review", "window": _windows(desk, call)[0], "channel": "phone", "note": "", **said}
    )


def test_under_a_minute(desk: Client, market: Market) -> None:
    call = _start(desk)
    for product, quantity in ((market.wine, 2), (market.shirt, 1)):
        assert _add(desk, call, product, quantity).status_code == 302
    answer = _review(desk, call, note="Sonner fort")
    review = answer["Location"]
    page = text_of(desk.get(review))
    assert "2 × Coteaux d’Aix rouge" in page
    assert "Confirmer la commande · 50,50 €" in page
    assert "dites que l’âge sera vérifié" in page
    for _double_click in range(2):
        answer = desk.post(review)
        assert answer.status_code == 302
    order = Order.objects.get()
    assert answer["Location"] == reverse("desk:placed", args=[order.pk])
    assert (order.channel, order.payment_mode, order.entered_by) == ("phone", "desk", "Camille Roux")
    assert (order.customer_name, order.customer_phone, order.note) == ("Simone Roche", "+33442000011", "Sonner fort")
    assert order.total_cents == 5050
    page = text_of(desk.get(answer["Location"]))
    assert order.number in page
    assert f"{order.code[:3]} {order.code[3:]}" in page
    assert AuditEvent.objects.filter(action="order.taken").count() == 1
    run_effects(now=order.placed_at + timedelta(minutes=1), kinds=["orders.confirmed"])
    assert set(Message.objects.values_list("template", flat=True)) == {"orders/to_accept"}, "Simone has no e-mail"


def test_a_known_caller_is_chosen(desk: Client, market: Market, simone: Resident) -> None:
    page = text_of(desk.get(reverse("desk:phone_order"), {"q": "0442000011"}))
    assert "Simone Roche 04 42 00 00 11" in page
    call = desk.post(reverse("desk:phone_order"), {"resident": simone.pk})["Location"]
    _add(desk, call, market.wine)
    desk.post(_review(desk, call)["Location"])
    assert Order.objects.get().resident == simone
    assert Resident.objects.count() == 1


def test_the_same_person_is_noted_down_once(desk: Client, market: Market) -> None:
    for name in ("Simone Roche", "simone roche"):
        call = _start(desk, name=name)
        _add(desk, call, market.wine)
        desk.post(_review(desk, call)["Location"])
    assert Order.objects.count() == 2
    assert Resident.objects.count() == 1


def test_nobody_is_noted_down_before_the_order(desk: Client, market: Market) -> None:
    call = _start(desk)
    assert not Resident.objects.exists()
    assert "Appel en cours avec Simone Roche" in text_of(desk.get(reverse("desk:today")))
    assert desk.post(call, {"verb": "forget"}).status_code == 302
    assert desk.get(call).status_code == 404
    assert not Basket.objects.exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": ""}, "Nom : Ce champ est obligatoire."),
        ({"phone": ""}, "Notez un téléphone ou une adresse e-mail"),
        ({"phone": "12"}, "Écrivez un numéro de téléphone"),
        ({"phone": "pas un numéro"}, "Écrivez un numéro de téléphone"),
        ({"phone": "00 00 00 00 00"}, "Ce numéro de téléphone n’est pas valide."),
        ({"email": "simone@"}, "Saisissez une adresse de courriel valide."),
    ],
)
def test_a_caller_badly_noted(desk: Client, said: dict[str, str], why: str) -> None:
    answer = desk.post(reverse("desk:phone_order"), {**WHO, **said})
    assert why in text_of(answer, 422)
    assert SESSION_KEY not in desk.session


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        ("0", "de 1 à 99"),
        ("-3", "de 1 à 99"),
        ("100", "de 1 à 99"),
        ("deux", "de 1 à 99"),
        ("13", "Il n’en reste que 12"),
    ],
)
def test_a_quantity_that_cannot_be(desk: Client, market: Market, quantity: str, why: str) -> None:
    call = _start(desk)
    assert why in text_of(_add(desk, call, market.wine, quantity), 422)
    assert not Basket.objects.get().lines.exists()


def test_more_and_less_and_out(desk: Client, market: Market) -> None:
    call = _start(desk)
    _add(desk, call, market.wine, 2)
    sent = {"verb": "set", "product": market.wine.pk, "quantity": "2"}
    desk.post(call, {**sent, "change": "more"})
    assert Basket.objects.get().lines.get().quantity == 3
    desk.post(call, {**sent, "quantity": "3", "change": "less"})
    assert Basket.objects.get().lines.get().quantity == 2
    desk.post(call, {**sent, "quantity": "7"})
    assert Basket.objects.get().lines.get().quantity == 7
    for _double_click in range(2):
        desk.post(call, {"verb": "remove", "product": market.wine.pk})
    assert not Basket.objects.get().lines.exists()


def test_nonsense_is_not_found(desk: Client, market: Market) -> None:
    call = _start(desk)
    for sent in (
        {"verb": "add", "product": str(uuid4()), "quantity": "1"},
        {"verb": "add", "product": "x", "quantity": "1"},
        {"verb": "dance", "product": market.wine.pk, "quantity": "1"},
        {},
    ):
        assert desk.post(call, sent).status_code == 404
    assert desk.post(reverse("desk:phone_order"), {"resident": str(uuid4())}).status_code == 404


def test_an_empty_basket_and_a_window_of_nobodys(desk: Client, market: Market) -> None:
    call = _start(desk)
    assert "Ajoutez au moins un produit." in text_of(_review(desk, call), 422)
    _add(desk, call, market.wine)
    assert "n’est plus possible" in text_of(_review(desk, call, window=f"{uuid4()}|2026-11-24T18:00:00+01:00"), 422)
    assert "Choisissez quand" in text_of(_review(desk, call, window=""), 422)


def test_preparation_time_pushes_the_window(desk: Client, market: Market) -> None:
    call = _start(desk)
    assert "2026-11-24T18:00" in _windows(desk, call)[0]
    _add(desk, call, market.cheese)
    market.cheese.lead_hours = 10
    market.cheese.save()
    assert "2026-11-25T12:00" in _windows(desk, call)[0]


def test_what_changed_during_the_call_is_said_before_confirming(desk: Client, market: Market) -> None:
    call = _start(desk)
    _add(desk, call, market.wine, 2)
    review = _review(desk, call)["Location"]
    market.wine.price_cents = 1600
    market.wine.save()
    answer = desk.post(review, follow=True)
    assert "Coteaux d’Aix rouge est passé de 14,50 € à 16,00 €. Le panier est à jour" in text_of(answer)
    assert not Order.objects.exists()
    desk.post(_review(desk, call)["Location"])
    assert Order.objects.get().total_cents == 3200


def test_a_window_gone_during_the_call(desk: Client, market: Market, clock: Clock) -> None:
    call = _start(desk)
    _add(desk, call, market.wine)
    review = _review(desk, call)["Location"]
    clock.now += timedelta(hours=6)
    assert "n’est plus possible" in text_of(desk.post(review, follow=True))
    assert not Order.objects.exists()
    assert not Resident.objects.exists(), "nothing half done"


def test_without_a_commission_no_order(desk: Client, market: Market) -> None:
    take_terms_away()
    call = _start(desk)
    _add(desk, call, market.wine)
    review = _review(desk, call)["Location"]
    assert "La mairie n’a pas encore fixé la commission" in text_of(desk.post(review, follow=True))
    assert not Order.objects.exists()


def test_no_window_in_two_weeks(desk: Client, market: Market) -> None:
    Hub.objects.update(hours="2027 Aug 08:00-12:00")
    assert "Aucun retrait possible" in text_of(desk.get(_start(desk)))


def test_a_second_hub_is_offered_under_its_name(desk: Client, market: Market) -> None:
    make_satellite(cutoff_minutes=300)
    call = _start(desk)
    assert '<optgroup label="Zone du Tubé">' in desk.get(call).content.decode()
    friday = next(value for value in _windows(desk, call) if "2026-11-27T14:00" in value)
    _add(desk, call, market.wine)
    desk.post(_review(desk, call, window=friday, channel="email")["Location"])
    order = Order.objects.get()
    assert (order.hub.name, order.channel) == ("Zone du Tubé", "email")


def test_a_call_belongs_to_one_concierge_of_one_town(desk: Client, market: Market, istres: Any, viroflay: Any) -> None:
    call = _start(desk)
    colleague = signed_in(town=istres, user=make_staff(name="Karim"))
    assert colleague.get(call).status_code == 404
    with in_town(viroflay):
        make_market(town=viroflay)
        bruno = make_staff(name="Bruno")
    assert signed_in(town=viroflay, user=bruno).get(call).status_code == 404
