"""Taking an invitation up in a browser."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from shared.accounts import views
from shared.accounts.invitations import invite
from shared.accounts.models import User
from shared.tenancy import in_public, in_town
from tests.factories import PASSWORD, make_merchant, make_staff, make_user, sign_in

ALICE = "alice@istres.example"
Browse = Callable[[Any], Client]


def _invite(town: Any, *, email: str = ALICE, role: str = "concierge", **context: Any) -> str:
    now = timezone.now()
    if town is None:
        return invite(email=email, role_key=role, invited_by=None, now=now, context=context).token
    with in_town(town):
        return invite(email=email, role_key=role, invited_by=None, now=now, context=context).token


def test_the_page_says_who_invites_to_what(istres: Any, browse: Browse) -> None:
    page = browse(istres).get(f"/invitation/{_invite(istres)}/")

    assert page.status_code == HTTPStatus.OK
    text = page.content.decode().replace("<wbr>", "")
    assert ALICE in text
    assert "concierge" in text
    assert "d’Istres" in text


def test_accepting_signs_in_and_opens_the_roles_first_page(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    url = f"/invitation/{_invite(istres)}/"

    answer = client.post(url, {"name": "Alice Martin", "password": ""})

    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/comptoir/")
    with in_town(istres):
        alice = User.objects.get(email=ALICE)
        assert client.session[SESSION_KEY] == str(alice.pk)
        assert not alice.has_usable_password()
    assert client.get("/comptoir/").status_code == HTTPStatus.OK
    assert client.get(url).status_code == HTTPStatus.GONE


def test_a_merchant_is_invited_on_the_platforms_host(db: None, browse: Browse) -> None:
    merchant = make_merchant()
    token = _invite(None, role="merchant", merchant_id=str(merchant.pk), merchant=merchant.name)
    client = browse(None)

    assert merchant.name in client.get(f"/invitation/{token}/").content.decode()
    answer = client.post(f"/invitation/{token}/", {"name": "Alice", "password": PASSWORD})

    assert answer["Location"] == "/portail/"
    with in_public():
        assert User.objects.get(email=ALICE).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "", "password": ""}, "obligatoire"),
        ({"name": "Alice", "password": "court"}, "12 caractères"),
        ({"name": "Alice", "password": "password1234"}, "trop courant"),
    ],
)
def test_bad_answers_are_said_and_change_nothing(istres: Any, browse: Browse, data: Any, said: str) -> None:
    answer = browse(istres).post(f"/invitation/{_invite(istres)}/", data)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    with in_town(istres):
        assert not User.objects.filter(email=ALICE).exists()


def test_an_existing_account_is_asked_for_nothing_and_cannot_be_given_a_password(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE, name="Alice", password=PASSWORD)
    url = f"/invitation/{_invite(istres)}/"
    client = browse(istres)

    assert 'name="password"' not in client.get(url).content.decode()
    client.post(url, {"name": "Chloé", "password": "un autre mot de passe"})
    with in_town(istres):
        alice.refresh_from_db()
        assert (alice.name, alice.check_password(PASSWORD)) == ("Alice", True)


def test_somebody_else_who_is_signed_in_is_not_turned_into_the_invited(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    with in_town(istres):
        chloe = make_staff(name="Chloé")
        sign_in(client=client, user=chloe)

    answer = client.post(f"/invitation/{_invite(istres)}/", {"name": "Alice", "password": ""})

    assert "quelqu’un d’autre" in answer.content.decode()
    with in_town(istres):
        assert client.session[SESSION_KEY] == str(chloe.pk)
        assert not User.objects.filter(email=ALICE).exists()


@pytest.mark.parametrize("path", ["inconnue", "a" * 60, "..%2F..", "é"])
def test_an_unknown_token_is_a_friendly_410(istres: Any, browse: Browse, path: str) -> None:
    answer = browse(istres).get(f"/invitation/{path}/")
    assert answer.status_code in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND}
    assert "n’est plus ouverte" in answer.content.decode() or answer.status_code == HTTPStatus.NOT_FOUND


def test_the_invitation_of_one_town_is_closed_on_every_other_host(istres: Any, viroflay: Any, browse: Browse) -> None:
    token = _invite(istres)
    for elsewhere in (viroflay, None):
        client = browse(elsewhere)
        assert client.get(f"/invitation/{token}/").status_code == HTTPStatus.GONE
        assert client.post(f"/invitation/{token}/", {"name": "B"}).status_code == HTTPStatus.GONE
    assert browse(istres).get(f"/invitation/{token}/").status_code == HTTPStatus.OK


def test_an_old_invitation_is_a_friendly_410(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        long_ago = timezone.now() - timedelta(days=8)
        token = invite(email=ALICE, role_key="town_hall", invited_by=None, now=long_ago).token
    assert browse(istres).get(f"/invitation/{token}/").status_code == HTTPStatus.GONE


def test_guessing_tokens_is_stopped(istres: Any, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(views.RATES, "invitation", "3/m/ip")
    client = browse(istres)
    statuses = [client.get(f"/invitation/essai-{number}/").status_code for number in range(5)]
    assert statuses == [HTTPStatus.GONE] * 3 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
