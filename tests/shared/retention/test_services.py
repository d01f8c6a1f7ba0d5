"""A purge works in batches, stops no other when it fails, and goes on where it was cut short."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from shared.outbox.models import Effect
from shared.retention import registry, services
from shared.retention.registry import Purge, delete, register
from shared.retention.services import purge_here
from shared.tenancy import current_schema, in_public, in_town
from tests.shared.retention.conftest import Litter


@pytest.fixture(autouse=True)
def _own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_purges", [])


def _sessions(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=before)


def _expired(count: int, now: datetime) -> None:
    for number in range(count):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=now - timedelta(days=1))


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
def test_batches_add_up(in_istres: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(services, "BATCH", 3)
    register(Purge(key="sessions", rows=_sessions, forget=delete))
    _expired(count, now)
    assert purge_here(now=now).counts == {"sessions": count}
    assert not Session.objects.exists()


def test_counting_forgets_nothing(in_istres: Any, now: datetime) -> None:
    register(Purge(key="sessions", rows=_sessions, forget=delete))
    _expired(2, now)
    assert purge_here(now=now, dry_run=True).counts == {"sessions": 2}
    assert Session.objects.count() == 2


def test_what_cannot_be_forgotten_does_not_hold_the_rest_up(
    in_istres: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    register(Purge(key="sessions", rows=_sessions, forget=lambda rows, now: delete(rows.exclude(pk="s1"), now)))
    _expired(5, now)
    assert purge_here(now=now).counts == {"sessions": 4}
    assert [each.pk for each in Session.objects.all()] == ["s1"]


def test_cut_short_in_the_second_batch_it_goes_on_there(
    in_istres: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    batches = 0

    def break_at_the_second(rows: QuerySet[Any], now: datetime) -> int:
        nonlocal batches
        batches += 1
        done = delete(rows, now)
        if batches == 2:
            raise ConnectionError("the plug was pulled")
        return done

    register(Purge(key="sessions", rows=_sessions, forget=break_at_the_second))
    _expired(5, now)
    assert "the plug was pulled" in purge_here(now=now).failures["sessions"]
    # The first batch stays done, the second was taken back whole.
    assert Session.objects.count() == 3
    assert purge_here(now=now).counts == {"sessions": 3}


def test_one_that_fails_stops_no_other_of_its_town_nor_another_town(
    istres: Any, viroflay: Any, now: datetime, litter: Litter
) -> None:
    def fails_in_istres(before: datetime) -> QuerySet[Effect]:
        if current_schema() == "istres":
            raise RuntimeError("a drawer is stuck")
        return Effect.objects.filter(done_at__lt=before)

    register(Purge(key="effects", rows=fails_in_istres, forget=delete))
    register(Purge(key="sessions", rows=_sessions, forget=delete))
    results = {}
    for town in (istres, viroflay):
        with in_town(town):
            litter(now)
            results[town.schema_name] = purge_here(now=now)
    assert results["istres"].counts == {"sessions": 1}
    assert results["istres"].failures == {"effects": "RuntimeError: a drawer is stuck"}
    assert results["viroflay"].counts == {"effects": 1, "sessions": 1}
    assert results["viroflay"].failures == {}


def test_a_purge_runs_where_it_belongs(istres: Any, now: datetime) -> None:
    register(Purge(key="sessions", rows=_sessions, forget=delete))
    register(Purge(key="effects", rows=_sessions, forget=delete, in_public=True, in_towns=False))
    with in_town(istres):
        assert list(purge_here(now=now).counts) == ["sessions"]
    with in_public():
        assert list(purge_here(now=now).counts) == ["effects"]
