"""Invoices and credit notes as they were issued. PostgreSQL refuses to change or remove them.

Everything that they say is kept with them: the two parties as they were, the lines, the electronic form.
"""

from django.db import models
from django.db.models import F, Q

from billing.invoices.facts import Line, Party, VatTotal, totals_by_rate
from shared.models import UUIDModel


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", "facture"
    CREDIT_NOTE = "credit_note", "avoir"


class Invoice(UUIDModel):
    """What a merchant owed the company for one statement, or what the company gave back. Amounts are positive."""

    kind = models.CharField("nature", max_length=12, choices=InvoiceKind.choices)
    number = models.CharField("numéro", max_length=35)
    issuer_siren = models.CharField("SIREN de l’émetteur", max_length=9)
    merchant_id = models.UUIDField("commerçant", db_index=True)
    merchant_name = models.CharField("raison sociale", max_length=200)
    statement_id = models.UUIDField("bordereau", unique=True)
    statement_number = models.CharField("numéro du bordereau", max_length=80)
    seller = models.JSONField("vendeur")
    buyer = models.JSONField("acheteur")
    issued_on = models.DateField("date")
    issued_at = models.DateTimeField("émise le")
    period_start = models.DateField("du")
    period_end = models.DateField("au")
    ht_cents = models.BigIntegerField("total HT")
    vat_cents = models.BigIntegerField("TVA")
    ttc_cents = models.BigIntegerField("total TTC")
    # What was not set off on the statement: to be paid by transfer.
    due_cents = models.PositiveBigIntegerField("reste à payer", default=0)
    due_on = models.DateField("à payer avant le", null=True)
    due_iban = models.CharField("sur le compte", max_length=34, blank=True)
    exemption_code = models.CharField("code d’exonération", max_length=40, blank=True)
    exemption = models.CharField("exonération", max_length=200, blank=True)
    # [[subject code, words], …]: the mentions that the law asks for, as they were on that day.
    notes = models.JSONField("mentions")
    # Factur-X, as it is inside the PDF.
    xml = models.TextField("facture électronique")

    class Meta:
        verbose_name = "facture"
        verbose_name_plural = "factures"
        ordering = ["-issued_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["issuer_siren", "number"], name="invoices_number_once_per_issuer"),
            models.CheckConstraint(
                condition=Q(ttc_cents=F("ht_cents") + F("vat_cents"), ttc_cents__gt=0), name="invoices_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(due_cents=0, due_on__isnull=True, due_iban="")
                | (Q(due_cents__gt=0, due_cents__lte=F("ttc_cents"), due_on__isnull=False) & ~Q(due_iban="")),
                name="invoices_due_whole",
                violation_error_message="Ce qui reste à payer a un montant, une date et un compte.",
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(InvoiceKind.values)), name="invoices_kind_known"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_credit_note(self) -> bool:
        return self.kind == InvoiceKind.CREDIT_NOTE

    @property
    def parties(self) -> tuple[Party, Party]:
        """The seller and the buyer, as they were."""
        return Party.from_json(self.seller), Party.from_json(self.buyer)

    @property
    def vat_totals(self) -> tuple[VatTotal, ...]:
        return totals_by_rate(line.facts for line in self.lines.all())


class InvoiceLine(UUIDModel):
    """One line of an invoice: a share of sales, or a plain amount. Below zero, what is given back."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", verbose_name="facture")
    position = models.PositiveSmallIntegerField("rang")
    description = models.CharField("désignation", max_length=200)
    base_cents = models.BigIntegerField("assiette", null=True)
    rate_bp = models.PositiveIntegerField("taux", null=True)
    ht_cents = models.BigIntegerField("HT")
    vat_rate_bp = models.PositiveIntegerField("taux de TVA")
    vat_cents = models.BigIntegerField("TVA")

    class Meta:
        verbose_name = "ligne de facture"
        verbose_name_plural = "lignes de facture"
        ordering = ["invoice", "position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoices_line_position")]

    def __str__(self) -> str:
        return self.description

    @property
    def facts(self) -> Line:
        return Line(
            description=self.description,
            ht_cents=self.ht_cents,
            vat_rate_bp=self.vat_rate_bp,
            vat_cents=self.vat_cents,
            base_cents=self.base_cents,
            rate_bp=self.rate_bp,
        )


class Correction(UUIDModel):
    """An invoice that a credit note, or a later invoice with something given back in it, corrects in part or whole."""

    correcting = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="corrections", verbose_name="avoir ou facture"
    )
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="corrected_by", verbose_name="facture")

    class Meta:
        verbose_name = "rectification"
        verbose_name_plural = "rectifications"
        ordering = ["correcting", "invoice__number"]
        constraints = [models.UniqueConstraint(fields=["correcting", "invoice"], name="invoices_corrected_once")]

    def __str__(self) -> str:
        return f"{self.correcting_id} rectifie {self.invoice_id}"
