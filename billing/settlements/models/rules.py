"""How a town settles its merchants, and what each of them chose."""

from django.db import models
from django.db.models import Q

from billing.settlements.periods import DAYS_OF_WEEK, LAST_DAY_OF_MONTH, Frequency
from shared.models import UUIDModel

# A payout that the town delays longer is no settlement any more.
LONGEST_DELAY_DAYS = 30
# Above this, small merchants would wait for months.
LARGEST_MINIMUM_CENTS = 100_000


class Frequencies(models.TextChoices):
    """What a town lets its merchants choose from."""

    WEEKLY = "weekly", "chaque semaine"
    MONTHLY = "monthly", "chaque mois"
    EITHER = "either", "au choix du commerçant"


class FrequencyChoices(models.TextChoices):
    WEEKLY = Frequency.WEEKLY.value, "chaque semaine"
    MONTHLY = Frequency.MONTHLY.value, "chaque mois"


class Means(models.TextChoices):
    """How a net is paid."""

    STRIPE = "stripe", "par Stripe"
    SEPA = "sepa", "par virement de votre banque"


class SettlementRules(UUIDModel):
    """How a town settles, for the periods that begin on a day or later. What is in force never changes."""

    valid_from = models.DateField("à partir du", unique=True)
    frequencies = models.CharField("les commerçants sont réglés", max_length=10, choices=Frequencies.choices)
    week_end = models.PositiveSmallIntegerField("dernier jour de la semaine")
    month_day = models.PositiveSmallIntegerField("dernier jour du mois")
    payout_delay_days = models.PositiveSmallIntegerField("délai avant le versement, en jours")
    minimum_payout_cents = models.PositiveIntegerField("versement le plus petit")
    review_required = models.BooleanField("relus avant d’être émis")
    means = models.CharField("versés", max_length=10, choices=Means.choices)
    set_at = models.DateTimeField("fixées le")

    class Meta:
        verbose_name = "règles de règlement"
        verbose_name_plural = "règles de règlement"
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(week_end__lt=DAYS_OF_WEEK),
                name="settlements_rules_week_end",
                violation_error_message="Choisissez un jour de la semaine.",
            ),
            models.CheckConstraint(
                condition=Q(month_day__gte=1, month_day__lte=LAST_DAY_OF_MONTH),
                name="settlements_rules_month_day",
                violation_error_message="Choisissez un jour du mois.",
            ),
            models.CheckConstraint(
                condition=Q(payout_delay_days__lte=LONGEST_DELAY_DAYS),
                name="settlements_rules_delay",
                violation_error_message="Trente jours au plus.",
            ),
            models.CheckConstraint(
                condition=Q(minimum_payout_cents__lte=LARGEST_MINIMUM_CENTS),
                name="settlements_rules_minimum",
                violation_error_message="Mille euros au plus.",
            ),
            models.CheckConstraint(
                condition=Q(frequencies__in=sorted(Frequencies.values), means__in=sorted(Means.values)),
                name="settlements_rules_known",
            ),
        ]

    def __str__(self) -> str:
        return f"dès le {self.valid_from}"


class ChosenFrequency(UUIDModel):
    """How often a merchant wishes to be settled, for the periods that begin on a day or later."""

    merchant_id = models.UUIDField("commerçant")
    frequency = models.CharField("réglé", max_length=10, choices=FrequencyChoices.choices)
    valid_from = models.DateField("à partir du")
    chosen_at = models.DateTimeField("choisi le")

    class Meta:
        verbose_name = "rythme choisi"
        verbose_name_plural = "rythmes choisis"
        ordering = ["merchant_id", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "valid_from"], name="settlements_one_choice_per_day"),
            models.CheckConstraint(
                condition=Q(frequency__in=sorted(FrequencyChoices.values)), name="settlements_choice_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_frequency_display()} dès le {self.valid_from}"
