"""A session opened in one town is worth nothing in another."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.test import Client

from shared.accounts.middleware import SCHEMA_KEY
from shared.tenancy import in_town
from tenants.staff.models import StaffRole
from tests.factories import make_staff, sign_in

DESK = "/comptoir/"


def _concierge_client(town: Any) -> Client:
    client = Client(HTTP_HOST=town.host)
    with in_town(town):
        sign_in(client=client, user=make_staff(role=StaffRole.CONCIERGE))
    return client


def test_a_session_is_signed_with_its_town(istres: Any, browse: Callable[[Any], Client]) -> None:
    client = browse(istres)
    client.get("/compte/login/")
    client.post("/compte/login/", {"login": "alice@istres.example"})
    with in_town(istres):
        assert client.session[SCHEMA_KEY] == "istres"


def test_the_cookie_of_one_town_opens_nothing_in_another(istres: Any, viroflay: Any) -> None:
    client = _concierge_client(istres)
    assert client.get(DESK).status_code == HTTPStatus.OK

    refused = client.get(DESK, HTTP_HOST=viroflay.host)
    assert refused.status_code == HTTPStatus.FOUND
    assert refused["Location"].startswith("/compte/login/")


def test_a_session_copied_into_another_town_is_emptied(istres: Any, viroflay: Any) -> None:
    """Even if cache keys and tables were shared one day, the session's own mark refuses."""
    client = _concierge_client(istres)
    with in_town(istres):
        stolen = dict(client.session.items())
    other = Client(HTTP_HOST=viroflay.host)
    with in_town(viroflay):
        session = other.session
        session.update(stolen)
        session.save()
        other.cookies["sessionid"] = str(session.session_key)

    assert other.get(DESK).status_code == HTTPStatus.FOUND
    with in_town(viroflay):
        assert SESSION_KEY not in other.session


def test_a_visit_without_a_session_makes_none(istres: Any, browse: Callable[[Any], Client]) -> None:
    response = browse(istres).get("/accessibilite/")
    assert response.status_code == HTTPStatus.OK
    assert "sessionid" not in response.cookies
