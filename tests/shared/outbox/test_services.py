"""An effect is written with its cause, and a worker is woken for it: never for what was not committed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from shared.outbox import tasks
from shared.outbox.delivery import FIRST_WAIT
from shared.outbox.models import Effect
from shared.outbox.queries import due_effects
from shared.outbox.registry import UnknownEffectError
from shared.outbox.services import OutsideTransactionError, record_effect
from shared.tenancy import in_town
from tests.shared.outbox.conftest import KIND, Notebook, record_one


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


def test_what_was_rolled_back_leaves_no_effect(in_istres: Any, notebook: Notebook, now: datetime) -> None:
    @transaction.atomic
    def change_ones_mind() -> None:
        record_effect(kind=KIND, payload={}, now=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_ones_mind()
    assert not Effect.objects.exists()


@pytest.mark.usefixtures("notebook")
def test_the_worker_is_woken_for_the_schema_of_the_fact_whatever_is_active_at_commit(
    istres: Any, viroflay: Any, sent: list[tuple[str, str]], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=False) as callbacks, in_town(istres):
        effect = record_one(now)
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
        effect = record_one(now)

    assert due_effects(schemas=["istres"], now=now + FIRST_WAIT) == {"istres": [str(effect.pk)]}
