"""Each town's purge is a task of its own."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet

from conciergeries.celery import app
from shared.retention import registry, tasks
from shared.retention.registry import Purge, delete, register
from shared.tenancy import in_town
from tests.shared.retention.conftest import Litter


def test_every_schema_is_sent_its_own(istres: Any, viroflay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.purge_schema, "apply_async", lambda *, headers: sent.append(headers["_schema_name"]))
    tasks.purge_everywhere.run()
    assert sent == ["public", "istres", "viroflay"]


def test_it_runs_at_night() -> None:
    app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE["forget what is past its delay"]
    assert entry["task"] in app.tasks
    assert str(entry["schedule"]).startswith("<crontab: 15 3 * * *")


def test_a_failure_is_seen(istres: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, litter: Litter) -> None:
    def fails(before: datetime) -> QuerySet[Any]:
        raise RuntimeError("a drawer is stuck")

    monkeypatch.setattr(registry, "_purges", [])
    register(Purge(key="sessions", rows=fails, forget=delete))
    with in_town(istres), pytest.raises(tasks.PurgeFailedError, match="a drawer is stuck"):
        tasks.purge_schema.run()
