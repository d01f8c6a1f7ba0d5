"""Which function carries out which kind of effect. Apps register theirs in `AppConfig.ready()`."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol


class Handler(Protocol):
    """Carries an effect out. May be called twice for the same effect: must be idempotent."""

    def __call__(self, *, payload: dict[str, Any], now: datetime) -> None: ...


_handlers: dict[str, list[Handler]] = defaultdict(list)


class UnknownEffectError(LookupError):
    """No app has registered for this kind of effect."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for effects of this kind. A kind may have several handlers."""

    def register(handler: Handler) -> Handler:
        if handler not in _handlers[kind]:
            _handlers[kind].append(handler)
        return handler

    return register


def handlers_of(kind: str) -> list[Handler]:
    """The handlers of a kind, in order of registration. Raises UnknownEffectError when there is none."""
    if not _handlers.get(kind):
        raise UnknownEffectError(kind)
    return _handlers[kind]
