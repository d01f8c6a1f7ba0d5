"""Companies, whose numbers must be right: they are on every invoice."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.ledger.fec import ENCODING
from conciergeries.towns.models import OperatingCompany, Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_public, in_town
from tenants.shops.models import Shop, ShopKind
from tests.billing.ledger.fec_checker import problems
from tests.tenants.sold import sell_in_both

NEW = "/console/exploitants/nouveau/"
GOOD = {
    "name": "Conciergeries du Ponant",
    "legal_form": "SAS",
    "capital_euros": "10000",
    "siren": "303 265 045",
    "rcs_city": "Brest",
    "vat_number": "FR 40 303 265 045",
    "address": "1 quai du Port",
    "postcode": "29200",
    "city": "Brest",
    "contact_email": "bonjour@ponant.example",
    "stripe_alias": "default",
}


def test_a_company_is_added_with_its_numbers_cleaned(console: Client) -> None:
    assert console.post(NEW, GOOD).status_code == HTTPStatus.FOUND
    with in_public():
        company = OperatingCompany.objects.get(name="Conciergeries du Ponant")
        assert (company.siren, company.vat_number) == ("303265045", "FR40303265045")
        assert AuditEvent.objects.get(action="company_added").details == {"company": "Conciergeries du Ponant"}
    assert "Conciergeries du Ponant" in console.get("/console/exploitants/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("siren", "303265046", "SIREN n’est pas valide"),
        ("siren", "123", "SIREN n’est pas valide"),
        ("siren", "", "obligatoire"),
        ("siren", "732829320", "déjà dans la liste"),
        ("vat_number", "FR00303265045", "TVA n’est pas valide"),
        ("vat_number", "FR44732829320", "un autre SIREN"),
        ("vat_number", "", "cochez la franchise"),
        ("legal_form", "", "obligatoire"),
        ("capital_euros", "dix mille", "nombre entier"),
        ("capital_euros", "-1", "supérieur"),
        ("postcode", "2920", "cinq chiffres"),
        ("postcode", "abcde", "cinq chiffres"),
        ("contact_email", "bonjour", "valide"),
        ("stripe_alias", "ailleurs", "choix"),
        ("name", "", "obligatoire"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_field(
    console: Client, istres: Any, field: str, value: str, said: str
) -> None:
    data = {**GOOD, field: value}
    if value == "732829320":
        data["vat_number"] = "FR44732829320"
    answer = console.post(NEW, data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    assert f'id="id_{field}_error"' in answer.content.decode()
    with in_public():
        assert not OperatingCompany.objects.filter(name=GOOD["name"]).exists()


def test_a_company_is_changed_and_the_change_is_traced(console: Client, istres: Any) -> None:
    company = istres.operating_company
    answer = console.post(
        f"/console/exploitants/{company.pk}/",
        {**GOOD, "siren": company.siren, "vat_number": "FR44732829320", "name": "Nouveau nom"},
    )
    assert answer.status_code == HTTPStatus.FOUND
    with in_public():
        company.refresh_from_db()
        assert company.name == "Nouveau nom"
        assert AuditEvent.objects.filter(action="company_changed").count() == 1


def test_a_company_in_franchise_needs_no_vat_number(console: Client) -> None:
    answer = console.post(NEW, {**GOOD, "vat_number": "", "vat_franchise": "on", "capital_euros": "", "rcs_city": ""})
    assert answer.status_code == HTTPStatus.FOUND
    with in_public():
        company = OperatingCompany.objects.get(name=GOOD["name"])
    assert (company.vat_franchise, company.vat_number) == (True, "")
    assert company.legal_line == "SAS, SIREN 303\u00a0265\u00a0045"


def test_what_the_papers_say_of_a_company(istres: Any) -> None:
    said = "SAS au capital de 10\u00a0000\u00a0€, RCS Salon-de-Provence 732\u00a0829\u00a0320"
    assert istres.operating_company.legal_line == said


def test_one_goes_back_to_the_opening_with_the_company_chosen(console: Client) -> None:
    answer = console.post(NEW, {**GOOD, "suite": "/console/communes/nouvelle/?q=salon"})
    with in_public():
        company = OperatingCompany.objects.get(name=GOOD["name"])
    assert answer["Location"] == f"/console/communes/nouvelle/?q=salon&exploitant={company.pk}"
    assert f'value="{company.pk}" selected' in console.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("suite", ["https://evil.example/", "//evil.example/console/communes/nouvelle/", "/compte/"])
def test_one_goes_back_nowhere_else(console: Client, suite: str) -> None:
    assert console.post(NEW, {**GOOD, "suite": suite})["Location"] == "/console/exploitants/"


def test_the_sellers_to_report_are_a_file_over_all_the_companys_towns(
    console: Client, istres: Any, viroflay: Any
) -> None:
    with in_public():
        OperatingCompany.objects.filter(pk=viroflay.operating_company_id).update(name="Une autre")
        company = istres.operating_company
    sold = sell_in_both(istres=istres, viroflay=viroflay)
    with in_town(sold.istres):
        Shop.objects.filter(pk=sold.market.shirt.shop_id).update(kind=ShopKind.SEWING)
    path = f"/console/exploitants/{company.pk}/vendeurs/"
    answer = console.get(f"{path}?annee=2026")
    assert answer["Content-Disposition"] == f'attachment; filename="vendeurs-{company.siren}-2026.csv"'
    rows = b"".join(answer).decode("utf-8-sig").strip().split("\r\n")
    assert [row.split(";")[0] for row in rows[1:]] == ["Mistral"]
    with in_public():
        assert AuditEvent.objects.get(action="report.downloaded").details == {
            "file": f"vendeurs-{company.siren}-2026.csv"
        }
    refused = console.get(f"{path}?annee=2030")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Cette année n’a pas commencé." in refused.content.decode()
    assert Client(HTTP_HOST="localhost").get(path).status_code == HTTPStatus.FOUND


def test_the_books_of_a_company_are_one_file_over_its_towns(console: Client, istres: Any, viroflay: Any) -> None:
    company, other = istres.operating_company, viroflay.operating_company
    sell_in_both(istres=istres, viroflay=viroflay)
    path = f"/console/exploitants/{company.pk}/ecritures/"

    def towns_in(answer: Any) -> set[str]:
        rows = b"".join(answer).decode(ENCODING).strip("\r\n").split("\r\n")[1:]
        return {row.split("\t")[10].rpartition(", ")[2] for row in rows}

    asked = {"du": "2026-11-01", "au": "2026-11-30"}
    answer = console.get(path, asked)
    assert answer["Content-Disposition"] == f'attachment; filename="{company.siren}FEC20261130.txt"'
    assert towns_in(answer) == {"Istres"}
    with in_public():
        assert AuditEvent.objects.get(action="report.downloaded").details == {"file": f"{company.siren}FEC20261130.txt"}
        Town.objects.filter(pk=viroflay.pk).update(operating_company=company)
    whole = b"".join(console.get(path, asked))
    assert problems(whole) == []
    assert towns_in([whole]) == {"Istres", "Viroflay"}
    assert towns_in(console.get(f"/console/exploitants/{other.pk}/ecritures/", asked)) == set()
    refused = console.get(path, {"du": "2026-12-01", "au": "2026-11-01"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Le dernier jour est avant le premier." in refused.content.decode()
    assert Client(HTTP_HOST="localhost").get(path).status_code == HTTPStatus.FOUND
