"""From a host name to a town, and never to another one's."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from conciergeries.towns.models import Domain, Town
from shared.tenancy import in_public

Browse = Callable[[Any], Client]
PAGE = "/mentions-legales/"


def test_each_host_serves_its_own_town(istres: Any, viroflay: Any, browse: Browse) -> None:
    assert "Commune d’Istres" in browse(istres).get(PAGE).content.decode()
    assert "Commune de Viroflay" in browse(viroflay).get(PAGE).content.decode()
    platform = browse(None).get(PAGE).content.decode()
    assert "Istres" not in platform
    assert "Viroflay" not in platform


@pytest.mark.parametrize(
    "host", ["istres.localhost:8000", "ISTRES.localhost", "istres.localhost.", "www.istres.localhost"]
)
def test_a_host_is_read_without_its_port_its_case_and_its_www(istres: Any, host: str) -> None:
    answer = Client(HTTP_HOST=host).get(PAGE)
    assert answer.status_code == HTTPStatus.OK
    assert "Commune d’Istres" in answer.content.decode()


@pytest.mark.parametrize(
    "host",
    ["chloe.localhost", "evil.example", "istres.localhost.evil.example", "istres", "1.2.3.4", "xistres.localhost"],
)
def test_a_host_that_is_no_town_is_a_friendly_404_that_names_none(istres: Any, viroflay: Any, host: str) -> None:
    for path in ("/", PAGE, "/compte/login/", "/console/"):
        answer = Client(HTTP_HOST=host).get(path)
        text = answer.content.decode()
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "Aucune conciergerie à cette adresse" in text
        assert "Istres" not in text
        assert "Viroflay" not in text


@pytest.mark.parametrize("host", ["istres_localhost", "istres.localhost/evil", "bad host", "a" * 300])
def test_a_host_that_is_no_host_is_a_404_too(db: None, host: str) -> None:
    assert Client(HTTP_HOST=host).get("/").status_code == HTTPStatus.NOT_FOUND


def test_the_platforms_pages_are_not_on_a_towns_host_nor_the_other_way_round(istres: Any, browse: Browse) -> None:
    for path in ("/console/", "/portail/", "/stripe/webhook/default/"):
        assert browse(istres).get(path).status_code == HTTPStatus.NOT_FOUND
    for path in ("/comptoir/", "/mairie/", "/panier/", "/boutiques/"):
        assert browse(None).get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_town_that_is_not_ready_serves_nobody(istres: Any, browse: Browse) -> None:
    """Half-migrated, it would have shown the platform's own tables."""
    with in_public():
        Town.objects.filter(pk=istres.pk).update(ready=False)
    answer = browse(istres).get("/compte/login/")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "fermée pour le moment" in answer.content.decode()


def test_a_town_brings_its_own_domain(
    istres: Any, viroflay: Any, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    assert browse(None).get(PAGE, HTTP_HOST="conciergerie-istres.example").status_code == HTTPStatus.NOT_FOUND
    with in_public(), django_capture_on_commit_callbacks(execute=True):
        Domain.objects.create(domain="conciergerie-istres.example", tenant=istres, is_primary=False)

    page: Any = browse(None).get(PAGE, HTTP_HOST="conciergerie-istres.example")
    usual: Any = browse(istres).get(PAGE)

    assert "Commune d’Istres" in page.content.decode()
    # The way back from a payment leads where the visitor is signed in.
    assert page.wsgi_request.tenant.host == "conciergerie-istres.example"
    assert usual.wsgi_request.tenant.host == "istres.localhost"
