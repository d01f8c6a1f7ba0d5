"""Each thing that shared's own tables forget, once past its delay and once just within it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Model

from shared.accounts.models import Invitation
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.retention.delays import DELAYS

MOMENT = timedelta(seconds=1)
Litter = Callable[[datetime], dict[str, list[Model]]]


def _invitation(name: str, at: datetime, **over: datetime) -> Invitation:
    fields = {"created_at": at - timedelta(days=7), "expires_at": at + timedelta(days=700), **over}
    return Invitation.objects.create(email=f"{name}@exemple.example", role="concierge", token_hash=name, **fields)


def _message(at: datetime, *, sent: bool = True) -> Message:
    return Message.objects.create(
        to="a@exemple.example",
        template="orders/confirmed",
        subject="Votre commande",
        text="Bonjour",
        html="<p>",
        created_at=at,
        sent_at=at if sent else None,
    )


@pytest.fixture
def litter() -> Litter:
    """`litter(now)` fills the current schema; by the key of the delay: [what must go, what must stay]."""

    def fill(now: datetime) -> dict[str, list[Model]]:
        def past(key: str) -> datetime:
            return now - DELAYS[key] - MOMENT

        def within(key: str) -> datetime:
            return now - DELAYS[key] + MOMENT

        return {
            "sessions": [
                Session.objects.create(session_key="old", session_data="", expire_date=past("sessions")),
                Session.objects.create(session_key="new", session_data="", expire_date=within("sessions")),
            ],
            "effects": [
                Effect.objects.create(kind="x", created_at=now, due_at=now, done_at=past("effects")),
                Effect.objects.create(kind="x", created_at=now, due_at=now, done_at=within("effects")),
            ],
            # What was never done must be, however late.
            "undone": [Effect.objects.create(kind="x", created_at=past("accounts"), due_at=past("accounts"))],
            "invitations": [
                _invitation("taken", now, accepted_at=past("invitations")),
                _invitation("withdrawn", now, revoked_at=past("invitations")),
                _invitation("expired", now, expires_at=past("invitations")),
                _invitation("open", now),
            ],
            "messages": [_message(past("messages")), _message(past("messages"), sent=False)],
            "message_words": [_message(past("message_words")), _message(within("message_words"))],
            "unsent": [_message(past("message_words"), sent=False)],
        }

    return fill
