"""Files of transfers, and their lines. What a file says never changes; only what became of it does."""

from django.db import models
from django.db.models import F, Q

from billing.settlements.models import Payout
from shared.models import UUIDModel


class BatchState(models.TextChoices):
    MADE = "made", "à envoyer à la banque"
    SENT = "sent", "envoyé à la banque"
    CLOSED = "closed", "terminé"
    CANCELLED = "cancelled", "abandonné"


BATCH_TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.MADE: frozenset({BatchState.SENT, BatchState.CANCELLED}),
    BatchState.SENT: frozenset({BatchState.CLOSED}),
    BatchState.CLOSED: frozenset(),
    BatchState.CANCELLED: frozenset(),
}


class TransferBatch(UUIDModel):
    """One file, as it was made: kept whole, with its SHA-256."""

    number = models.CharField("référence", max_length=35, unique=True)
    state = models.CharField("état", max_length=10, choices=BatchState.choices, default=BatchState.MADE)
    execution_date = models.DateField("exécution le")
    debtor_name = models.CharField("donneur d’ordre", max_length=200)
    debtor_iban = models.CharField("IBAN débité", max_length=34)
    line_count = models.PositiveIntegerField("virements")
    total_cents = models.BigIntegerField("total")
    content = models.TextField("fichier")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    made_by = models.CharField("préparé par", max_length=200)
    made_at = models.DateTimeField("préparé le")
    downloaded_at = models.DateTimeField("téléchargé le", null=True)
    sent_at = models.DateTimeField("envoyé le", null=True)
    closed_at = models.DateTimeField("terminé le", null=True)

    class Meta:
        verbose_name = "fichier de virements"
        verbose_name_plural = "fichiers de virements"
        ordering = ["-made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=sorted(BatchState.values)), name="transfers_batch_state_known"
            ),
            models.CheckConstraint(
                condition=Q(line_count__gt=0, total_cents__gte=F("line_count")), name="transfers_batch_pays_something"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def file_name(self) -> str:
        return f"{self.number}.xml"


class LineState(models.TextChoices):
    PENDING = "pending", "en attente"
    CONFIRMED = "confirmed", "exécuté"
    FAILED = "failed", "refusé"
    RETURNED = "returned", "revenu"
    CANCELLED = "cancelled", "abandonné"


LINE_TRANSITIONS: dict[LineState, frozenset[LineState]] = {
    LineState.PENDING: frozenset({LineState.CONFIRMED, LineState.FAILED, LineState.CANCELLED}),
    # A bank may send back what it had executed.
    LineState.CONFIRMED: frozenset({LineState.RETURNED}),
    LineState.FAILED: frozenset(),
    LineState.RETURNED: frozenset(),
    LineState.CANCELLED: frozenset(),
}
CAME_BACK = (LineState.FAILED, LineState.RETURNED)


class TransferLine(UUIDModel):
    """One payout in one file."""

    batch = models.ForeignKey(TransferBatch, on_delete=models.PROTECT, related_name="lines", verbose_name="fichier")
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="transfer_lines", verbose_name="reversement"
    )
    position = models.PositiveIntegerField("rang")
    # What comes back on the bank's statement.
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, unique=True)
    merchant_id = models.UUIDField("commerçant")
    creditor_name = models.CharField("bénéficiaire", max_length=200)
    iban = models.CharField("IBAN", max_length=34)
    amount_cents = models.BigIntegerField("montant")
    state = models.CharField("état", max_length=10, choices=LineState.choices, default=LineState.PENDING)
    reason = models.CharField("motif de la banque", max_length=200, blank=True)
    decided_at = models.DateTimeField("dénoué le", null=True)
    # Somebody has checked with the merchant that the account that sent it back may be paid to again.
    cleared_at = models.DateTimeField("vérifié le", null=True)

    class Meta:
        verbose_name = "virement"
        verbose_name_plural = "virements"
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="transfers_line_position"),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(state="pending"),
                name="transfers_payout_in_one_file",
                violation_error_message="Ce reversement est déjà dans un fichier.",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="transfers_line_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=sorted(LineState.values)), name="transfers_line_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.end_to_end_id} : {self.get_state_display()}"
