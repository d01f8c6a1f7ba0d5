"""Offering a role by e-mail, and taking it up once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from conciergeries.towns.models import Operator
from shared.accounts.invitations import InvitationClosedError, accept, account_of, invite, open_invitation, revoke
from shared.accounts.models import Invitation, User
from shared.accounts.roles import UnknownRoleError, roles_of
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tests.factories import PASSWORD, make_user

ALICE = "alice@istres.example"


def test_an_invitation_writes_an_e_mail_that_carries_the_only_copy_of_its_token(in_istres: Any, now: datetime) -> None:
    invited = invite(email=" Alice@Istres.example ", role_key="town_hall", invited_by=None, now=now)

    message = Message.objects.get(to=ALICE)
    assert f"http://istres.localhost/invitation/{invited.token}/" in message.text
    assert invited.token not in invited.invitation.token_hash
    assert not Invitation.objects.filter(token_hash=invited.token).exists()


def test_accepting_makes_the_account_with_its_role_and_a_known_address(in_istres: Any, now: datetime) -> None:
    invited = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)

    alice = accept(token=invited.token, name="Alice Martin", password=PASSWORD, now=now)

    assert [role.key for role in roles_of(alice)] == ["concierge"]
    assert alice.check_password(PASSWORD)
    address = EmailAddress.objects.get(user=alice)
    assert (address.email, address.verified, address.primary) == (ALICE, True, True)
    assert AuditEvent.objects.filter(action="accepted", actor_id=alice.pk).count() == 1


def test_an_invitation_is_taken_once(in_istres: Any, now: datetime) -> None:
    invited = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)
    accept(token=invited.token, name="Alice", password=None, now=now)

    with pytest.raises(InvitationClosedError):
        accept(token=invited.token, name="Chloé", password=PASSWORD, now=now)
    with pytest.raises(InvitationClosedError):
        open_invitation(token=invited.token, now=now)


def test_an_invitation_is_open_for_seven_days(in_istres: Any, now: datetime) -> None:
    invited = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)

    in_time = now + timedelta(days=7) - timedelta(seconds=1)
    assert open_invitation(token=invited.token, now=in_time) == invited.invitation
    with pytest.raises(InvitationClosedError):
        open_invitation(token=invited.token, now=now + timedelta(days=7))


def test_inviting_again_closes_the_first_link(in_istres: Any, now: datetime) -> None:
    first = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)
    second = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)

    with pytest.raises(InvitationClosedError):
        open_invitation(token=first.token, now=now)
    assert open_invitation(token=second.token, now=now) == second.invitation


def test_a_withdrawn_invitation_opens_nothing(in_istres: Any, now: datetime) -> None:
    invited = invite(email=ALICE, role_key="concierge", invited_by=None, now=now)

    assert revoke(invitation=invited.invitation, actor=None, now=now)
    assert not revoke(invitation=invited.invitation, actor=None, now=now)
    with pytest.raises(InvitationClosedError):
        accept(token=invited.token, name="Alice", password=None, now=now)


def test_an_invitation_of_one_town_opens_nothing_in_another_nor_on_the_platform(
    istres: Any, viroflay: Any, now: datetime
) -> None:
    with in_town(istres):
        token = invite(email=ALICE, role_key="town_hall", invited_by=None, now=now).token

    with in_town(viroflay), pytest.raises(InvitationClosedError):
        accept(token=token, name="Bruno", password=None, now=now)
    with in_public(), pytest.raises(InvitationClosedError):
        accept(token=token, name="Chloé", password=None, now=now)


def test_an_account_that_exists_keeps_its_password_and_its_name(in_istres: Any, now: datetime) -> None:
    alice = make_user(email=ALICE, name="Alice Martin", password=PASSWORD)
    invited = invite(email=ALICE, role_key="town_hall", invited_by=None, now=now)

    assert accept(token=invited.token, name="Chloé", password="un autre mot de passe", now=now) == alice

    alice.refresh_from_db()
    assert (alice.name, alice.check_password(PASSWORD)) == ("Alice Martin", True)


def test_somebody_invited_at_their_second_address_keeps_one_account(in_istres: Any, now: datetime) -> None:
    alice = make_user(email="alice@autre.example", name="Alice")
    EmailAddress.objects.create(user=alice, email=ALICE, verified=True, primary=False)
    invited = invite(email=ALICE, role_key="town_hall", invited_by=None, now=now)

    assert accept(token=invited.token, name="", password=None, now=now) == alice
    assert account_of(ALICE) == alice
    assert EmailAddress.objects.get(user=alice, primary=True).email == "alice@autre.example"
    assert User.objects.filter(email=ALICE).count() == 0


def test_an_address_that_nobody_confirmed_opens_no_account(in_istres: Any) -> None:
    chloe = make_user(email="chloe@autre.example", name="Chloé")
    EmailAddress.objects.create(user=chloe, email=ALICE, verified=False, primary=False)

    assert account_of(ALICE) is None


def test_an_operator_is_invited_by_the_platform_in_its_own_name(db: None, now: datetime) -> None:
    invited = invite(email="odile@plateforme.example", role_key="operator", invited_by=None, now=now)
    odile = accept(token=invited.token, name="Odile", password=None, now=now)

    assert Operator.objects.filter(user=odile).exists()
    assert "None" not in Message.objects.get().text


def test_nobody_is_invited_to_a_role_that_does_not_exist(in_istres: Any, now: datetime) -> None:
    with pytest.raises(UnknownRoleError):
        invite(email=ALICE, role_key="king", invited_by=None, now=now)
    assert not Message.objects.exists()
