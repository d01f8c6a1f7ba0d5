"""Keeping files: once each, with their fingerprint."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.documents.models import Document, DocumentKind

PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that was made, and what it shows."""

    kind: DocumentKind
    source_id: UUID
    number: str
    issuer_siren: str
    merchant_id: UUID
    merchant_name: str
    issued_on: date
    total_cents: int
    filename: str
    media_type: str
    content: bytes


def store(*, file: File, now: datetime) -> Document:
    """Keep a file in the current town; what is kept already stays as it is, and is what is given back."""
    new = Document(
        kind=file.kind,
        source_id=file.source_id,
        number=file.number,
        issuer_siren=file.issuer_siren,
        merchant_id=file.merchant_id,
        merchant_name=file.merchant_name,
        issued_on=file.issued_on,
        total_cents=file.total_cents,
        filename=file.filename,
        media_type=file.media_type,
        size=len(file.content),
        sha256=fingerprint(file.content),
        content=file.content,
        made_at=now,
    )
    Document.objects.bulk_create([new], ignore_conflicts=True)
    return Document.objects.defer("content").get(kind=file.kind, source_id=file.source_id)


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def is_intact(document: Document) -> bool:
    """Whether a file still is what was kept."""
    content = bytes(document.content)
    return len(content) == document.size and fingerprint(content) == document.sha256
