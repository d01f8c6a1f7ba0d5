from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from conciergeries.towns.models import Operator
from shared.accounts.invitations import InvitationClosedError, accept
from shared.accounts.models import Invitation
from shared.notifications.models import Message
from shared.tenancy import in_town


def invited(address: str) -> str:
    """The link that the command prints."""
    output = StringIO()
    call_command("invite_operator", address, stdout=output)
    return output.getvalue().strip()


def test_the_first_operator_gets_in_by_the_link(db: None, browse: Callable[[Any], Client]) -> None:
    link = urlsplit(invited("Odile@Plateforme.example"))
    assert link.hostname == "localhost"
    assert Message.objects.get().to == "odile@plateforme.example"
    assert browse(None).get(link.path).status_code == 200
    token = link.path.rstrip("/").rsplit("/", 1)[-1]
    user = accept(token=token, name="Odile", password="un-mot-de-passe-bien-long", now=timezone.now())
    assert Operator.objects.get().user_id == user.pk
    with pytest.raises(InvitationClosedError):
        accept(token=token, name="Odile", password=None, now=timezone.now())


def test_an_earlier_invitation_is_withdrawn(db: None) -> None:
    invited("odile@plateforme.example")
    invited("odile@plateforme.example")
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_the_link_opens_nothing_in_a_town(istres: Any, browse: Callable[[Any], Client]) -> None:
    path = urlsplit(invited("odile@plateforme.example")).path
    assert "opérateur" not in browse(istres).get(path).content.decode()
    with in_town(istres):
        assert not Invitation.objects.exists()


def test_what_is_no_address_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        invited("odile")
    assert not Invitation.objects.exists()
