"""What is forgotten, and how. Each app registers its own tables in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from shared.retention.delays import DELAYS
from shared.tenancy import in_public_schema


@dataclass(frozen=True, kw_only=True)
class Purge:
    """Rows that may no longer be kept, or serve nobody any more.

    `rows(before)` finds those whose delay ended before that moment; `forget(rows, now)` deletes them or empties them,
    and says how many. What it has forgotten, `rows` no longer finds: a purge that is cut short goes on the next time.
    """

    key: str
    rows: Callable[[datetime], QuerySet[Any]]
    forget: Callable[[QuerySet[Any], datetime], int]
    in_public: bool = False
    in_towns: bool = True


_purges: list[Purge] = []


class UnknownDelayError(LookupError):
    """Nothing is forgotten whose delay is not in the table that the documents show."""


def register(purge: Purge) -> None:
    """Add a purge; they run in the order of registration. Raises UnknownDelayError."""
    if purge.key not in DELAYS:
        raise UnknownDelayError(purge.key)
    _purges.append(purge)


def purges_here() -> list[Purge]:
    """Those that concern the current schema."""
    return [purge for purge in _purges if (purge.in_public if in_public_schema() else purge.in_towns)]


def delete(rows: QuerySet[Any], now: datetime) -> int:  # noqa: ARG001  (the signature of forgetting)
    """Forget rows by deleting them, with what belongs to them."""
    _total, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)  # noqa: SLF001  (Django's documented name of a model)


def empty(**fields: Any) -> Callable[[QuerySet[Any], datetime], int]:
    """Forget what some fields held, and keep the row."""

    def forget(rows: QuerySet[Any], now: datetime) -> int:  # noqa: ARG001  (the signature of forgetting)
        return rows.update(**fields)

    return forget
