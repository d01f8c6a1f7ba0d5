"""Amounts that the town hall adds to a merchant's next statement, or takes from it."""

from django.db import models
from django.db.models import Q

from billing.settlements.models.statements import Statement
from shared.models import UUIDModel


class Adjustment(UUIDModel):
    """An amount that the town hall adds to a merchant's next statement, or takes from it.

    It never changes: what was wrong is undone by another.
    """

    class BorneBy(models.TextChoices):
        COMPANY = "company", "l’exploitant"
        COMMUNE = "commune", "la commune"
        # The merchant itself, which has paid the commission that it owed.
        MERCHANT = "merchant", "le commerçant, qui l’a réglé"

    merchant_id = models.UUIDField("commerçant")
    # Above zero: the merchant receives it.
    amount_cents = models.BigIntegerField("montant")
    reason = models.CharField("raison", max_length=200)
    borne_by = models.CharField("à la charge ou au profit de", max_length=10, choices=BorneBy.choices)
    added_by = models.CharField("ajouté par", max_length=200)
    added_at = models.DateTimeField("ajouté le")
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="adjustments", verbose_name="bordereau"
    )

    class Meta:
        verbose_name = "ajustement"
        verbose_name_plural = "ajustements"
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_cents=0),
                name="settlements_adjustment_amount",
                violation_error_message="Un ajustement a un montant.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="settlements_adjustment_reason",
                violation_error_message="Un ajustement a une raison.",
            ),
            models.CheckConstraint(
                condition=Q(borne_by__in=["company", "commune", "merchant"]), name="settlements_adjustment_borne_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents:+d} : {self.reason}"
