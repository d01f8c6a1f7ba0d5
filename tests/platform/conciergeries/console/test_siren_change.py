"""A company keeps its SIREN once it has issued something under it, in any of its towns."""

from http import HTTPStatus
from typing import Any

from django.test import Client

from billing.settlements.services import settle
from conciergeries.console.siren_change import why_not
from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import in_public, in_town
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import make_merchant
from tests.tenants.site.pages import words

OTHER = {"siren": "303265045", "vat_number": "FR40303265045"}


def change(console: Client, company: OperatingCompany, **changed: str) -> Any:
    """Send the company's form."""
    kept = ("name", "siren", "vat_number", "legal_form", "address", "postcode", "city", "contact_email", "stripe_alias")
    data = {name: getattr(company, name) for name in kept}
    return console.post(f"/console/exploitants/{company.pk}/", data | changed)


def siren_of(company: OperatingCompany) -> str:
    with in_public():
        return OperatingCompany.objects.get(pk=company.pk).siren


def sell_and_settle(town: Town) -> None:
    merchant = make_merchant(name="Chez Chloé", town=town)
    with in_town(town):
        sell(merchant=merchant.pk)
    settle(town=town, period_end=SUNDAY, now=MONDAY)


def test_what_was_issued_keeps_its_company(console: Client, istres: Town, viroflay: Town) -> None:
    sell_and_settle(istres)
    company: OperatingCompany = istres.operating_company
    answer = change(console, company, **OTHER)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_siren_error"' in answer.content.decode()
    assert "Des bordereaux sont émis sous ce SIREN (Istres)" in words(answer)
    assert siren_of(company) == "732829320"
    assert change(console, company, name="Nouveau nom").status_code == HTTPStatus.FOUND
    assert why_not(viroflay.operating_company) == ""


def test_a_slip_is_mended_before_anything_is_issued(console: Client, istres: Town, viroflay: Town) -> None:
    sell_and_settle(viroflay)
    assert change(console, istres.operating_company, **OTHER).status_code == HTTPStatus.FOUND
    assert siren_of(istres.operating_company) == OTHER["siren"]
