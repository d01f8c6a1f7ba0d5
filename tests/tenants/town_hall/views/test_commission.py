"""Commission terms: read back, then set, from a day on."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.commissions.models import CommissionTerms
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.settlements.selling import PARIS, sell
from tests.conftest import TUESDAY
from tests.factories import Market, make_merchant, run_effects, set_terms
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/argent/commissions/nouvelle/"
THREE_WEEKS_AGO = datetime(2026, 11, 3, 18, tzinfo=PARIS)


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


@pytest.mark.parametrize("rate", ["5,5", "5.5", "5,5 %", "5,50\u00a0%"])
def test_a_rate_is_written_as_one_writes_it(hall: Client, rate: str) -> None:
    assert "Fixer 5,5 % HT" in text_of(hall.post(PAGE, _said(review="1", rate=rate)))


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
    assert "24/12/2026 6 % HT des ventes TTC TVA de 20 % en plus l’exploitant 0 sur 3 à venir" in page
    run_effects(now=TUESDAY + timedelta(minutes=1))
    assert "l’exploitant les 3 à venir" in text_of(hall.get(reverse("town_hall:commission")))


def test_one_shop_only(hall: Client, market: Market) -> None:
    shop = market.wine.shop
    asked = hall.get(PAGE, {"boutique": str(shop.pk)}).content.decode()
    assert f'<option value="{shop.pk}" selected>' in asked
    page = text_of(hall.post(PAGE, _said(review="1", shop=str(shop.pk), rate="3")))
    assert f"{shop.name} seulement" in page
    assert "Jusque-là 5 % HT des ventes TTC" in page
    assert "1 commerçant, par e-mail, dès que vous aurez confirmé. Aucun n’y perd" in page
    hall.post(PAGE, _said(confirm="1", shop=str(shop.pk), rate="3"))
    own = CommissionTerms.objects.get(merchant_id=shop.merchant_id)
    assert own.rate_bp == 300
    assert shop.name in text_of(hall.get(reverse("town_hall:commission")))


def test_merchants_have_fifteen_days(hall: Client, market: Market) -> None:
    form = text_of(hall.get(PAGE))
    assert "Au plus tôt le jeudi 10 décembre, pour que les commerçants soient prévenus 15 jours avant." in form
    for step in ("review", "confirm"):
        soon = hall.post(PAGE, _said(**{step: "1"}, rate="6", valid_from="2026-12-09"))
        assert "Au plus tôt le jeudi 10 décembre 2026 : les commerçants doivent être prévenus" in text_of(soon, 422)
    later = text_of(hall.post(PAGE, _said(review="1", rate="6", valid_from="2026-12-10")))
    assert "3 commerçants, par e-mail, dès que vous aurez confirmé" in later
    assert "Qui ne l’aurait pas été 15 jours avant garde ses conditions jusque-là" in later


def test_a_fee_a_minimum_and_free_months(hall: Client) -> None:
    said = _said(fixed_fee="0,30", minimum="5", free_months="3")
    page = text_of(hall.post(PAGE, {**said, "review": "1"}))
    assert "0,30 € HT par commande, au moins 5,00 € HT par bordereau, rien les 3 premiers mois" in page
    hall.post(PAGE, {**said, "confirm": "1"})
    terms = CommissionTerms.objects.get()
    assert (terms.fixed_fee_cents, terms.minimum_cents, terms.free_months) == (30, 500, 3)
    assert "0,30 € HT par commande" in text_of(hall.get(reverse("town_hall:commission")))


def test_an_agreement_in_writing(hall: Client, market: Market) -> None:
    shop = market.wine.shop
    said = _said(shop=str(shop.pk), rate="8", agreed="on", agreed_by="Marc Delmas", agreed_on="2026-11-23")
    page = text_of(hall.post(PAGE, {**said, "review": "1"}))
    assert "Sans délai, par accord écrit de Marc Delmas, le 23/11/2026" in page
    hall.post(PAGE, {**said, "confirm": "1"})
    terms = CommissionTerms.objects.get(merchant_id=shop.merchant_id)
    assert (terms.agreed_by, terms.without_notice) == ("Marc Delmas", "agreed")
    assert "Marc Delmas, le 23/11/2026" in text_of(hall.get(reverse("town_hall:terms", args=[terms.pk])))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shop": ""}, "choisissez sa boutique"),
        ({"agreed_by": ""}, "Écrivez qui a donné son accord."),
        ({"agreed_on": ""}, "Écrivez quand l’accord a été donné."),
        ({"agreed_on": "2026-11-25"}, "Cet accord n’est pas encore donné."),
    ],
)
def test_an_agreement_that_is_not_one(hall: Client, market: Market, change: dict[str, str], why: str) -> None:
    said = {"shop": str(market.wine.shop.pk), "agreed": "on", "agreed_by": "Marc", "agreed_on": "2026-11-23"} | change
    assert why in text_of(hall.post(PAGE, _said(rate="8", confirm="1", **said)), 422)


def test_what_it_makes_of_last_months_sales(hall: Client, market: Market) -> None:
    wine, cheese = market.wine.shop.merchant_id, market.cheese.shop.merchant_id
    for merchant, cents in ((wine, 60_000), (cheese, 10_000)):
        sell(merchant=merchant, cents=cents, at=THREE_WEEKS_AGO)
    page = text_of(hall.post(PAGE, _said(review="1", rate="6", valid_from="2026-12-10")))
    assert "Cave des Heures Claires aurait versé 43,20 € de commission TTC au lieu de 36,00 €." in page
    assert "Cave des Heures Claires 600,00 € 36,00 € 43,20 € +7,20 €" in page
    assert "Fromagerie des Alpilles 100,00 € 6,00 € 7,20 € +1,20 €" in page
    assert "Ensemble 700,00 € 42,00 € 50,40 € +8,40 €" in page
    # Of one shop, its own sales only.
    own = text_of(hall.post(PAGE, _said(review="1", rate="3", shop=str(market.cheese.shop.pk))))
    assert "Fromagerie des Alpilles 100,00 € 6,00 € 3,60 € −2,40 €" in own
    assert "Cave des Heures Claires" not in own


def test_a_month_without_sales_has_nothing_to_compare(hall: Client, market: Market) -> None:
    page = text_of(hall.post(PAGE, _said(review="1", rate="6", valid_from="2026-12-10")))
    assert "Aucune vente de ce mois n’est concernée" in page


def test_a_long_comparison_has_pages_and_one_total(hall: Client, market: Market, istres: Any) -> None:
    for number in range(25):
        merchant = make_merchant(name=f"Boutique {number:02}", town=istres)
        sell(merchant=merchant.pk, cents=1000 * (number + 1), at=THREE_WEEKS_AGO)
    said = _said(rate="6", valid_from="2026-12-10")
    first = text_of(hall.post(PAGE, {**said, "review": "1"}))
    second = text_of(hall.post(PAGE, {**said, "page": "2"}))
    assert "Page 1 sur 2 Boutiques suivantes" in first
    assert "Boutique 24" in first
    assert "Boutique 00" not in first
    assert "Boutique 00" in second
    assert "Boutiques précédentes Page 2 sur 2" in second
    for page in (first, second):
        assert "Ensemble, 25 boutiques 3 250,00 €" in page
    assert not CommissionTerms.objects.filter(rate_bp=600).exists()


def test_who_was_told_and_when(hall: Client, market: Market) -> None:
    hall.post(PAGE, _said(confirm="1", rate="6", valid_from="2026-12-10"))
    page = reverse("town_hall:terms", args=[CommissionTerms.objects.get(rate_bp=600).pk])
    before = text_of(hall.get(page))
    assert before.count("pas encore parti") == 3
    run_effects(now=TUESDAY + timedelta(minutes=1))
    after = text_of(hall.get(page))
    assert "Atelier Mistral prévenu le 24/11/2026 à 9 h 01 10/12/2026" in after
    assert "pas encore parti" not in after


def test_terms_to_come_are_withdrawn_once_for_two_clicks(hall: Client, market: Market) -> None:
    hall.post(PAGE, _said(confirm="1", rate="6", valid_from="2026-12-10"))
    run_effects(now=TUESDAY + timedelta(minutes=1))
    page = reverse("town_hall:withdraw_terms", args=[CommissionTerms.objects.get(rate_bp=600).pk])
    asked = text_of(hall.get(page))
    assert "3 commerçants en avaient été prévenus" in asked
    for _double_click in range(2):
        assert hall.post(page)["Location"] == reverse("town_hall:commission")
    assert AuditEvent.objects.filter(action="commission.terms_withdrawn").count() == 1
    assert "retirée" in text_of(hall.get(reverse("town_hall:commission")))


def test_terms_in_force_are_not_withdrawn(hall: Client, market: Market) -> None:
    row = CommissionTerms.objects.get()
    page = reverse("town_hall:withdraw_terms", args=[row.pk])
    assert "Ces conditions sont déjà en vigueur" in text_of(hall.post(page, follow=True))
    assert page not in hall.get(reverse("town_hall:terms", args=[row.pk])).content.decode()
    row.refresh_from_db()
    assert row.withdrawn_on is None


def test_another_towns_terms_are_not_there(hall: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = set_terms(town=viroflay)
    for name in ("terms", "withdraw_terms"):
        assert hall.get(reverse(f"town_hall:{name}", args=[theirs.pk])).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rate": ""}, "Ce champ est obligatoire."),
        ({"rate": "cinq"}, "Écrivez un nombre : 5 ou 5,5."),
        ({"rate": "-1"}, "Le taux doit être compris entre 0 et 50 %."),
        ({"rate": "100"}, "Le taux doit être compris entre 0 et 50 %."),
        ({"rate": "1e400"}, "Écrivez un nombre : 5 ou 5,5."),
        ({"rate": "NaN"}, "Écrivez un nombre : 5 ou 5,5."),
        ({"rate": "5,555"}, "Deux chiffres au plus après la virgule."),
        ({"vat_rate": "2000"}, "entre 0 et 100 %"),
        ({"valid_from": "2026-11-23"}, "Choisissez aujourd’hui ou une date à venir."),
        ({"valid_from": "demain"}, "Écrivez une date"),
        ({"fixed_fee": "-1"}, "supérieur à zéro"),
        ({"fixed_fee": "51"}, "Ce montant ne peut pas dépasser 50,00 €."),
        ({"minimum": "0,001"}, "deux décimales au plus"),
        ({"free_months": "25"}, "24 mois au plus."),
        ({"free_months": "trois"}, "Écrivez un nombre de mois."),
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


def test_a_company_in_franchise_is_told_at_once(istres: Any, hall: Client) -> None:
    company = istres.operating_company
    company.vat_franchise, company.vat_number = True, ""
    company.save()
    assert 'name="vat_rate" value="0"' in hall.get("/mairie/argent/commissions/nouvelle/").content.decode()
    answer = hall.post("/mairie/argent/commissions/nouvelle/", _said())
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "est en franchise de TVA (CGI, art. 293 B)" in answer.content.decode()
    assert hall.post("/mairie/argent/commissions/nouvelle/", _said(vat_rate="0")).status_code == HTTPStatus.OK


def test_a_shop_with_its_own_goes_back_to_the_town_s(hall: Client, market: Market, viroflay: Any) -> None:
    merchant = market.cheese.shop.merchant_id
    set_terms(town=market.town, merchant_id=merchant, rate_bp=300)
    assert "Revenir aux conditions de la commune" in text_of(hall.get("/mairie/argent/commissions/"))
    here = f"/mairie/argent/commissions/revenir/{merchant}/"
    page = text_of(hall.get(here))
    assert "3 % HT des ventes TTC" in page
    assert "5 % HT des ventes TTC" in page
    said = text_of(hall.post(here, {"valid_from": "2026-12-09"}), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "Au plus tôt le jeudi 10" in said
    said = text_of(hall.post(here, {"valid_from": "2026-12-10", "agreed": "on"}), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "Écrivez qui a donné son accord." in said
    read = text_of(hall.post(here, {"valid_from": "2026-12-10"}))
    assert "revient aux conditions de la commune ?" in read
    assert not CommissionTerms.objects.filter(follows_town=True).exists()
    for _double_click in range(2):
        page = text_of(hall.post(here, {"valid_from": "2026-12-10", "confirm": "1"}, follow=True))
        assert "celles de la commune" in page
        assert "Revenir aux conditions" not in page
    assert CommissionTerms.objects.filter(follows_town=True).count() == 1
    with in_town(viroflay):
        assert not CommissionTerms.objects.exists()
