"""Letters that asked a merchant for what it owes."""

from django.db import models
from django.db.models import F, Q

from shared.models import UUIDModel


class PaymentReminder(UUIDModel):
    """What a merchant was asked to pay in a letter, of what it owed then."""

    merchant_id = models.UUIDField("commerçant")
    asked_cents = models.PositiveBigIntegerField("demandé")
    owed_cents = models.PositiveBigIntegerField("dû alors")
    reminded_at = models.DateTimeField("relancé le")
    reminded_by = models.CharField("relancé par", max_length=200)

    class Meta:
        verbose_name = "relance"
        verbose_name_plural = "relances"
        ordering = ["-reminded_at", "id"]
        indexes = [models.Index(fields=["merchant_id", "-reminded_at"], name="settlements_reminders_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_cents__gt=0, asked_cents__lte=F("owed_cents")),
                name="settlements_reminder_within_debt",
                violation_error_message="On ne demande pas plus que ce qui est dû.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} le {self.reminded_at:%d/%m/%Y}"
