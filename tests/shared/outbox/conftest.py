"""A kind of effect of the tests' own, whose handler can be told to fail, and the wake-ups that were sent."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from shared.outbox import registry, tasks
from shared.outbox.models import Effect
from shared.outbox.registry import handles
from shared.outbox.services import record_effect
from shared.tenancy import current_schema

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


def record_one(now: datetime, **payload: Any) -> Effect:
    with transaction.atomic():
        return record_effect(kind=KIND, payload=payload, now=now)
