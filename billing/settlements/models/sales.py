"""What was sold and given back, waiting to be settled: its facts never change, it only joins a statement, once."""

from django.db import models
from django.db.models import Q

from billing.commissions.frozen import TermsModel
from billing.settlements.models.statements import Statement


class SaleKind(models.TextChoices):
    SALE = "sale", "vente"
    REFUND = "refund", "remboursement"


class Sale(TermsModel):
    """What one merchant sold in one order, as it was handed over; or what it bears of a refund, below zero.

    A refund has the terms of the sale that it corrects, so that the base of a commission is one exact signed sum.
    """

    kind = models.CharField("nature", max_length=10, choices=SaleKind.choices, default=SaleKind.SALE)
    shop_order_id = models.UUIDField("sous-commande", db_index=True)
    order_number = models.CharField("commande", max_length=40)
    merchant_id = models.UUIDField("commerçant")
    # Of a refund, when it was decided: it joins the statement of that day.
    handed_over_at = models.DateTimeField("remise le")
    # Of a refund: the sale, and the line of the refund that is its cause.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections", verbose_name="vente corrigée"
    )
    cause = models.UUIDField("cause", unique=True, null=True)
    gross_cents = models.BigIntegerField("montant TTC")
    # {"2000": cents with VAT, …}: VAT rates of the goods in basis points.
    ttc_by_vat_rate = models.JSONField("TTC par taux de TVA")
    # False: the customer paid the merchant itself. Only the commission on it is owed, and nothing is posted.
    held = models.BooleanField("encaissée ici", default=True)
    # How many times the fixed fee is owed: once for a sale; not for a part given back; -1 once all of it was.
    fee_count = models.SmallIntegerField("frais par commande dus", default=1)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="sales", verbose_name="bordereau"
    )

    class Meta:
        verbose_name = "vente"
        verbose_name_plural = "ventes"
        ordering = ["handed_over_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop_order_id"],
                condition=Q(kind="sale"),
                name="settlements_one_sale_per_shop_order",
                violation_error_message="Cette vente est déjà notée.",
            ),
            models.CheckConstraint(
                condition=Q(kind="sale", gross_cents__gt=0, corrects__isnull=True, cause__isnull=True)
                | Q(kind="refund", gross_cents__lt=0, corrects__isnull=False, cause__isnull=False),
                name="settlements_sale_signed_by_kind",
                violation_error_message="Une vente est positive ; un remboursement, négatif, dit ce qu’il corrige.",
            ),
            models.CheckConstraint(
                condition=Q(gross_cents__gt=0, fee_count=1) | Q(gross_cents__lt=0, fee_count__in=[-1, 0]),
                name="settlements_sale_fee_once",
                violation_error_message="Une vente doit les frais d’une commande ; un remboursement n’en doit pas.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "handed_over_at"],
                condition=Q(statement__isnull=True),
                name="settlements_sale_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} : {self.gross_cents}"

    @property
    def is_refund(self) -> bool:
        return self.kind == SaleKind.REFUND

    @property
    def is_of_settled_sale(self) -> bool:
        """Whether a refund corrects a sale that another statement had: its commission was invoiced, and is credited.

        Netted in the same statement, it needs no credit note. Load `corrects` with lists.
        """
        corrected = self.corrects
        return corrected is not None and corrected.statement_id not in {None, self.statement_id}

    @property
    def by_vat_rate(self) -> dict[int, int]:
        """Cents with VAT by VAT rate of the goods, in basis points."""
        return {int(rate): int(cents) for rate, cents in self.ttc_by_vat_rate.items()}
