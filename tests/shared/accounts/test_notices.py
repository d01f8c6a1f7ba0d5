"""Whoever changes the ways into an account, its owner is told, by the host where the account is."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from shared.accounts.notices import NOTICES, tell
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tests.factories import PASSWORD, make_user, sign_in

Browse = Callable[[Any], Client]
ALICE = "alice@istres.example"
NAMES = {"added": "b@exemple.fr", "deleted": "b@exemple.fr", "to_email": "b…@exemple.fr"}


@pytest.fixture
def alice(istres: Any, viroflay: Any, browse: Browse, django_capture_on_commit_callbacks: Any) -> Client:
    """Alice's browser, signed in with her password. Viroflay has somebody of her address, who must hear nothing."""
    with in_town(viroflay):
        make_user(email=ALICE, password=PASSWORD)
    with in_town(istres):
        user = make_user(email=ALICE, name="Alice Martin", password=PASSWORD)
    client = browse(istres)
    sign_in(client=client, user=user, town=istres)
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    return client


def _told(town: Any) -> list[tuple[str, str]]:
    with in_town(town):
        notices = Message.objects.filter(template="security/changed").order_by("created_at", "pk")
        return [(message.to, message.subject) for message in notices]


@pytest.mark.parametrize("change", sorted(NOTICES))
def test_each_change_is_said_by_the_host_of_the_account(istres: Any, viroflay: Any, now: datetime, change: str) -> None:
    for town, sender, host in (
        (istres, "La Conciergerie d’Istres", "http://istres.localhost/compte/"),
        (viroflay, "La Conciergerie de Viroflay", "http://viroflay.localhost/compte/"),
    ):
        with in_town(town):
            tell(user=make_user(email=ALICE), change=change, now=now, **NAMES)
            message = Message.objects.get()
        assert (message.to, message.subject) == (ALICE, NOTICES[change][0])
        for form in (message.text, message.html):
            assert sender in form
            assert host in form
            assert "mardi 24\u00a0novembre à" in form
            assert "{" not in form.partition("</head>")[2]
    with in_public():
        tell(user=make_user(email=ALICE), change=change, now=now, **NAMES)
        message = Message.objects.get()
    assert "http://localhost/compte/" in message.text
    assert message.text.rstrip().endswith("Conciergeries")


def test_everything_that_allauth_would_tell_has_our_words() -> None:
    templates = Path(allauth.__file__).parent / "templates"
    theirs = {
        path.name.removesuffix("_message.txt")
        for app in ("account", "mfa")
        for path in (templates / app / "email").glob("*_message.txt")
        if "base_notification" in path.read_text(encoding="utf-8") and path.name != "base_notification.txt"
    }
    # A confirmation by link: here addresses are confirmed by code.
    assert theirs - {"email_confirm"} <= set(NOTICES)
    assert len(theirs) > 5


def test_an_application_and_its_codes(
    istres: Any, viroflay: Any, alice: Client, django_capture_on_commit_callbacks: Any
) -> None:
    secret = alice.get("/compte/2fa/totp/activate/").context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    with django_capture_on_commit_callbacks(execute=True):
        alice.post("/compte/2fa/totp/activate/", {"code": code})
        alice.post("/compte/2fa/recovery-codes/generate/")
    alice.post("/compte/2fa/totp/deactivate/")

    assert _told(viroflay) == []
    assert _told(istres) == [
        (ALICE, NOTICES[change][0]) for change in ("totp_activated", "recovery_codes_generated", "totp_deactivated")
    ]


def test_a_passkey_that_is_removed(istres: Any, viroflay: Any, alice: Client) -> None:
    with in_town(istres):
        user = EmailAddress.objects.get(email=ALICE).user
        key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Téléphone", "credential": {}})
    alice.post(f"/compte/2fa/webauthn/keys/{key.pk}/remove/")
    assert _told(istres) == [(ALICE, NOTICES["webauthn_removed"][0])]
    assert _told(viroflay) == []


def test_a_password_that_is_changed(istres: Any, alice: Client) -> None:
    new = "trois mots sans rapport"
    alice.post("/compte/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert _told(istres) == [(ALICE, NOTICES["password_changed"][0])]


def test_addresses_that_come_and_go(istres: Any, viroflay: Any, alice: Client) -> None:
    new = "alice.martin@ailleurs.example"
    alice.post("/compte/email/", {"email": new, "action_add": "oui"})
    with in_town(istres):
        assert not Message.objects.filter(template="security/changed").exists()
        sent = Message.objects.get(template="account/email_confirmation", to=new)
        code = sent.subject.rpartition("\u00a0: ")[2]
    alice.post("/compte/confirm-email/", {"code": code})
    assert _told(istres) == [(ALICE, NOTICES["email_added"][0])]

    # The address that leaves is told, not only the one that comes: a thief has the new one.
    alice.post("/compte/email/", {"email": new, "action_primary": "oui"})
    assert _told(istres)[1:] == [(ALICE, NOTICES["email_changed"][0])]
    with in_town(istres):
        text = Message.objects.get(subject=NOTICES["email_changed"][0]).text
    assert "a…@ailleurs.example" in text
    assert new not in text

    alice.post("/compte/email/", {"email": ALICE, "action_remove": "oui"})
    assert _told(istres)[2:] == [(new, NOTICES["email_deleted"][0])]
    assert _told(viroflay) == []


def test_an_account_that_is_new_is_told_nothing(istres: Any, browse: Browse) -> None:
    client = browse(istres)
    client.post("/compte/signup/", {"email": "neuve@istres.example", "name": "Nina"})
    with in_town(istres):
        code = Message.objects.get().subject.rpartition("\u00a0: ")[2]
    client.post("/compte/confirm-email/", {"code": code})
    with in_town(istres):
        assert EmailAddress.objects.get(email="neuve@istres.example").primary
    assert _told(istres) == []
