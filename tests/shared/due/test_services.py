"""Work that comes due: planned once, handed out once, done again by somebody else if a worker dies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared.due import registry
from shared.due.models import DueWork
from shared.due.registry import UnknownWorkError, does
from shared.due.services import claim_due, do_work, hasten_work, plan, plan_by
from shared.due.tasks import dispatch
from shared.tenancy import in_town

KIND = "tests.work"
SUBJECT = uuid4()
WEEK = timedelta(days=7)


@pytest.fixture
def done() -> Iterator[list[UUID]]:
    """What the worker of the tests has done; it is due again a week later, and cannot do the subject of all zeros."""
    calls: list[UUID] = []

    @does(KIND)
    def work(*, subject: UUID, now: datetime) -> datetime:
        if not subject.int:
            raise ValueError("no")
        calls.append(subject)
        return now + WEEK

    yield calls
    registry._workers.pop(KIND)  # noqa: SLF001  (what a test registers it takes away)


def test_what_is_planned_twice_is_one_row(in_istres: Any, now: datetime) -> None:
    plan(kind=KIND, subject=SUBJECT, due_at=now)
    plan(kind=KIND, subject=SUBJECT, due_at=now - WEEK)
    assert DueWork.objects.get(kind=KIND).due_at == now


def test_what_is_planned_by_a_moment_is_brought_forward_never_put_off(in_istres: Any, now: datetime) -> None:
    for due_at, kept in ((now + WEEK, now + WEEK), (now, now), (now + WEEK, now)):
        plan_by(kind=KIND, subject=SUBJECT, due_at=due_at)
        assert DueWork.objects.get(kind=KIND).due_at == kept


def test_each_town_has_its_own(istres: Any, viroflay: Any, now: datetime, done: list[UUID]) -> None:
    with in_town(istres):
        plan(kind=KIND, subject=SUBJECT, due_at=now)
    with in_town(viroflay):
        plan(kind=KIND, subject=SUBJECT, due_at=now + WEEK)
    assert claim_due(now=now) == {("istres", KIND): [SUBJECT]}
    with in_town(viroflay):
        do_work(kind=KIND, subjects=[SUBJECT], now=now)
    assert done == []


def test_what_is_done_is_due_at_its_next_time(in_istres: Any, now: datetime, done: list[UUID]) -> None:
    plan(kind=KIND, subject=SUBJECT, due_at=now)
    claim_due(now=now)
    for _ in range(2):
        do_work(kind=KIND, subjects=[SUBJECT], now=now)
    assert done == [SUBJECT]
    assert claim_due(now=now + WEEK - timedelta(seconds=1)) == {}
    assert claim_due(now=now + WEEK) == {("istres", KIND): [SUBJECT]}


def test_a_worker_that_dies_leaves_the_work_to_another_within_30_seconds(in_istres: Any, now: datetime) -> None:
    plan(kind=KIND, subject=SUBJECT, due_at=now)
    assert claim_due(now=now)
    assert claim_due(now=now + timedelta(seconds=19)) == {}
    assert claim_due(now=now + timedelta(seconds=25))
    # Twice as long each time: what always fails does not keep everybody busy.
    assert claim_due(now=now + timedelta(seconds=25 + 39)) == {}


def test_what_fails_is_kept_and_stops_no_other(in_istres: Any, now: datetime, done: list[UUID]) -> None:
    for subject in (UUID(int=0), SUBJECT):
        plan(kind=KIND, subject=subject, due_at=now)
    claim_due(now=now)
    do_work(kind=KIND, subjects=[UUID(int=0), SUBJECT], now=now)
    assert done == [SUBJECT]
    assert DueWork.objects.get(subject=UUID(int=0)).last_error == "ValueError: no"
    assert claim_due(now=now + timedelta(seconds=21)) == {("istres", KIND): [UUID(int=0)]}


def test_what_stood_in_the_way_is_gone(in_istres: Any, now: datetime) -> None:
    plan(kind=KIND, subject=SUBJECT, due_at=now + WEEK)
    hasten_work(kind=KIND, subject=SUBJECT, now=now)
    assert claim_due(now=now)


def test_a_town_that_is_not_ready_is_left_alone(istres: Any, now: datetime) -> None:
    with in_town(istres):
        plan(kind=KIND, subject=SUBJECT, due_at=now)
    type(istres).objects.filter(pk=istres.pk).update(ready=False)
    assert claim_due(now=now) == {}


def test_work_that_nobody_knows_is_an_error(in_istres: Any, now: datetime) -> None:
    with pytest.raises(UnknownWorkError):
        do_work(kind="nobody", subjects=[SUBJECT], now=now)


def test_all_towns_are_asked_in_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        dispatch()
    assert len([query for query in queries if "due_duework" in query["sql"]]) == 1
