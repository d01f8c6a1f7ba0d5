"""An effect is carried out after its cause, at least once, and again when its worker dies."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from shared.outbox import delivery, tasks
from shared.outbox.delivery import FIRST_WAIT, LONGEST_WAIT, deliver, lease, take_to_queue
from shared.outbox.queries import due_effects
from shared.outbox.registry import handles
from shared.outbox.services import record_effect
from shared.tenancy import in_public, in_town
from tests.shared.outbox.conftest import KIND, Notebook, record_one


def test_an_effect_is_carried_out_once(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    effect = record_one(now, page=1)

    assert deliver(effect_id=str(effect.pk), now=now)
    assert not deliver(effect_id=str(effect.pk), now=now)

    assert notebook.done == [("istres", {"page": 1})]
    effect.refresh_from_db()
    assert (effect.done_at, effect.attempts, effect.last_error) == (now, 1, "")


def test_a_failure_is_kept_and_tried_again_when_its_lease_ends(
    in_istres: Any, notebook: Notebook, now: datetime
) -> None:
    effect = record_one(now)
    notebook.breaks = 1

    assert not deliver(effect_id=str(effect.pk), now=now)
    effect.refresh_from_db()
    assert effect.last_error == "RuntimeError: the paper is wet"
    assert effect.done_at is None

    assert not deliver(effect_id=str(effect.pk), now=now + lease(0) - timedelta(seconds=1))
    assert deliver(effect_id=str(effect.pk), now=now + lease(0))
    assert len(notebook.done) == 1


def test_a_worker_killed_half_way_has_its_work_done_again(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    effect = record_one(now)
    # It claimed the row, and was never heard of again.
    assert delivery._claim(effect_id=str(effect.pk), now=now) is not None  # noqa: SLF001  (a worker that dies here)

    assert due_effects(schemas=["istres"], now=now + timedelta(seconds=19)) == {}
    # With the sweeper's five seconds: within half a minute, however long the message had waited for this worker.
    later = now + timedelta(seconds=20)
    assert due_effects(schemas=["istres"], now=later) == {"istres": [str(effect.pk)]}
    assert deliver(effect_id=str(effect.pk), now=later)


def test_leases_double_up_to_six_hours() -> None:
    assert [lease(attempts).total_seconds() for attempts in range(4)] == [20, 40, 80, 160]
    assert lease(100) == timedelta(hours=6)


def test_an_effect_waits_for_its_time(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    with transaction.atomic():
        effect = record_effect(kind=KIND, payload={}, now=now, due_at=tomorrow)

    assert not deliver(effect_id=str(effect.pk), now=now)
    assert due_effects(schemas=["istres"], now=now) == {}
    assert due_effects(schemas=["istres"], now=tomorrow) == {"istres": [str(effect.pk)]}
    assert deliver(effect_id=str(effect.pk), now=tomorrow)


def test_what_is_due_is_found_in_every_town_at_once(
    istres: Any, viroflay: Any, notebook: Notebook, now: datetime
) -> None:
    later = now + FIRST_WAIT
    expected = {}
    for town in (istres, viroflay):
        with in_town(town):
            expected[town.schema_name] = str(record_one(now).pk)
    with in_public():
        expected["public"] = str(record_one(now).pk)

    due = due_effects(schemas=["public", "istres", "viroflay"], now=later)
    assert {schema: effect in due[schema] for schema, effect in expected.items()} == dict.fromkeys(expected, True)
    assert due_effects(schemas=["viroflay"], now=later) == {"viroflay": [expected["viroflay"]]}
    assert due_effects(schemas=[], now=later) == {}


def test_an_effect_of_one_town_is_nothing_in_another(
    istres: Any, viroflay: Any, notebook: Notebook, now: datetime
) -> None:
    with in_town(istres):
        effect = record_one(now)
    with in_town(viroflay):
        assert not deliver(effect_id=str(effect.pk), now=now)
    assert notebook.done == []


@pytest.mark.usefixtures("notebook")
def test_the_sweeper_sends_again_what_nobody_did(istres: Any, viroflay: Any, sent: list[tuple[str, str]]) -> None:
    before = timezone.now() - FIRST_WAIT
    with in_town(viroflay):
        effect = record_one(before)

    # What opening the towns left to do is sent again too, long after their Tuesday.
    message = ("viroflay", str(effect.pk))
    tasks.sweep.run()
    assert sent.count(message) == 1

    # Five seconds later no worker has taken it: the message waits with the broker, a second one would be waste.
    tasks.sweep.run()
    assert sent.count(message) == 1


def test_while_no_worker_answers_messages_become_rarer_and_never_stop(
    in_istres: Any, notebook: Notebook, now: datetime
) -> None:
    effect = str(record_one(now).pk)
    sent_after = []
    for seconds in range(0, 30 * 60, 5):
        at = now + timedelta(seconds=seconds)
        due = due_effects(schemas=["istres"], now=at).get("istres", [])
        if take_to_queue(schema="istres", effects=due, now=at):
            sent_after.append(seconds)

    assert sent_after[:5] == [20, 40, 80, 160, 320]
    assert {later - sooner for sooner, later in pairwise(sent_after[4:])} == {LONGEST_WAIT.total_seconds()}
    # A worker is back: it needs no new message, and the sweeper forgets the effect.
    assert deliver(effect_id=effect, now=at)
    assert take_to_queue(schema="istres", effects=[effect], now=at + timedelta(days=1)) == []


def test_two_sweepers_send_one_message(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    effect = str(record_one(now).pk)
    later = now + FIRST_WAIT
    # Both found it due before either took it.
    assert take_to_queue(schema="istres", effects=[effect], now=later) == [effect]
    assert take_to_queue(schema="istres", effects=[effect], now=later) == []


def test_a_failure_after_a_long_outage_is_asked_for_as_soon_as_its_lease_ends(
    in_istres: Any, notebook: Notebook, now: datetime
) -> None:
    effect = str(record_one(now).pk)
    after_the_outage = now + timedelta(hours=1)
    assert take_to_queue(schema="istres", effects=[effect], now=after_the_outage) == [effect]
    notebook.breaks = 1
    assert not deliver(effect_id=effect, now=after_the_outage)

    due = due_effects(schemas=["istres"], now=after_the_outage + lease(0))
    assert due == {"istres": [effect]}


def test_a_kind_may_have_several_hands(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    others: list[str] = []

    @handles(KIND)
    def also(*, payload: dict[str, Any], now: datetime) -> None:
        others.append("also")

    effect = record_one(now)
    assert deliver(effect_id=str(effect.pk), now=now)
    assert (len(notebook.done), others) == (1, ["also"])
