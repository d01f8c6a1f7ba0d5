"""What was sold and given back. PostgreSQL refuses to change or remove any of it.

A sale counts on a day of the town, said once for all when it is noted (billing.settlements.counting); it is in the
statement of its merchant whose period has that day, and nothing is written on it when that statement is issued.
"""

from django.db import models
from django.db.models import Q

from billing.commissions.frozen import TermsModel


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
    # Of a refund, when it was decided.
    handed_over_at = models.DateTimeField("remise le")
    # The day of the handover, or the first that is not settled: never one that a statement has already.
    counts_on = models.DateField("compte le")
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
    # The SHA-256 of all of the above, as a number, by PostgreSQL (migration 0011): a statement adds its sales' up.
    seal = models.DecimalField("sceau", max_digits=78, decimal_places=0, editable=False)

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
                violation_error_message="Une vente est positive ; un remboursement, négatif, dit ce qu’il corrige.",
            ),
            models.CheckConstraint(
                condition=Q(gross_cents__gt=0, fee_count=1) | Q(gross_cents__lt=0, fee_count__in=[-1, 0]),
                name="settlements_sale_fee_once",
                violation_error_message="Une vente doit les frais d’une commande ; un remboursement n’en doit pas.",
            ),
        ]
        indexes = [
            # What is not settled, and whether anything came in, are read from this index alone.
            models.Index(
                fields=["merchant_id", "counts_on"], include=["gross_cents", "held"], name="settlements_sale_counts_on"
            ),
            models.Index(
                fields=["merchant_id", "counts_on"], condition=Q(kind="refund"), name="settlements_refund_counts_on"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} : {self.gross_cents}"

    @property
    def is_refund(self) -> bool:
        return self.kind == SaleKind.REFUND

    @property
    def by_vat_rate(self) -> dict[int, int]:
        """Cents with VAT by VAT rate of the goods, in basis points."""
        return {int(rate): int(cents) for rate, cents in self.ttc_by_vat_rate.items()}
