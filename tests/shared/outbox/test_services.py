"""An effect is written with its cause, carried out after it, at least once, and never for what was not committed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from shared.outbox import registry, services, tasks
from shared.outbox.models import Effect
from shared.outbox.queries import due_effects
from shared.outbox.registry import UnknownEffectError, handles
from shared.outbox.services import OutsideTransactionError, deliver, lease, record_effect
from shared.tenancy import current_schema, in_public, in_town

KIND = "tests.noted"


class Notebook:
    """What the handlers did, and what they should do next."""

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, Any]]] = []
        self.breaks = 0


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.setattr(registry, "_handlers", registry._handlers.copy())  # noqa: SLF001  (put back after the test)
    book = Notebook()

    @handles(KIND)
    def note(*, payload: dict[str, Any], now: datetime) -> None:
        if book.breaks:
            book.breaks -= 1
            raise RuntimeError("the paper is wet")
        book.done.append((current_schema(), payload))

    return book


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The wake-ups that went to the broker: (schema, effect)."""
    messages: list[tuple[str, str]] = []

    def note_sending(*, kwargs: dict[str, str], headers: dict[str, str]) -> None:
        messages.append((headers["_schema_name"], kwargs["effect_id"]))

    monkeypatch.setattr(tasks.deliver_effect, "apply_async", note_sending)
    return messages


def _record(now: datetime, **payload: Any) -> Effect:
    with transaction.atomic():
        return record_effect(kind=KIND, payload=payload, now=now)


def test_an_effect_outside_a_transaction_is_refused(db: None, now: datetime) -> None:
    # The tests themselves run inside one: another thread has a connection of its own.
    with ThreadPoolExecutor(1) as threads:
        refused = threads.submit(record_effect, kind="notifications.send", payload={}, now=now)
        with pytest.raises(OutsideTransactionError):
            refused.result(timeout=20)


def test_an_effect_that_nobody_would_carry_out_is_refused(in_istres: Any, now: datetime) -> None:
    with pytest.raises(UnknownEffectError):
        record_effect(kind="tests.unheard_of", payload={}, now=now)
    assert not Effect.objects.exists()


def test_an_effect_is_carried_out_once(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    effect = _record(now, page=1)

    assert deliver(effect_id=str(effect.pk), now=now)
    assert not deliver(effect_id=str(effect.pk), now=now)

    assert notebook.done == [("istres", {"page": 1})]
    effect.refresh_from_db()
    assert (effect.done_at, effect.attempts, effect.last_error) == (now, 1, "")


def test_what_was_rolled_back_leaves_no_effect(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    @transaction.atomic
    def change_ones_mind() -> None:
        record_effect(kind=KIND, payload={}, now=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_ones_mind()
    assert not Effect.objects.exists()


def test_a_failure_is_kept_and_tried_again_when_its_lease_ends(
    in_istres: Any, notebook: Notebook, now: datetime
) -> None:
    effect = _record(now)
    notebook.breaks = 1

    assert not deliver(effect_id=str(effect.pk), now=now)
    effect.refresh_from_db()
    assert effect.last_error == "RuntimeError: the paper is wet"
    assert effect.done_at is None

    assert not deliver(effect_id=str(effect.pk), now=now + lease(0) - timedelta(seconds=1))
    assert deliver(effect_id=str(effect.pk), now=now + lease(0))
    assert len(notebook.done) == 1


def test_a_worker_killed_half_way_has_its_work_done_again(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    effect = _record(now)
    # It claimed the row, and was never heard of again.
    assert services._claim(effect_id=str(effect.pk), now=now) is not None  # noqa: SLF001  (a worker that dies here)

    assert due_effects(schemas=["istres"], now=now + timedelta(seconds=19)) == []
    later = now + timedelta(seconds=20)
    assert due_effects(schemas=["istres"], now=later) == [("istres", str(effect.pk))]
    assert deliver(effect_id=str(effect.pk), now=later)


def test_leases_double_up_to_six_hours() -> None:
    assert [lease(attempts).total_seconds() for attempts in range(4)] == [20, 40, 80, 160]
    assert lease(100) == timedelta(hours=6)


def test_an_effect_waits_for_its_time(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    with transaction.atomic():
        effect = record_effect(kind=KIND, payload={}, now=now, due_at=tomorrow)

    assert not deliver(effect_id=str(effect.pk), now=now)
    assert due_effects(schemas=["istres"], now=now) == []
    assert deliver(effect_id=str(effect.pk), now=tomorrow)


def test_what_is_due_is_found_in_every_town_at_once(
    istres: Any, viroflay: Any, notebook: Notebook, now: datetime
) -> None:
    expected = set()
    for town in (istres, viroflay):
        with in_town(town):
            expected.add((town.schema_name, str(_record(now).pk)))
    with in_public():
        expected.add(("public", str(_record(now).pk)))

    assert expected <= set(due_effects(schemas=["public", "istres", "viroflay"], now=now))
    assert {schema for schema, _ in due_effects(schemas=["viroflay"], now=now)} == {"viroflay"}
    assert due_effects(schemas=[], now=now) == []


def test_an_effect_of_one_town_is_nothing_in_another(
    istres: Any, viroflay: Any, notebook: Notebook, now: datetime
) -> None:
    with in_town(istres):
        effect = _record(now)
    with in_town(viroflay):
        assert not deliver(effect_id=str(effect.pk), now=now)
    assert notebook.done == []


@pytest.mark.usefixtures("notebook")
def test_the_worker_is_woken_for_the_schema_of_the_fact_whatever_is_active_at_commit(
    istres: Any, viroflay: Any, sent: list[tuple[str, str]], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=False) as callbacks, in_town(istres):
        effect = _record(now)
    with in_town(viroflay):
        for callback in callbacks:
            callback()

    assert sent == [("istres", str(effect.pk))]


@pytest.mark.usefixtures("notebook", "in_istres")
def test_a_broker_that_is_down_loses_nothing(
    now: datetime, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_message: Any) -> None:
        raise tasks.deliver_effect.OperationalError("no broker")

    monkeypatch.setattr(tasks.deliver_effect, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        effect = _record(now)

    assert due_effects(schemas=["istres"], now=now) == [("istres", str(effect.pk))]


@pytest.mark.usefixtures("notebook")
def test_the_sweeper_sends_again_what_nobody_did(istres: Any, viroflay: Any, sent: list[tuple[str, str]]) -> None:
    before = timezone.now() - timedelta(seconds=1)
    with in_town(viroflay):
        effect = _record(before)

    tasks.sweep.run()

    assert sent == [("viroflay", str(effect.pk))]


def test_a_kind_may_have_several_hands(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    others: list[str] = []

    @handles(KIND)
    def also(*, payload: dict[str, Any], now: datetime) -> None:
        others.append("also")

    effect = _record(now)
    assert deliver(effect_id=str(effect.pk), now=now)
    assert (len(notebook.done), others) == (1, ["also"])
