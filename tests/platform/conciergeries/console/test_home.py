"""The platform's home speaks to communes, and names those that are served."""

from http import HTTPStatus
from typing import Any

from django.test import Client

from conciergeries.towns.models import Town
from tests.conftest import TUESDAY


def test_the_home_says_what_it_is_and_where(istres: Any, viroflay: Any) -> None:
    page = Client(HTTP_HOST="localhost").get("/")
    text = page.content.decode()
    assert page.status_code == HTTPStatus.OK
    assert "http://istres.localhost/" in text
    assert "http://viroflay.localhost/" in text
    assert text.count("<h1") == 1
    assert "INVALID[" not in text


def test_a_town_that_is_closed_is_not_shown(istres: Any, viroflay: Any) -> None:
    Town.objects.filter(pk=istres.pk).update(suspended_at=TUESDAY)
    Town.objects.filter(pk=viroflay.pk).update(ready=False)
    text = Client(HTTP_HOST="localhost").get("/").content.decode()
    assert "istres.localhost" not in text
    assert "La première, ce sera la vôtre" in text
