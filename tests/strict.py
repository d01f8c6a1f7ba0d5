"""Mistakes that pass unseen on a good day, made to fail on every day. Switched on by tests/conftest.py.

- A queryset with no order comes back shuffled: PostgreSQL promises none.
- `select_for_update` over a join that does not say `of=` raises: it would lock rows it only meant to read.
- A template that names what its view does not give raises: on a page it would be a silent hole.
"""

import random
from collections.abc import Iterator
from typing import Any

from django.db.models.query import ModelIterable, ValuesIterable, ValuesListIterable
from django.db.models.sql.compiler import SQLCompiler
from django.template import engines

# The same shuffle at each run: a failure can be run again.
_chance = random.Random(20261121)  # noqa: S311  (not a secret)


class LocksTooMuchError(AssertionError):
    """A lock on joined tables that does not say which."""


class UnknownVariableError(AssertionError):
    """A template uses a variable that nobody gave it."""


class Unknown(str):
    """What Django puts in place of an unknown variable: an error."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        raise UnknownVariableError(str(name))


def _shuffle(kind: Any) -> None:
    original = kind.__iter__

    def shuffled(self: Any) -> Iterator[Any]:
        rows = original(self)
        if self.queryset.ordered or self.queryset.query.is_sliced:
            return iter(rows)
        found = list(rows)
        _chance.shuffle(found)
        return iter(found)

    kind.__iter__ = shuffled


def _watch_locks() -> None:
    original = SQLCompiler.as_sql

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        query = self.query
        built = original(self, *args, **kwargs)
        joined = [alias for alias in query.alias_map if query.alias_refcount.get(alias)]
        if query.select_for_update and not query.select_for_update_of and len(joined) > 1:
            raise LocksTooMuchError(built[0])
        return built

    SQLCompiler.as_sql = watched  # type: ignore[method-assign]  # that is the point


def be_strict() -> None:
    """Switch everything on, once."""
    for kind in (ModelIterable, ValuesIterable, ValuesListIterable):
        _shuffle(kind)
    _watch_locks()
    engines["django"].engine.string_if_invalid = Unknown("unknown")  # type: ignore[attr-defined]  # Django's own engine
