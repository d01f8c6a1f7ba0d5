"""What was taken from the desk to the bank, and the cheques that the bank sent back."""

from django.db import models
from django.db.models import F, Q

from shared.models import UUIDModel


class DepositMeans(models.TextChoices):
    """What the desk takes, by the values of `Mode`."""

    CASH = "cash", "espèces"
    CHEQUE = "cheque", "chèques"
    TERMINAL = "terminal", "cartes du terminal"


class Drawer(UUIDModel):
    """One means of the desk, for whoever takes some of it to the bank to lock: nobody takes the same twice."""

    means = models.CharField("moyen", max_length=10, choices=DepositMeans.choices, unique=True)

    class Meta:
        verbose_name = "tiroir"
        verbose_name_plural = "tiroirs"
        ordering = ["means"]

    def __str__(self) -> str:
        return self.get_means_display()


class Deposit(UUIDModel):
    """Money of the desk taken to the company's bank. It never changes: a mistake is undone, and noted again."""

    means = models.CharField("moyen", max_length=10, choices=DepositMeans.choices)
    amount_cents = models.PositiveBigIntegerField("montant")
    # What the bank kept of the terminal's cards: it credits the rest.
    fee_cents = models.PositiveBigIntegerField("frais retenus", default=0)
    deposited_on = models.DateField("remis le")
    slip = models.CharField("numéro de bordereau", max_length=40, blank=True)
    note = models.CharField("remarque", max_length=200, blank=True)
    noted_by = models.CharField("noté par", max_length=200)
    noted_at = models.DateTimeField("noté le")
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.CharField("annulée par", max_length=200, blank=True)
    undone_reason = models.CharField("motif de l’annulation", max_length=200, blank=True)

    class Meta:
        verbose_name = "remise en banque"
        verbose_name_plural = "remises en banque"
        ordering = ["-deposited_on", "-noted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(means__in=sorted(DepositMeans.values)), name="payments_deposit_means_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="payments_deposit_amount",
                violation_error_message="Une remise a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(fee_cents=0) | Q(means="terminal", fee_cents__lt=F("amount_cents")),
                name="payments_deposit_fee",
                violation_error_message="Seules les cartes ont des frais, moindres que leur montant.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | ~Q(undone_reason=""),
                name="payments_deposit_undone_with_a_reason",
                violation_error_message="Une remise est annulée en disant pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_means_display()}, {self.deposited_on:%d/%m/%Y}"

    @property
    def credited_cents(self) -> int:
        """What the bank writes on the account."""
        return self.amount_cents - self.fee_cents


class DepositedCheque(UUIDModel):
    """One cheque of a deposit; `back_at` from when it is in the drawer again."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="cheques", verbose_name="remise")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="deposited", verbose_name="paiement"
    )
    back_at = models.DateTimeField("revenu le", null=True)

    class Meta:
        verbose_name = "chèque remis"
        verbose_name_plural = "chèques remis"
        ordering = ["deposit", "payment"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(back_at=None),
                name="payments_cheque_deposited_once",
                violation_error_message="Ce chèque est déjà remis en banque.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} dans {self.deposit_id}"


class UnpaidCheque(UUIDModel):
    """A cheque that the bank sent back unpaid: in the drawer again, and owed by who wrote it."""

    cheque = models.OneToOneField(
        DepositedCheque, on_delete=models.PROTECT, related_name="unpaid", verbose_name="chèque"
    )
    returned_on = models.DateField("revenu le")
    reason = models.CharField("motif", max_length=200)
    # What the bank took for it, on top.
    fee_cents = models.PositiveBigIntegerField("frais de la banque", default=0)
    noted_by = models.CharField("noté par", max_length=200)
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "chèque impayé"
        verbose_name_plural = "chèques impayés"
        ordering = ["-returned_on", "-noted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="payments_unpaid_cheque_reason",
                violation_error_message="Un chèque revient impayé pour un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cheque_id} revenu le {self.returned_on:%d/%m/%Y}"


class MadeGoodBy(models.TextChoices):
    """How an unpaid cheque is over, when it is not taken to the bank again."""

    CASH = "cash", "en espèces"
    TERMINAL = "terminal", "par carte, sur le terminal"
    TRANSFER = "transfer", "par virement"
    LOSS = "loss", "perdu, à la charge de l’exploitant"


class ChequeMadeGood(UUIDModel):
    """An unpaid cheque was paid otherwise, or given up: it is in nobody's drawer any more."""

    unpaid = models.ForeignKey(
        UnpaidCheque, on_delete=models.PROTECT, related_name="endings", verbose_name="chèque impayé"
    )
    how = models.CharField("réglé", max_length=10, choices=MadeGoodBy.choices)
    note = models.CharField("remarque", max_length=200, blank=True)
    noted_by = models.CharField("noté par", max_length=200)
    noted_at = models.DateTimeField("noté le")
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    undone_by = models.CharField("annulé par", max_length=200, blank=True)
    undone_reason = models.CharField("motif de l’annulation", max_length=200, blank=True)

    class Meta:
        verbose_name = "chèque impayé réglé"
        verbose_name_plural = "chèques impayés réglés"
        ordering = ["-noted_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(how__in=sorted(MadeGoodBy.values)), name="payments_made_good_how_known"),
            models.UniqueConstraint(
                fields=["unpaid"],
                condition=Q(undone_at=None),
                name="payments_cheque_made_good_once",
                violation_error_message="Ce chèque est déjà réglé.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | ~Q(undone_reason=""),
                name="payments_made_good_undone_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unpaid_id} : {self.get_how_display()}"
