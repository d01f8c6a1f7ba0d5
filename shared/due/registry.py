"""Which function does which kind of work. Apps register theirs in `AppConfig.ready()`."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Worker(Protocol):
    """Does the work for one subject, in its town, and says when it is next due. May be called twice: idempotent."""

    def __call__(self, *, subject: UUID, now: datetime) -> datetime: ...


_workers: dict[str, Worker] = {}


class UnknownWorkError(LookupError):
    """No app has registered for this kind of work."""


def does(kind: str) -> Callable[[Worker], Worker]:
    """Register the decorated function as the one that does this kind of work."""

    def register(worker: Worker) -> Worker:
        _workers[kind] = worker
        return worker

    return register


def worker_of(kind: str) -> Worker:
    """Raises UnknownWorkError."""
    if kind not in _workers:
        raise UnknownWorkError(kind)
    return _workers[kind]
