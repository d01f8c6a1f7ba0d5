"""Issuing the invoice of a statement's commission, or its credit note: once, numbered without a gap, for ever."""

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from billing.invoices.facts import Cited, Due, Line, Paper, Party, ToInvoice
from billing.invoices.facturx import InvalidInvoiceError, facturx
from billing.invoices.mentions import exemption_of, notes
from billing.invoices.models import Correction, Invoice, InvoiceKind, InvoiceLine
from billing.invoices.readiness import contradictions, missing
from billing.invoices.rules import broken_rules
from billing.numbering.series import Kind, lock_counter, take_number
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from shared.characters import printable

logger = logging.getLogger(__name__)

# Code of commerce, art. L. 441-10: what holds when nothing else was agreed.
TIME_TO_PAY = timedelta(days=30)
ANOTHER_COMPANY = "L’exploitant de ce bordereau n’est plus celui de la commune."
NOTHING_TO_CORRECT = "Les factures que cet avoir rectifie ne sont pas encore émises."


class InvoiceHeldError(ValueError):
    """The invoice cannot be issued yet: `reasons` says why, in French. It is asked for again later."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotInTransactionError(RuntimeError):
    """An invoice and what it is for are written together."""


def issue(*, town: Town, what: ToInvoice, now: datetime) -> Invoice | None:
    """Issue the invoice of a statement, in the caller's transaction; a credit note when more is given back.

    None when it comes to nothing. Asked for again, gives the one that was issued. Call it inside the town.
    Raises InvoiceHeldError, after which nothing was written, and NotInTransactionError.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError(str(what.statement_id))
    if not what.ttc_cents:
        return None
    gives_back = what.ttc_cents < 0
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    # A number that is not used in the end goes back with this.
    with transaction.atomic():
        counter = lock_counter(town=town, kind=Kind.CREDIT_NOTE if gives_back else Kind.INVOICE, on=today)
        # Looked for under the lock: two workers may be at the same statement.
        issued = Invoice.objects.filter(statement_id=what.statement_id).first()
        if issued is not None:
            return issued
        reasons = why_held(town=town, what=what)
        if reasons:
            raise InvoiceHeldError(reasons)
        corrected = _corrected(what)
        due = _due(what, company=town.operating_company, today=today)
        paper = Paper(
            is_credit_note=gives_back,
            number=take_number(counter=counter),
            issued_on=today,
            period_start=what.period_start,
            period_end=what.period_end,
            seller=_seller(town.operating_company),
            buyer=_buyer(Merchant.objects.get(pk=what.merchant_id)),
            lines=_lines(what, gives_back=gives_back),
            exemption=exemption_of(company=town.operating_company, town=town),
            notes=notes(statement_number=what.statement_number, is_credit_note=gives_back, due=due),
            cited=tuple(Cited(number=each.number, issued_on=each.issued_on) for each in corrected),
            due=due,
        )
        return _write(paper, what=what, xml=_xml(paper), corrected=corrected, now=now)


def why_held(*, town: Town, what: ToInvoice) -> list[str]:
    """What keeps a statement's invoice from being issued, in French; empty when nothing does. Inside the town."""
    company = town.operating_company
    reasons = missing(company=company, merchant=Merchant.objects.get(pk=what.merchant_id), is_due=what.due_cents > 0)
    reasons += contradictions(lines=what.lines, exemption=exemption_of(company=company, town=town))
    if what.issuer_siren != company.siren:
        reasons.append(ANOTHER_COMPANY)
    if what.ttc_cents < 0 and not _corrected(what):
        reasons.append(NOTHING_TO_CORRECT)
    return reasons


def _due(what: ToInvoice, *, company: OperatingCompany, today: date) -> Due | None:
    if not what.due_cents:
        return None
    return Due(cents=what.due_cents, on=today + TIME_TO_PAY, iban=company.iban.replace(" ", ""))


def _corrected(what: ToInvoice) -> list[Invoice]:
    """The invoices that this one changes, by number: whoever changes an invoice refers to it (CGI, art. 289-I-5)."""
    own = Invoice.objects.filter(statement_id__in=what.corrects, merchant_id=what.merchant_id, kind=InvoiceKind.INVOICE)
    return list(own.order_by("number"))


def _xml(paper: Paper) -> str:
    """The electronic form, once every rule that we know of was asked. Raises InvoiceHeldError."""
    broken = broken_rules(paper)
    if broken:
        raise InvoiceHeldError([f"La facture électronique ne suivrait pas {', '.join(broken)}."])
    try:
        return facturx(paper)
    except InvalidInvoiceError as error:
        logger.exception("invoice against the official schema", extra={"number": paper.number})
        raise InvoiceHeldError(["La facture électronique ne suivrait pas le schéma officiel."]) from error


def _lines(what: ToInvoice, *, gives_back: bool) -> tuple[Line, ...]:
    """What is on the paper: nothing that comes to nothing; positive for what the paper is for."""
    signed = (line for line in what.lines if line.ht_cents or line.vat_cents)
    return tuple(line.opposite() if gives_back else line for line in signed)


def _write(paper: Paper, *, what: ToInvoice, xml: str, corrected: list[Invoice], now: datetime) -> Invoice:
    invoice = Invoice.objects.create(
        kind=InvoiceKind.CREDIT_NOTE if paper.is_credit_note else InvoiceKind.INVOICE,
        number=paper.number,
        issuer_siren=paper.seller.siren,
        merchant_id=what.merchant_id,
        merchant_name=paper.buyer.name,
        statement_id=what.statement_id,
        statement_number=what.statement_number,
        seller=paper.seller.as_json(),
        buyer=paper.buyer.as_json(),
        issued_on=paper.issued_on,
        issued_at=now,
        period_start=paper.period_start,
        period_end=paper.period_end,
        ht_cents=paper.ht_cents,
        vat_cents=paper.vat_cents,
        ttc_cents=paper.ttc_cents,
        due_cents=paper.due_cents,
        due_on=paper.due.on if paper.due else None,
        due_iban=paper.due.iban if paper.due else "",
        exemption_code=paper.exemption.code if paper.exemption else "",
        exemption=paper.exemption.text if paper.exemption else "",
        notes=[list(note) for note in paper.notes],
        xml=xml,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            description=line.description,
            base_cents=line.base_cents,
            rate_bp=line.rate_bp,
            ht_cents=line.ht_cents,
            vat_rate_bp=line.vat_rate_bp,
            vat_cents=line.vat_cents,
        )
        for position, line in enumerate(paper.lines, start=1)
    )
    Correction.objects.bulk_create(Correction(correcting=invoice, invoice=each) for each in corrected)
    return invoice


def _seller(company: OperatingCompany) -> Party:
    return Party(
        name=printable(company.name),
        siren=company.siren,
        vat_number=company.vat_number,
        address=printable(company.address),
        postcode=company.postcode,
        city=printable(company.city),
        legal_line=printable(company.legal_line),
        email=company.contact_email,
    )


def _buyer(merchant: Merchant) -> Party:
    return Party(
        name=printable(merchant.name),
        siren=merchant.siren,
        siret=merchant.siret,
        vat_number=merchant.vat_number,
        address=printable(merchant.address),
        postcode=merchant.postcode,
        city=printable(merchant.city),
    )
