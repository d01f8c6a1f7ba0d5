"""The files of a statement: its PDF, and its sales for a spreadsheet."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from billing.commissions.arithmetic import SegmentKind
from billing.commissions.terms import Beneficiary
from billing.documents.letterhead import Issuer, letterhead
from billing.documents.models import DocumentKind
from billing.documents.services import PDF, File
from billing.invoices.models import Invoice
from billing.settlements.calendar import day_in
from billing.settlements.figures import figures_of_statement
from billing.settlements.models import Sale, Statement, StatementSegment
from billing.settlements.queries import StatementLine, each_line_of
from billing.settlements.reckoning import becomes, reckoning_of
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared import spreadsheets
from shared.french import full_date, money, percent, period, plural, short_date, siren
from shared.money import vat_of_ttc
from shared.typesetting.pdf import typeset

# Some twenty pages; nobody reads more on paper, and the file for a spreadsheet has every line.
LINES_SHOWN = 1000

_TEMPLATE = Path(__file__).parent / "typst" / "statement.typ"


def statement_file(*, statement: Statement, invoice: Invoice | None, town: Town) -> File:
    """Make the PDF of a statement: the same bytes whenever it is made of the same facts."""
    return _file(
        statement,
        town,
        kind=DocumentKind.STATEMENT,
        filename=f"bordereau-{statement.number}.pdf",
        media_type=PDF,
        content=typeset(template=_TEMPLATE, data=_data(statement, invoice, town), at=statement.issued_at),
    )


def sales_file(*, statement: Statement, town: Town) -> File:
    """Make the file of a statement's sales: one row each, a column for each VAT rate, the commission of each."""
    rates = list(figures_of_statement(statement).gross_by_vat_rate)
    header = ["Bordereau", "Nature", "Commande", "Le", "Ventes TTC", "Ventes HT", "TVA sur les ventes"]
    header += [f"TTC à {spreadsheets.rate(rate)} %" for rate in rates]
    header += ["Taux de commission", "Commission", "Commission exprimée", "Réglée"]
    rows = (_row(statement, line, rates, town) for line in each_line_of(statement))
    return _file(
        statement,
        town,
        kind=DocumentKind.SALES,
        filename=f"ventes-{statement.number}.csv",
        media_type=spreadsheets.CONTENT_TYPE,
        content=b"".join(spreadsheets.written(header=header, rows=rows)),
    )


def _file(
    statement: Statement, town: Town, *, kind: DocumentKind, filename: str, media_type: str, content: bytes
) -> File:
    return File(
        kind=kind,
        source_id=statement.pk,
        number=statement.number,
        issuer_siren=statement.issuer_siren,
        merchant_id=statement.merchant_id,
        merchant_name=statement.merchant_name,
        issued_on=day_in(town, statement.issued_at),
        total_cents=statement.net_cents,
        filename=filename,
        media_type=media_type,
        content=content,
    )


def _row(statement: Statement, line: StatementLine, rates: Sequence[int], town: Town) -> list[str]:
    by_rate, gross, vat = line.sale.by_vat_rate, line.sale.gross_cents, line.vat_cents
    return [
        statement.number,
        line.sale.get_kind_display(),
        spreadsheets.text(line.sale.order_number),
        f"{line.sale.handed_over_at.astimezone(ZoneInfo(town.timezone)):%d/%m/%Y %H:%M}",
        spreadsheets.euros(gross),
        spreadsheets.euros(gross - vat),
        spreadsheets.euros(vat),
        *(spreadsheets.euros(by_rate.get(rate, 0)) for rate in rates),
        spreadsheets.rate(line.sale.rate_bp),
        spreadsheets.euros(line.commission_cents),
        line.basis.value,
        "à la conciergerie" if line.sale.held else "chez le commerçant",
    ]


