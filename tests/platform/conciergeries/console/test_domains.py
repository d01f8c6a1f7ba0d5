"""The page where a town's own domains are added, removed, and the main one chosen."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from conciergeries.towns.domains import add_domain
from conciergeries.towns.models import Domain
from tests.conftest import TUESDAY

OWN = "conciergerie.istres.example"


def _page(town: Any, rest: str = "") -> str:
    return f"/console/communes/{town.pk}/{rest}"


def test_a_domain_is_added_and_the_page_says_what_the_town_must_do(console: Client, istres: Any) -> None:
    answer = console.post(_page(istres, "adresses/"), {"host": f"https://{OWN}/"}, follow=True)
    page = answer.content.decode()
    assert f"{OWN} est ajouté" in page
    assert "type CNAME vers <strong>istres.localhost.</strong>" in page
    assert page.count(">principale<") == 1


def test_a_bare_domain_has_no_alias(console: Client, istres: Any) -> None:
    add_domain(town_id=istres.pk, host="istres.example", actor=None, now=TUESDAY)
    page = console.get(_page(istres)).content.decode()
    assert "type A (et AAAA) vers l’adresse IP du serveur de localhost" in page


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("", "Écrivez le nom de domaine."),
        ("istres", "Ce n’est pas un nom de domaine"),
        ("autre.localhost", "celles de la plateforme"),
        ("viroflay.example", "déjà celle de la conciergerie de Viroflay"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    console: Client, istres: Any, viroflay: Any, host: str, said: str
) -> None:
    add_domain(town_id=viroflay.pk, host="viroflay.example", actor=None, now=TUESDAY)
    answer = console.post(_page(istres, "adresses/"), {"host": host})
    assert answer.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}
    assert said in answer.content.decode()
    assert 'id="id_host_error"' in answer.content.decode()
    assert Domain.objects.filter(tenant=istres).count() == 1


def test_the_main_address_is_chosen_and_removing_asks_first(console: Client, istres: Any) -> None:
    domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    page = console.post(_page(istres, f"adresses/{domain.pk}/principale/"), follow=True).content.decode()
    assert f"mènent maintenant à {OWN}" in page
    assert f"http://{OWN}" in console.get("/").content.decode()

    away = _page(istres, f"adresses/{domain.pk}/retirer/")
    assert f"<strong>{OWN}</strong>" in console.get(away).content.decode()
    assert Domain.objects.filter(pk=domain.pk).exists()
    assert f"{OWN} ne mène plus" in console.post(away, follow=True).content.decode()
    assert Domain.objects.get(tenant=istres).is_primary


def test_the_platforms_address_is_not_removed(console: Client, istres: Any) -> None:
    domain = Domain.objects.get(tenant=istres)
    away = _page(istres, f"adresses/{domain.pk}/retirer/")
    assert away not in console.get(_page(istres)).content.decode()
    assert "L’adresse de la plateforme reste" in console.post(away, follow=True).content.decode()


def test_another_towns_address_is_a_404(console: Client, istres: Any, viroflay: Any) -> None:
    domain = add_domain(town_id=viroflay.pk, host="viroflay.example", actor=None, now=TUESDAY)
    for verb in ("principale", "retirer"):
        address = _page(istres, f"adresses/{domain.pk}/{verb}/")
        assert console.post(address).status_code == HTTPStatus.NOT_FOUND
    assert console.get(_page(istres, f"adresses/{domain.pk}/retirer/")).status_code == HTTPStatus.NOT_FOUND


def test_the_journal_tells_it(console: Client, istres: Any) -> None:
    console.post(_page(istres, "adresses/"), {"host": OWN})
    page = console.get("/console/journal/").content.decode()
    assert "a ajouté une adresse" in page
    assert f"Istres · {OWN}" in page
