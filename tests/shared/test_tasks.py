"""A task runs in the schema that its message names, or it does not run."""

from typing import Any

import pytest
from celery import Celery
from celery.app.task import Context

from conciergeries.celery import app
from shared.outbox.tasks import deliver_effect, sweep
from shared.tasks import StrictTask
from shared.tenancy import UnknownTownError, current_schema, in_town

RAN_IN: list[str] = []


@app.task(name="tests.where_am_i", base=StrictTask)  # type: ignore[untyped-decorator]  # celery has no types
def where_am_i() -> None:
    RAN_IN.append(current_schema())


@pytest.fixture(autouse=True)
def _forget(db: None) -> None:
    RAN_IN.clear()


def _carry_out(headers: dict[str, Any] | None) -> None:
    """As a worker does once the message is taken: the request it came with, then the call."""
    where_am_i.push_request(**Context(headers=headers, called_directly=False).__dict__)
    try:
        where_am_i()
    finally:
        where_am_i.pop_request()


def test_a_task_runs_in_the_town_of_its_message(istres: Any) -> None:
    with in_town(istres):
        _carry_out({"_schema_name": "istres"})
    assert RAN_IN == ["istres"]


def test_a_task_for_a_town_that_is_not_there_does_not_run_in_public(db: None) -> None:
    """The library looks the town up in a signal handler, whose errors Celery swallows: the schema stays public."""
    with pytest.raises(UnknownTownError, match="nulle_part"):
        _carry_out({"_schema_name": "nulle_part"})
    assert RAN_IN == []


def test_a_task_of_one_town_does_not_run_in_another(istres: Any, viroflay: Any) -> None:
    with in_town(viroflay), pytest.raises(UnknownTownError):
        _carry_out({"_schema_name": "istres"})
    assert RAN_IN == []


def test_a_task_of_the_platform_does_not_run_in_a_town(istres: Any) -> None:
    with in_town(istres), pytest.raises(UnknownTownError):
        _carry_out({"_schema_name": "public"})
    assert RAN_IN == []


def test_every_task_of_ours_is_strict() -> None:
    assert isinstance(app, Celery)
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert deliver_effect.name in {task.name for task in ours}
    assert sweep.name in {task.name for task in ours}
    assert [task.name for task in ours if not isinstance(task, StrictTask)] == []