def _data(statement: Statement, invoice: Invoice | None, town: Town) -> dict[str, Any]:
    figures, segments = figures_of_statement(statement), list(statement.segments.order_by("position"))
    vat = [(rate, cents, vat_of_ttc(cents, rate)) for rate, cents in figures.gross_by_vat_rate.items()]
    return {
        "title": "Bordereau de reversement",
        "reference": statement.number,
        "keywords": ["bordereau de reversement", statement.number],
        "letterhead": letterhead(town=town, issuer=Issuer.of(town.operating_company)),
        "facts": [
            ["Numéro", statement.number],
            ["Période", period(statement.period_start, statement.period_end)],
            ["Émis le", full_date(day_in(town, statement.issued_at))],
            ["Commune", statement.town_name],
        ],
        "to": _to(statement),
        "vat_header": ["Ventes", "TTC", "HT", "TVA"],
        "vat": [[f"à {percent(rate)}", money(ttc), money(ttc - of), money(of)] for rate, ttc, of in vat],
        "vat_total": [
            "Ensemble",
            money(statement.gross_cents),
            money(statement.gross_cents - sum(of for _rate, _ttc, of in vat)),
            money(sum(of for _rate, _ttc, of in vat)),
        ],
        "sums": [[each.label, money(each.cents)] for each in reckoning_of(statement)],
        "total": ["Net", money(statement.net_cents)],
        "payout": becomes(statement, town=town),
        "commission_header": ["Commission", "HT", "TVA", "TTC"],
        "commission": [_commission(segment) for segment in segments],
        "invoice": _invoiced(segments, invoice),
        "sales_header": ["Commande", "Remise ou décision", "Ventes TTC", "Commission"],
        "sales": [_sale(line, town) for line in islice(each_line_of(statement), LINES_SHOWN)],
        "sales_total": [plural(statement.sales_count, "vente"), "", money(statement.gross_cents), ""],
        "sales_left": _left(figures.lines - LINES_SHOWN),
        "hash": statement.hash,
    }


def _to(statement: Statement) -> list[str]:
    merchant = Merchant.objects.get(pk=statement.merchant_id)
    rows = [statement.merchant_name]
    if merchant.has_address:
        rows += [merchant.address, f"{merchant.postcode} {merchant.city}"]
    return [*rows, f"SIRET {siren(statement.merchant_siret)}"]


def _left(lines: int) -> str:
    if lines <= 0:
        return ""
    return f"Et {plural(lines, 'autre ligne', 'autres lignes')}, dans le fichier des ventes joint à ce bordereau."


def _commission(segment: StatementSegment) -> list[str]:
    basis = "hors taxes" if segment.base == "HT" else "TTC"
    words = f"{percent(segment.rate_bp)} de {money(segment.base_cents)} de ventes {basis}"
    if segment.fee_count and segment.fixed_fee_cents:
        words += f", {money(segment.fixed_fee_cents)} sur {plural(segment.fee_count, 'commande')}"
    if segment.kind == SegmentKind.MINIMUM:
        words = "Complément au minimum"
    if segment.beneficiary == Beneficiary.TOWN.value:
        words += ", au profit de la commune"
    ttc = segment.commission_ht_cents + segment.vat_cents
    return [words, money(segment.commission_ht_cents), money(segment.vat_cents), money(ttc)]


def _invoiced(segments: Sequence[StatementSegment], invoice: Invoice | None) -> str:
    own = sum(
        each.commission_ht_cents + each.vat_cents for each in segments if each.beneficiary == Beneficiary.COMPANY.value
    )
    if invoice is not None:
        name = "Avoir" if invoice.is_credit_note else "Facture"
        return f"{name} {invoice.number}, {money(invoice.ttc_cents)} TTC."
    return "La facture suit : il manque une information pour l’établir." if own else ""


def _named(sale: Sale) -> str:
    said = f"{sale.order_number}, remboursement" if sale.is_refund else sale.order_number
    return said if sale.held else f"{said}, {'rendu' if sale.is_refund else 'réglée'} chez vous"


def _sale(line: StatementLine, town: Town) -> list[str]:
    day = short_date(day_in(town, line.sale.handed_over_at))
    return [
        _named(line.sale),
        f"{day}, compte le {short_date(line.sale.counts_on)}" if line.is_late else day,
        money(line.sale.gross_cents),
        f"{money(line.commission_cents)} {line.basis.value}",
    ]
