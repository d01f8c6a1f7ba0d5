"""Checking a town's papers: every file is what was kept, every issued thing has its file, no series has a gap."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from billing.documents.models import Document
from billing.documents.services import is_intact as file_is_intact
from billing.invoices.models import Invoice
from billing.numbering.models import Counter
from billing.numbering.series import number_of
from billing.settlements.documents import is_intact as statement_is_intact
from billing.settlements.models import Statement
from shared.paging import page_by_page
from shared.retention.delays import DELAYS

# What was just issued has its papers made by a worker, which may be a while behind.
MAKING = timedelta(hours=1)
FILES_AT_ONCE = 20
STATEMENTS_AT_ONCE = 200


@dataclass(kw_only=True)
class Checked:
    """What was looked at, and what is wrong; numbers of what is concerned."""

    documents: int = 0
    statements: int = 0
    invoices: int = 0
    series: int = 0
    changed_files: list[str] = field(default_factory=list)
    changed_statements: list[str] = field(default_factory=list)
    without_file: list[str] = field(default_factory=list)
    missing_numbers: list[str] = field(default_factory=list)
    unexpected_numbers: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not any(
            (
                self.changed_files,
                self.changed_statements,
                self.without_file,
                self.missing_numbers,
                self.unexpected_numbers,
            )
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"sound": self.is_sound}


def check_papers(*, now: datetime) -> Checked:
    """Look at every paper of the current town; a few files in memory at a time."""
    found = Checked()
    for document in page_by_page(Document.objects.all(), size=FILES_AT_ONCE):
        found.documents += 1
        if not file_is_intact(document):
            found.changed_files.append(document.filename)
    for statement in page_by_page(Statement.objects.all(), size=STATEMENTS_AT_ONCE):
        found.statements += 1
        if not statement_is_intact(statement):
            found.changed_statements.append(statement.number)
    found.changed_files.sort()
    found.changed_statements.sort()
    found.invoices = Invoice.objects.count()
    found.without_file = sorted(_without_file(now))
    _check_series(found)
    return found


def _without_file(now: datetime) -> Iterator[str]:
    """What was issued long enough ago to have its papers, and not so long that they are forgotten."""
    since: date = (now - DELAYS["documents"]).date()
    kept = set(Document.objects.values_list("kind", "source_id"))
    statements = Statement.objects.filter(issued_at__lt=now - MAKING, issued_at__date__gt=since)
    for key, number in statements.values_list("pk", "number"):
        if ("statement", key) not in kept or ("sales", key) not in kept:
            yield number
    invoices = Invoice.objects.filter(issued_at__lt=now - MAKING, issued_on__gt=since)
    for kind, key, number in invoices.values_list("kind", "pk", "number"):
        if (kind, key) not in kept:
            yield number


def _check_series(found: Checked) -> None:
    """Every number from one to the last that was given is on something issued, and nothing has another."""
    issued = set(Statement.objects.values_list("issuer_siren", "number")) | set(
        Invoice.objects.values_list("issuer_siren", "number")
    )
    given: set[tuple[str, str]] = set()
    for counter in Counter.objects.order_by("series", "issuer_siren"):
        found.series += 1
        given |= {
            (counter.issuer_siren, number_of(series=counter.series, value=value))
            for value in range(1, counter.value + 1)
        }
    found.missing_numbers = sorted(number for _siren, number in given - issued)
    found.unexpected_numbers = sorted(number for _siren, number in issued - given)
