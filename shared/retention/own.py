"""What the tables of `shared` forget, in each town and on the platform."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from shared.accounts.models import Invitation
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.retention.registry import Purge, delete, empty, register


def _expired_sessions(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=before)


def _done_effects(before: datetime) -> QuerySet[Effect]:
    return Effect.objects.filter(done_at__lt=before)


def _closed_invitations(before: datetime) -> QuerySet[Invitation]:
    over = Q(accepted_at__lt=before) | Q(revoked_at__lt=before) | Q(expires_at__lt=before)
    return Invitation.objects.filter(over)


def _sent_words(before: datetime) -> QuerySet[Message]:
    return Message.objects.filter(sent_at__lt=before).exclude(text="", html="")


def _old_messages(before: datetime) -> QuerySet[Message]:
    return Message.objects.filter(created_at__lt=before)


register(Purge(key="sessions", rows=_expired_sessions, forget=delete, in_public=True))
register(Purge(key="effects", rows=_done_effects, forget=delete, in_public=True))
register(Purge(key="invitations", rows=_closed_invitations, forget=delete, in_public=True))
register(Purge(key="message_words", rows=_sent_words, forget=empty(text="", html=""), in_public=True))
register(Purge(key="messages", rows=_old_messages, forget=delete, in_public=True))
