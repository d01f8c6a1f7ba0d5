"""What is kept of a company's Stripe balance: what moved on it for this town, to the company's bank and from it."""

from django.db import models
from django.db.models import Q

from shared.models import UUIDModel


class BalanceReading(UUIDModel):
    """How far one account's balance has been read for this town. What is older is not asked for again."""

    alias = models.CharField("compte Stripe", max_length=100, unique=True)
    read_to = models.DateTimeField("lu jusqu’au")

    class Meta:
        verbose_name = "lecture du solde Stripe"
        verbose_name_plural = "lectures du solde Stripe"

    def __str__(self) -> str:
        return f"{self.alias} jusqu’au {self.read_to:%d/%m/%Y %H:%M}"


class BalanceMovement(UUIDModel):
    """One movement of Stripe's balance that is this town's, as Stripe counts it: its fee is taken off.

    `about` is the object that account 517 counts it for; `alias` its own name where that is another (a charge is its
    payment, a reversal its transfer).
    """

    stripe_id = models.CharField("mouvement Stripe", max_length=100, unique=True)
    kind = models.CharField("nature", max_length=60)
    about = models.CharField("objet", max_length=100, db_index=True)
    alias = models.CharField("autre nom", max_length=100, blank=True, db_index=True)
    cents = models.BigIntegerField("montant net")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "mouvement du solde Stripe"
        verbose_name_plural = "mouvements du solde Stripe"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.about} : {self.cents:+d}"


class CompanyPayoutState(models.TextChoices):
    ON_ITS_WAY = "on_its_way", "en route"
    PAID = "paid", "arrivé"
    FAILED = "failed", "refusé par la banque"
    CANCELLED = "cancelled", "annulé"


class CompanyPayout(UUIDModel):
    """Money of this town that left the company's Stripe balance for the company's own bank."""

    stripe_id = models.CharField("virement Stripe", max_length=100, unique=True)
    amount_cents = models.BigIntegerField("montant")
    state = models.CharField(
        "état", max_length=12, choices=CompanyPayoutState.choices, default=CompanyPayoutState.ON_ITS_WAY
    )
    failure_code = models.CharField("raison de la banque", max_length=80, blank=True)
    sent_at = models.DateTimeField("parti le")

    class Meta:
        verbose_name = "virement vers la banque de l’exploitant"
        verbose_name_plural = "virements vers la banque de l’exploitant"
        ordering = ["-sent_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="payments_company_payout_amount",
                violation_error_message="Un virement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(CompanyPayoutState.values)), name="payments_company_payout_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} : {self.get_state_display()}"


class CompanyTopUpState(models.TextChoices):
    ON_ITS_WAY = "on_its_way", "en route"
    ARRIVED = "arrived", "arrivé"
    FAILED = "failed", "refusé par la banque"
    CANCELLED = "cancelled", "annulé"
    REVERSED = "reversed", "repris par la banque"


class CompanyTopUp(UUIDModel):
    """Money of this town that the company wired from its own bank to its Stripe balance."""

    stripe_id = models.CharField("approvisionnement Stripe", max_length=100, unique=True)
    amount_cents = models.BigIntegerField("montant")
    state = models.CharField(
        "état", max_length=12, choices=CompanyTopUpState.choices, default=CompanyTopUpState.ON_ITS_WAY
    )
    failure_code = models.CharField("raison de la banque", max_length=80, blank=True)
    sent_at = models.DateTimeField("parti le")

    class Meta:
        verbose_name = "approvisionnement du compte Stripe"
        verbose_name_plural = "approvisionnements du compte Stripe"
        ordering = ["-sent_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="payments_company_top_up_amount",
                violation_error_message="Un approvisionnement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(CompanyTopUpState.values)), name="payments_company_top_up_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} : {self.get_state_display()}"
