"""What shared's own tables forget: what is past its delay, all of it, and nothing else."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session

from shared.accounts.models import Invitation
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.retention.services import purge_here
from shared.tenancy import in_public, in_town
from tests.shared.retention.conftest import Litter


def _check(things: dict[str, list[Any]]) -> None:
    assert [each.pk for each in Session.objects.all()] == ["new"]
    kept = set(Effect.objects.values_list("pk", flat=True))
    assert things["effects"][0].pk not in kept
    assert {things["effects"][1].pk, things["undone"][0].pk} <= kept
    assert [each.token_hash for each in Invitation.objects.all()] == ["open"]
    messages = {each.pk: each for each in Message.objects.all()}
    assert not messages.keys() & {each.pk for each in things["messages"]}
    emptied, recent = (messages[each.pk] for each in things["message_words"])
    assert (emptied.text, emptied.html, emptied.subject) == ("", "", "Votre commande")
    assert recent.text
    assert recent.html
    assert messages[things["unsent"][0].pk].text


def test_each_town_and_the_platform_forget_theirs(istres: Any, viroflay: Any, now: datetime, litter: Litter) -> None:
    with in_public():
        # The openings of the tests' towns left some.
        Effect.objects.all().delete()
        Invitation.objects.all().delete()
        things = litter(now)
        counts = purge_here(now=now).counts
        _check(things)
        assert (counts["sessions"], counts["effects"], counts["invitations"]) == (1, 1, 3)
        assert (counts["messages"], counts["message_words"]) == (2, 2)
    for town in (istres, viroflay):
        with in_town(town):
            things = litter(now)
            before = {model: model.objects.count() for model in (Session, Effect, Invitation, Message)}
        other = viroflay if town == istres else istres
        with in_town(other):
            purge_here(now=now)
        with in_town(town):
            assert {model: model.objects.count() for model in (Session, Effect, Invitation, Message)} == before
            purge_here(now=now)
            _check(things)
            assert set(purge_here(now=now).counts.values()) == {0}
