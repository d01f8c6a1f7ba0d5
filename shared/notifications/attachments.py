"""What mails carry: a mail names a source and a key; the file is read from its own table when the mail leaves.

Apps register a source in `AppConfig.ready()`, as they do for effects.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file of a mail."""

    filename: str
    media_type: str
    content: bytes


Source = Callable[[str], Attached]

_sources: dict[str, Source] = {}


class UnknownSourceError(LookupError):
    """No app gives files under this name."""


def attaches(name: str) -> Callable[[Source], Source]:
    """Register the decorated function: it gives the file of a key, in the current schema."""

    def register(source: Source) -> Source:
        _sources[name] = source
        return source

    return register


def attached(*, source: str, key: str) -> Attached:
    """The file of a key. Raises UnknownSourceError, and whatever the source does for a key that is nobody's."""
    if source not in _sources:
        raise UnknownSourceError(source)
    return _sources[source](key)
