"""Looking for what is wrong in a town's ledger. Those who know more than the ledger register what they compare it with.

The ledger stands below payments, settlements and orders, and never imports them: each has a module that is imported in
its `AppConfig.ready()`, says which of its rows entries are about (`owns_entries`) and compares its own rows with the
accounts (`compares`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef

from billing.ledger.models import Difference, Entry
from billing.ledger.queries import entries_count, unbalanced
from shared.french import NBSP, calendar_day
from shared.tenancy import current_schema, town_of_schema

Kind = Difference.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong: `subject` names what is concerned, `message` says it in French, to people."""

    kind: Kind
    subject: str
    message: str


class CheckImpossibleError(RuntimeError):
    """What the ledger is to be compared with cannot be read now; `str()` says why in French."""


class Comparison(Protocol):
    """Compares the current town's ledger with something else. Never in a transaction. Raises CheckImpossibleError."""

    def __call__(self, *, now: datetime) -> list[Finding]: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found; `impossible` says why some comparisons could not be made, by kind."""

    entries: int
    findings: list[Finding] = field(default_factory=list)
    impossible: dict[Kind, str] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return not self.findings and not self.impossible

    def count(self, kind: Kind) -> int | None:
        """How many findings of a kind; None when nobody could tell."""
        return None if kind in self.impossible else Counter(each.kind for each in self.findings)[kind]


_comparisons: list[tuple[Kind, Comparison]] = []
_owners: list[type[models.Model]] = []


def compares(kind: Kind) -> Callable[[Comparison], Comparison]:
    """Register the decorated function: the nightly check and the command run it in each town."""

    def register(comparison: Comparison) -> Comparison:
        _comparisons.append((kind, comparison))
        return comparison

    return register


def owns_entries(*owners: type[models.Model]) -> None:
    """Say that the rows of these models are what entries are about: an entry's reference is the key of one."""
    _owners.extend(owners)


def check_here(*, now: datetime) -> Report:
    """Check the ledger of the current town, whole. Never in a transaction: Stripe is asked too."""
    report = Report(entries_count())
    report.findings.extend(_unbalanced())
    report.findings.extend(_orphans())
    for kind, comparison in _comparisons:
        try:
            report.findings.extend(comparison(now=now))
        except CheckImpossibleError as error:
            report.impossible[kind] = str(error)
    return report


def _unbalanced() -> list[Finding]:
    return [
        Finding(
            kind=Kind.UNBALANCED,
            subject=str(entry.pk),
            message=f"{_named(entry)} n’est pas équilibrée, ou a perdu des lignes.",
        )
        for entry in unbalanced()
    ]


def _orphans() -> list[Finding]:
    entries: models.QuerySet[Entry, Any] = Entry.objects.order_by("at", "pk")
    for owner in _owners:
        entries = entries.exclude(Exists(owner._default_manager.filter(pk=OuterRef("reference"))))  # noqa: SLF001  (documented)
    return [
        Finding(
            kind=Kind.ORPHAN,
            subject=str(entry.pk),
            message=f"{_named(entry)} ne se rapporte à rien de connu (référence {entry.reference}).",
        )
        for entry in entries
    ]


def _named(entry: Entry) -> str:
    when = entry.at.astimezone(ZoneInfo(town_of_schema(current_schema()).timezone))
    return f"L’écriture «{NBSP}{entry.label or entry.kind}{NBSP}» du {calendar_day(when, year=True)}"
