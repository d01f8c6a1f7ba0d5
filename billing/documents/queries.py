"""Finding files: lists never load what is in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.documents.models import Document, DocumentKind

_YEAR = re.compile(r"20\d\d", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is looked for: words of the number or of the merchant's name, a kind, a year; empty for all."""

    words: str = ""
    kind: str = ""
    year: int | None = None

    @classmethod
    def of(cls, *, words: str, kind: str, year: str) -> Self:
        """What an address asks for; what means nothing in it asks for nothing."""
        return cls(
            words=words.replace("\x00", "").strip()[:80],
            kind=kind if kind in DocumentKind.values else "",
            year=int(year) if _YEAR.fullmatch(year) else None,
        )


def documents(*, wanted: Wanted, merchant_ids: Iterable[UUID] | None = None) -> QuerySet[Document]:
    """The current town's documents, the latest first; those of some merchants if they are given."""
    found = Document.objects.defer("content").order_by("-issued_on", "-number", "-kind")
    if merchant_ids is not None:
        found = found.filter(merchant_id__in=list(merchant_ids))
    for word in wanted.words.split():
        found = found.filter(Q(number__icontains=word) | Q(merchant_name__icontains=word))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.year:
        found = found.filter(issued_on__gte=date(wanted.year, 1, 1), issued_on__lte=date(wanted.year, 12, 31))
    return found


def years(*, merchant_ids: Iterable[UUID] | None = None) -> list[int]:
    """The years that have documents, the latest first."""
    dates = documents(wanted=Wanted(), merchant_ids=merchant_ids).order_by("-issued_on")
    return [day.year for day in dates.dates("issued_on", "year", order="DESC")]


def documents_of(*, source_ids: Iterable[UUID]) -> dict[UUID, list[Document]]:
    """The documents of statements and invoices, by what they show."""
    found: dict[UUID, list[Document]] = {}
    for document in Document.objects.defer("content").filter(source_id__in=list(source_ids)).order_by("kind"):
        found.setdefault(document.source_id, []).append(document)
    return found
