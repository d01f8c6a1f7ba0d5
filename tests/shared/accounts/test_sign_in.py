"""Signing in, on a town's host and on the platform's: by code, by password, by application; and signing up."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.messages import get_messages
from django.test import Client

from shared.accounts.models import User
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tests.factories import PASSWORD, make_member, make_merchant, make_user, sign_in

Browse = Callable[[Any], Client]
ALICE = "alice@istres.example"
LOGIN = "/compte/login/"
CONFIRM = "/compte/login/code/confirm/"
WITH_PASSWORD = f"{LOGIN}?avec=mot-de-passe"

_CODE = re.compile(r"\d{4}-\d{4}")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=|<[^>]+\sstyle=|<style")


def _last_mail(to: str = ALICE) -> str:
    """The last message of the schema that the last request worked in."""
    return Message.objects.filter(to=to).order_by("-created_at")[0].text


def _code(to: str = ALICE) -> str:
    found = _CODE.search(_last_mail(to))
    assert found is not None
    return found[0]


def _is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_a_resident_signs_in_with_a_code(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE, name="Alice")
    client = browse(istres)

    assert client.post(LOGIN, {"login": ALICE}).status_code == HTTPStatus.FOUND
    assert not _is_signed_in(client)
    answer = client.post(CONFIRM, {"code": _code().replace("-", " ")})

    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/")
    assert _is_signed_in(client)


def test_a_merchant_signs_in_with_a_code_on_the_platforms_host_and_sees_the_portal(db: None, browse: Browse) -> None:
    make_member(merchant=make_merchant(), email="amandine@fromagerie.example")
    client = browse(None)

    client.post(LOGIN, {"login": "Amandine@Fromagerie.example"})
    answer = client.post(CONFIRM, {"code": _code("amandine@fromagerie.example")})

    assert answer["Location"] == "/portail/"


def test_the_page_asked_for_is_the_page_one_gets(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE)
    client = browse(istres)

    client.post(f"{LOGIN}?next=/vos-donnees/", {"login": ALICE})
    answer = client.post(f"{CONFIRM}?next=/vos-donnees/", {"code": _code()})

    assert answer["Location"] == "/vos-donnees/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "http://viroflay.localhost/"])
def test_nobody_is_sent_to_another_host(istres: Any, browse: Browse, elsewhere: str) -> None:
    with in_town(istres):
        make_user(email=ALICE, password=PASSWORD)
    answer = browse(istres).post(
        f"{WITH_PASSWORD}&next={elsewhere}", {"login": ALICE, "password": PASSWORD, "next": elsewhere}
    )
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/")


def test_a_password_works_on_its_own_page(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE, name="Alice", password=PASSWORD)
    client = browse(istres)

    wrong = client.post(WITH_PASSWORD, {"login": ALICE, "password": "pas celui-là"})
    assert "ne sont pas les bons" in wrong.content.decode()
    missing = client.post(WITH_PASSWORD, {"login": ALICE, "password": ""})
    assert "obligatoire" in missing.content.decode()
    assert not _is_signed_in(client)
    client.post(WITH_PASSWORD, {"login": ALICE, "password": PASSWORD})
    assert _is_signed_in(client)
    assert [str(message) for message in get_messages(client.get("/vos-donnees/").wsgi_request)] in (
        [],
        ["Bonjour Alice."],
    )


def test_an_account_of_one_town_is_unknown_in_another_and_on_the_platform(
    istres: Any, viroflay: Any, browse: Browse
) -> None:
    with in_town(istres):
        make_user(email=ALICE, password=PASSWORD)
    for elsewhere in (viroflay, None):
        client = browse(elsewhere)
        client.post(WITH_PASSWORD, {"login": ALICE, "password": PASSWORD})
        assert not _is_signed_in(client)


def test_a_code_of_one_town_opens_nothing_in_another(istres: Any, viroflay: Any, browse: Browse) -> None:
    for town in (istres, viroflay):
        with in_town(town):
            make_user(email=ALICE)
    in_istres, in_viroflay = browse(istres), browse(viroflay)
    in_istres.post(LOGIN, {"login": ALICE})
    code = _code()
    in_viroflay.post(LOGIN, {"login": ALICE})
    if _code() != code:  # one chance in a hundred million
        in_viroflay.post(CONFIRM, {"code": code})
        assert not _is_signed_in(in_viroflay)


def test_an_unknown_address_is_told_by_e_mail_only(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    answer = client.post(LOGIN, {"login": "chloe@ailleurs.example"})

    assert answer["Location"] == CONFIRM
    text = _last_mail("chloe@ailleurs.example")
    assert "pas de compte" in text
    assert "http://istres.localhost/compte/signup/" in text
    client.post(CONFIRM, {"code": "1234-5678"})
    assert not _is_signed_in(client)


def test_on_the_platform_an_unknown_address_is_not_invited_to_sign_up(db: None, browse: Browse) -> None:
    browse(None).post(LOGIN, {"login": "chloe@ailleurs.example"})
    assert "signup" not in _last_mail("chloe@ailleurs.example")


def test_three_wrong_codes_end_the_attempt(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE)
    client = browse(istres)
    client.post(LOGIN, {"login": ALICE})
    code = _code()
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"

    first = client.post(CONFIRM, {"code": wrong})
    assert "pas le bon" in first.content.decode()
    client.post(CONFIRM, {"code": wrong})
    last = client.post(CONFIRM, {"code": wrong})

    assert last["Location"] == "/compte/login/code/"
    client.post(CONFIRM, {"code": code})
    assert not _is_signed_in(client)


def test_another_code_can_be_asked_for(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE)
    client = browse(istres)
    client.post(LOGIN, {"login": ALICE})
    former = _code()
    client.post(CONFIRM, {"action": "resend"})

    assert _code() != former
    client.post(CONFIRM, {"code": former})
    assert not _is_signed_in(client)
    client.post(CONFIRM, {"code": _code()})
    assert _is_signed_in(client)


def test_too_many_requests_get_our_429(istres: Any, browse: Browse) -> None:
    answers = [browse(istres).post(LOGIN, {"login": f"p{number}@x.example"}) for number in range(31)]
    # Twenty codes a minute from one place, which the form says; thirty posts.
    assert answers[19].status_code == HTTPStatus.FOUND
    assert "Trop d’essais" in answers[20].content.decode()
    assert answers[30].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Trop d’essais" in answers[30].content.decode()


def test_a_resident_signs_up_with_a_name_an_address_and_a_code(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    answer = client.post("/compte/signup/", {"name": "Alice Martin", "email": "Alice@Istres.example"})
    assert answer["Location"] == "/compte/confirm-email/"

    client.post("/compte/confirm-email/", {"code": _code()})

    assert _is_signed_in(client)
    with in_town(istres):
        alice = User.objects.get(email=ALICE)
        assert alice.name == "Alice Martin"
        assert EmailAddress.objects.get(user=alice).verified


def test_signing_up_twice_says_so_by_e_mail_only(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE, name="Alice")
    client = browse(istres)
    answer = client.post("/compte/signup/", {"name": "Chloé", "email": ALICE})

    assert answer["Location"] == "/compte/confirm-email/"
    assert "existe déjà" in " ".join(_last_mail().split())
    with in_town(istres):
        assert User.objects.get(email=ALICE).name == "Alice"


def test_sign_up_wants_a_name(istres: Any, browse: Browse) -> None:
    answer = browse(istres).post("/compte/signup/", {"name": "", "email": ALICE})
    assert "obligatoire" in answer.content.decode()


def test_nobody_signs_up_on_the_platforms_host(db: None, browse: Browse) -> None:
    client = browse(None)
    assert "sur invitation" in client.get("/compte/signup/").content.decode()
    client.post("/compte/signup/", {"name": "Chloé", "email": "chloe@ailleurs.example"})
    with in_public():
        assert not User.objects.filter(email="chloe@ailleurs.example").exists()


def test_a_forgotten_password_is_chosen_anew_by_a_link_of_the_same_host(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE, password=PASSWORD)
    client = browse(istres)
    client.post("/compte/password/reset/", {"email": ALICE})
    found = re.search(r"http://istres\.localhost(/compte/password/reset/key/\S+)", _last_mail())
    assert found is not None

    form = client.get(found[1])["Location"]
    assert client.get(form).status_code == HTTPStatus.OK
    new = "trois mots sans rapport"
    client.post(form, {"password1": new, "password2": new})

    with in_town(istres):
        alice.refresh_from_db()
        assert alice.check_password(new)
    assert "ne sert plus" in browse(istres).get(found[1]).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/compte/",
        "/compte/email/",
        "/compte/password/set/",
        "/compte/2fa/",
        "/compte/2fa/webauthn/",
        "/compte/2fa/webauthn/add/",
        "/compte/2fa/totp/activate/",
        "/compte/logout/",
    ],
)
def test_the_pages_of_an_account_stand_under_the_strict_policy(db: None, browse: Browse, path: str) -> None:
    client = browse(None)
    sign_in(client=client, user=make_member(merchant=make_merchant(), name="Amandine"))

    page = client.get(path)

    assert page.status_code == HTTPStatus.OK
    assert _INLINE.search(page.content.decode()) is None
    assert "INVALID[" not in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [LOGIN, WITH_PASSWORD, "/compte/login/code/", "/compte/signup/", "/compte/password/reset/", "/compte/inactive/"],
)
def test_the_doors_stand_under_the_strict_policy(istres: Any, browse: Browse, path: str) -> None:
    for host in (istres, None):
        page = browse(host).get(path)
        assert page.status_code == HTTPStatus.OK
        assert _INLINE.search(page.content.decode()) is None
        assert "INVALID[" not in page.content.decode()
        assert page.content.decode().count("<h1") == 1


@pytest.mark.parametrize("path", ["/compte/", "/compte/email/", "/compte/2fa/", "/compte/password/change/"])
def test_a_stranger_signs_in_first(istres: Any, browse: Browse, path: str) -> None:
    answer = browse(istres).get(path)
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"].startswith(LOGIN)


def test_a_closed_account_does_not_sign_in(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        make_user(email=ALICE, password=PASSWORD)
        User.objects.update(is_active=False)
    client = browse(istres)
    client.post(WITH_PASSWORD, {"login": ALICE, "password": PASSWORD})
    assert not _is_signed_in(client)


def test_signing_out_is_a_post(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        user = make_user(email=ALICE)
    client = browse(istres)
    sign_in(client=client, user=user, town=istres)

    client.get("/compte/logout/")
    assert _is_signed_in(client)
    client.post("/compte/logout/")
    assert not _is_signed_in(client)


def test_a_second_address_is_added_confirmed_and_made_primary(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE)
    client = browse(istres)
    sign_in(client=client, user=alice, town=istres)

    client.post("/compte/email/", {"email": "alice@autre.example", "action_add": "oui"})
    client.post("/compte/confirm-email/", {"code": _code("alice@autre.example")})
    client.post("/compte/email/", {"email": "alice@autre.example", "action_primary": "oui"})

    with in_town(istres):
        alice.refresh_from_db()
        assert alice.email == "alice@autre.example"
