"""The second factor: an application, codes on paper, passkeys; asked for once it is there."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import SESSION_KEY
from django.test import Client

from shared.tenancy import in_town
from tests.factories import PASSWORD, make_user, sign_in

Browse = Callable[[Any], Client]
ALICE = "alice@istres.example"
WITH_PASSWORD = "/compte/login/?avec=mot-de-passe"


def _is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_an_application_asks_for_its_code_after_the_password(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE, password=PASSWORD)
    client = browse(istres)
    client.post(WITH_PASSWORD, {"login": ALICE, "password": PASSWORD})
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    page = client.get("/compte/2fa/totp/activate/")
    assert page.status_code == HTTPStatus.OK
    secret = page.context["form"].secret
    wrong = client.post("/compte/2fa/totp/activate/", {"code": "000000"})
    assert "pas le bon" in wrong.content.decode()
    client.post("/compte/2fa/totp/activate/", {"code": _totp(secret)})
    with in_town(istres):
        assert Authenticator.objects.filter(user=alice, type="totp").exists()

    other = browse(istres)
    answer = other.post(WITH_PASSWORD, {"login": ALICE, "password": PASSWORD})
    assert answer["Location"].startswith("/compte/2fa/authenticate/")
    assert not _is_signed_in(other)
    with in_town(istres):
        codes = Authenticator.objects.get(user=alice, type="recovery_codes").wrap().get_unused_codes()
    other.post("/compte/2fa/authenticate/", {"code": codes[0]})
    assert _is_signed_in(other)


def test_every_page_of_security_shows_what_there_is(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE, password=PASSWORD)
        key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Téléphone", "credential": {}})
        Authenticator.objects.create(user=alice, type="totp", data={"secret": "ABCDEFGHIJKLMNOP"})
    client = browse(istres)
    sign_in(client=client, user=alice, town=istres)
    assert client.get("/compte/2fa/totp/deactivate/")["Location"].startswith("/compte/reauthenticate/")
    other_ways = client.get("/compte/reauthenticate/").content.decode()
    assert "Avec une clé d’accès" in other_ways
    assert "Avec un code de l’application" in other_ways
    assert client.get("/compte/2fa/reauthenticate/").status_code == HTTPStatus.OK
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    client.post("/compte/2fa/recovery-codes/generate/")

    for path, said in (
        ("", "1\u00a0clé sur ce compte"),
        ("webauthn/", "Téléphone"),
        (f"webauthn/keys/{key.pk}/edit/", "Le nom de cette clé"),
        (f"webauthn/keys/{key.pk}/remove/", "Retirer la clé «\u00a0Téléphone\u00a0»"),
        ("totp/deactivate/", "Désactiver l’application"),
        ("recovery-codes/", "10 sur 10"),
        ("recovery-codes/generate/", "ne serviront plus"),
    ):
        page = client.get(f"/compte/2fa/{path}")
        assert page.status_code == HTTPStatus.OK, path
        assert said in page.content.decode(), path
    assert len(client.get("/compte/2fa/recovery-codes/download/").content.decode().split()) == 10
    client.post(f"/compte/2fa/webauthn/keys/{key.pk}/remove/")
    with in_town(istres):
        assert not Authenticator.objects.filter(type="webauthn").exists()


def _totp(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))))


def test_the_passkeys_of_a_host_are_that_hosts(istres: Any, browse: Browse) -> None:
    with in_town(istres):
        alice = make_user(email=ALICE)
    client = browse(istres)
    sign_in(client=client, user=alice, town=istres)
    options = client.get("/compte/2fa/webauthn/add/").context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "istres.localhost", "name": "La Conciergerie d’Istres"}


def test_a_passkey_that_is_none_is_refused(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    assert client.get("/compte/2fa/webauthn/login/", HTTP_ACCEPT="application/json").status_code == HTTPStatus.OK
    for credential in ("", "{}", "null", '{"id": "x"}'):
        client.post("/compte/2fa/webauthn/login/", {"credential": credential})
        assert not _is_signed_in(client)
    with in_town(istres):
        alice = make_user(email=ALICE)
    sign_in(client=client, user=alice, town=istres)
    for credential in ("", "{}", "[1]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'):
        answer = client.post("/compte/2fa/webauthn/add/", {"name": "Clé", "credential": credential})
        assert answer.status_code == HTTPStatus.OK
    with in_town(istres):
        assert not Authenticator.objects.exists()
