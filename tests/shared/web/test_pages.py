"""The pages that the law asks of every host."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from conciergeries.towns.models import Town
from shared.web.pages import NOT_FOR_ROBOTS
from shared.web.posted import posted

Browse = Callable[[Any], Client]


@pytest.mark.parametrize("path", ["/accessibilite/", "/mentions-legales/", "/vos-donnees/"])
def test_every_host_has_its_own(istres: Any, browse: Browse, path: str) -> None:
    for host in (istres, None):
        page = browse(host).get(path)
        text = page.content.decode()
        assert page.status_code == HTTPStatus.OK
        assert text.count("<h1") == 1
        assert "INVALID[" not in text
        assert browse(host).post(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_accessibility_status_is_said_in_the_words_of_the_law(istres: Any, browse: Browse) -> None:
    text = browse(istres).get("/accessibilite/").content.decode()
    assert "partiellement conforme" in text
    assert "Défenseur des droits" in text
    assert "istres.localhost" in text


def test_the_commune_publishes_and_its_company_runs(istres: Any, viroflay: Any, browse: Browse) -> None:
    text = browse(istres).get("/mentions-legales/").content.decode()
    assert "Commune d’Istres" in text
    assert "Conciergeries de Provence" in text
    assert istres.operating_company.siren in text
    assert viroflay.operating_company.name not in text
    assert "SIREN" not in browse(None).get("/mentions-legales/").content.decode()


def test_a_commune_without_an_address_yet_is_reached_through_the_platform(
    istres: Any, browse: Browse, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert settings.PLATFORM_CONTACT in browse(istres).get("/vos-donnees/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        town = Town.objects.get(pk=istres.pk)
        town.email, town.phone = "conciergerie@istres.example", "+33442000000"
        town.save()
    text = browse(istres).get("/vos-donnees/").content.decode()
    assert "conciergerie@istres.example" in text
    assert settings.PLATFORM_CONTACT not in text


def test_robots_leave_a_demonstration_alone_and_private_pages_anywhere(
    istres: Any, browse: Browse, settings: Any
) -> None:
    assert browse(istres).get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
    settings.DEMO = False
    lines = browse(istres).get("/robots.txt").content.decode().splitlines()
    assert lines == ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    assert "Disallow: /boutiques/" not in lines


def test_a_form_is_bound_to_a_post_even_when_it_is_empty() -> None:
    request = HttpRequest()
    request.method = "GET"
    assert posted(request) is None
    request.method = "POST"
    assert posted(request) is request.POST
