"""Making the papers of a statement once it is committed, keeping them, and sending them to the merchant: once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.documents.models import Document
from billing.documents.queries import documents_of
from billing.documents.services import File, store
from billing.invoices.models import Invoice
from billing.invoices.papers import invoice_file
from billing.payments.gateway import current_town
from billing.settlements.mail import tell_merchant
from billing.settlements.models import Statement
from billing.settlements.papers import sales_file, statement_file
from conciergeries.towns.models import Town
from shared.locks import lock_one
from shared.outbox.services import record_effect

# {"statement_id"}: the statement or its invoice was just issued.
PAPERS_DUE = "statement.papers_due"


def have_papers_made(*, statement: Statement, now: datetime) -> None:
    """Have a worker make what is missing of a statement's papers, once the caller's transaction commits."""
    record_effect(kind=PAPERS_DUE, payload={"statement_id": str(statement.pk)}, now=now)


def make_papers(*, statement_id: UUID, now: datetime) -> list[Document]:
    """Make, keep and send the papers of a statement that are not kept yet; called again, does nothing.

    A file is made outside the transaction: its bytes depend on its facts alone, whoever makes it.
    """
    town = current_town()
    statement = Statement.objects.get(pk=statement_id)
    invoice = Invoice.objects.filter(statement_id=statement_id).first()
    files = _missing(statement, invoice, town)
    with transaction.atomic():
        # Two workers at once: the second finds what the first has kept.
        lock_one(Statement.objects.all(), pk=statement_id)
        new = [store(file=file, now=now) for file in files if not _is_kept(file.kind, file.source_id)]
        if new:
            tell_merchant(statement=statement, invoice=invoice, documents=new, town=town, now=now)
    return new


def make_missing(*, now: datetime) -> list[Document]:
    """Make every paper that the current town lacks: those of before there were papers, those that could not be made."""
    kept = Document.objects.filter(kind="statement").values("source_id")
    papered = Document.objects.exclude(kind__in=["statement", "sales"]).values("source_id")
    unpapered = Invoice.objects.exclude(pk__in=papered).values("statement_id")
    without = Statement.objects.filter(~Q(pk__in=kept) | Q(pk__in=unpapered)).order_by("issued_at", "number")
    made: list[Document] = []
    for statement_id in list(without.values_list("pk", flat=True)):
        made += make_papers(statement_id=statement_id, now=now)
    return made


def papers_of(statement: Statement) -> list[Document]:
    """The papers of a statement that are kept: its own, and its invoice's."""
    invoices = Invoice.objects.filter(statement_id=statement.pk).values_list("pk", flat=True)
    found = documents_of(source_ids=[statement.pk, *invoices])
    return sorted((each for papers in found.values() for each in papers), key=lambda each: each.filename)


def _missing(statement: Statement, invoice: Invoice | None, town: Town) -> list[File]:
    files = []
    if not _is_kept("statement", statement.pk):
        files += [
            statement_file(statement=statement, invoice=invoice, town=town),
            sales_file(statement=statement, town=town),
        ]
    if invoice is not None and not _is_kept(invoice.kind, invoice.pk):
        files.append(invoice_file(invoice=invoice, town=town))
    return files


def _is_kept(kind: str, source_id: UUID) -> bool:
    return Document.objects.filter(kind=kind, source_id=source_id).exists()
