"""The audit trail: who did what, kept by PostgreSQL itself."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import Error, connection, transaction

from shared.accounts.invitations import invite
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.tenancy import in_town
from tests.factories import make_user


def test_an_action_names_its_author_and_its_object(in_istres: Any, now: datetime) -> None:
    alice = make_user(email="alice@istres.example", name="Alice Martin")
    event = record(actor=alice, action="tried", target=alice, details={"why": "test"}, now=now)

    assert (event.actor_id, event.actor_label) == (alice.pk, "Alice Martin")
    assert (event.object_type, event.object_id) == ("accounts.user", str(alice.pk))
    assert AuditEvent.objects.get().details == {"why": "test"}


def test_no_address_stays_in_the_trail(istres: Any, viroflay: Any, now: datetime) -> None:
    """The trail is kept for ever: what names somebody must not be in it for longer than in their account."""
    for town in (istres, viroflay):
        with in_town(town):
            target = make_user()
            invited = invite(email="chloe@exemple.example", role_key="concierge", invited_by=target, now=now)
            record(actor=None, action="tried", target=target, details={"email": invited.invitation.email}, now=now)
            assert [event.details["email"] for event in AuditEvent.objects.all()] == ["c…@exemple.example"] * 2


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_what_nobody_did_the_platform_did(in_istres: Any, now: datetime, nobody: Any) -> None:
    event = record(actor=nobody, action="tried", target=make_user(), now=now)
    assert (event.actor_id, event.actor_label) == (None, "plateforme")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditevent SET action = 'nothing'", "DELETE FROM audit_auditevent", "TRUNCATE audit_auditevent"],
)
def test_the_trail_is_neither_changed_nor_shortened(istres: Any, viroflay: Any, now: datetime, statement: str) -> None:
    for town in (istres, viroflay):
        with in_town(town):
            record(actor=None, action="tried", target=make_user(), now=now)
            with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
            assert AuditEvent.objects.get().action == "tried"


def test_the_platforms_own_trail_is_kept_alike(db: None, now: datetime) -> None:
    event = record(actor=None, action="tried", target=make_user(), now=now)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        event.delete()
