"""Commission terms: read back, then set, from a day on."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.commissions.models import CommissionTerms
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.factories import Market
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/commissions/nouvelle/"


def _said(**change: str) -> dict[str, str]:
    said = {
        "shop": "",
        "rate": "5",
        "base": "TTC",
        "price_basis": "HT",
        "vat_rate": "20",
        "beneficiary": "company",
        "valid_from": "2026-11-24",
    }
    return {**said, **change}


def test_read_back_before_it_is_set(hall: Client) -> None:
    page = text_of(hall.post(PAGE, _said(review="1", rate="5,5")))
    assert "Fixer 5,5 % HT des ventes TTC ?" in page
    assert "mardi 24 novembre 2026" in page
    assert "Sur une vente de 60,00 € : 3,30 € HT et 0,66 € de TVA, soit 3,96 €. La boutique reçoit 56,04 €." in page
    assert "Conciergeries de Provence" in page
    assert not CommissionTerms.objects.exists()


def test_set_once_for_two_clicks(hall: Client, viroflay: Any) -> None:
    for _double_click in range(2):
        answer = hall.post(PAGE, _said(confirm="1"))
        assert answer["Location"] == reverse("town_hall:commission")
    terms = CommissionTerms.objects.get()
    assert (terms.rate_bp, terms.price_basis, terms.base, terms.vat_rate_bp) == (500, "HT", "TTC", 2000)
    assert AuditEvent.objects.filter(action="commission.terms_set").count() == 1
    assert "en vigueur" in text_of(hall.get(reverse("town_hall:commission")))
    with in_town(viroflay):
        assert not CommissionTerms.objects.exists()


def test_what_comes_next_and_what_was(hall: Client, market: Market) -> None:
    hall.post(PAGE, _said(confirm="1", rate="6", valid_from="2026-12-24"))
    page = text_of(hall.get(reverse("town_hall:commission")))
    assert "Aujourd’hui : 5 % HT des ventes TTC" in page
    assert "24/12/2026 6 % HT des ventes TTC TVA de 20 % en plus l’exploitant à venir" in page


def test_one_shop_only(hall: Client, market: Market) -> None:
    shop = market.wine.shop
    asked = hall.get(PAGE, {"boutique": str(shop.pk)}).content.decode()
    assert f'<option value="{shop.pk}" selected>' in asked
    page = text_of(hall.post(PAGE, _said(review="1", shop=str(shop.pk), rate="3")))
    assert f"{shop.name} seulement" in page
    assert "Aujourd’hui 5 % HT des ventes TTC" in page
    hall.post(PAGE, _said(confirm="1", shop=str(shop.pk), rate="3"))
    own = CommissionTerms.objects.get(merchant_id=shop.merchant_id)
    assert own.rate_bp == 300
    assert shop.name in text_of(hall.get(reverse("town_hall:commission")))


def test_merchants_have_fifteen_days(hall: Client, market: Market) -> None:
    soon = text_of(hall.post(PAGE, _said(review="1", rate="6", valid_from="2026-12-01")))
    assert "doivent être prévenus 15 jours avant" in soon
    later = date(2026, 11, 24) + timedelta(days=15)
    assert "doivent être prévenus" not in text_of(hall.post(PAGE, _said(review="1", valid_from=later.isoformat())))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rate": ""}, "Ce champ est obligatoire."),
        ({"rate": "cinq"}, "Écrivez un nombre : 5 ou 5,5."),
        ({"rate": "-1"}, "entre 0 et 100 %"),
        ({"rate": "100,5"}, "entre 0 et 100 %"),
        ({"rate": "5,555"}, "Deux chiffres au plus après la virgule."),
        ({"vat_rate": "2000"}, "entre 0 et 100 %"),
        ({"valid_from": "2026-11-23"}, "Choisissez aujourd’hui ou une date à venir."),
        ({"valid_from": "demain"}, "Écrivez une date"),
        ({"base": "NET"}, "Sélectionnez un choix valide"),
        ({"beneficiary": "me"}, "Sélectionnez un choix valide"),
        ({"shop": "00000000-0000-0000-0000-000000000000"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_is_said(hall: Client, change: dict[str, str], why: str) -> None:
    for step in ("review", "confirm"):
        assert why in text_of(hall.post(PAGE, _said(**change, **{step: "1"})), 422)
    assert not CommissionTerms.objects.exists()


def test_a_day_has_one_rate(hall: Client, market: Market) -> None:
    answer = hall.post(PAGE, _said(confirm="1", rate="7"))
    assert "Des conditions sont déjà prévues à partir de cette date." in text_of(answer, 422)
    assert CommissionTerms.objects.get().rate_bp == 500


def test_one_may_go_back_and_change(hall: Client) -> None:
    page = hall.post(PAGE, _said(change="1", rate="5,5"))
    assert 'value="5,5"' in page.content.decode()
    assert not CommissionTerms.objects.exists()
