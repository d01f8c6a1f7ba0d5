"""The contracts under which merchants pay a commission, each from a date on, and the notices they had of them.

Terms never change and are never removed, and PostgreSQL sees to it: other terms are a new version from another day. A
version that does not hold yet may be withdrawn, which marks it.
"""

from django.db import models
from django.db.models import F, Q

from billing.commissions.terms import Basis, Beneficiary, Terms
from shared.models import UUIDModel
from shared.money import BASIS_POINTS

# Beyond, a merchant would sell for the conciergerie more than for itself: it is a slip of the hand.
HIGHEST_RATE_BP = BASIS_POINTS // 2
HIGHEST_VAT_BP = BASIS_POINTS
HIGHEST_FEE_CENTS = 50_00
HIGHEST_MINIMUM_CENTS = 1_000_00
MOST_FREE_MONTHS = 24


class CommissionTerms(UUIDModel):
    """Terms that hold from `valid_from` on: the town's own when `merchant_id` is empty, else one merchant's."""

    class BasisChoices(models.TextChoices):
        HT = Basis.HT.value, "hors taxes"
        TTC = Basis.TTC.value, "toutes taxes comprises"

    class BeneficiaryChoices(models.TextChoices):
        COMPANY = Beneficiary.COMPANY.value, "l’exploitant"
        TOWN = Beneficiary.TOWN.value, "la commune"

    class WithoutNotice(models.TextChoices):
        """Why terms may hold before the merchants had the days of notice that the law gives them."""

        FIRST = "first", "premières conditions"
        LOWER = "lower", "plus favorables à chaque commerçant"
        AGREED = "agreed", "accord écrit du commerçant"

    # A merchant is a row of the public schema that is never removed, so nothing has to cascade from it.
    merchant_id = models.UUIDField("commerçant", null=True, blank=True)
    rate_bp = models.PositiveIntegerField("taux, en centièmes de pour cent")
    price_basis = models.CharField("commission exprimée", max_length=3, choices=BasisChoices.choices)
    base = models.CharField("calculée sur les ventes", max_length=3, choices=BasisChoices.choices)
    vat_rate_bp = models.PositiveIntegerField("taux de TVA, en centièmes de pour cent")
    beneficiary = models.CharField("au profit de", max_length=10, choices=BeneficiaryChoices.choices)
    fixed_fee_cents = models.PositiveIntegerField("frais par commande, en centimes", default=0)
    minimum_cents = models.PositiveIntegerField("minimum par bordereau, en centimes HT", default=0)
    # Counted from the day the merchant was admitted in the town.
    free_months = models.PositiveSmallIntegerField("premiers mois sans commission", default=0)
    valid_from = models.DateField("à partir du")
    # The merchant's own terms end: from then on the town's hold for it, whatever they become. The figures above are
    # what the town's were to be on that day when it was decided: what the merchant is told.
    follows_town = models.BooleanField("retour aux conditions de la commune", default=False)
    without_notice = models.CharField("sans préavis", max_length=10, choices=WithoutNotice.choices, blank=True)
    agreed_by = models.CharField("accord donné par", max_length=200, blank=True)
    agreed_on = models.DateField("accord donné le", null=True, blank=True)
    withdrawn_on = models.DateField("retirées le", null=True, blank=True)
    created_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "conditions de commission"
        verbose_name_plural = "conditions de commission"
        ordering = ["-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "valid_from"],
                condition=Q(withdrawn_on=None),
                name="commissions_one_terms_per_date",
                nulls_distinct=False,
                violation_error_message="Des conditions sont déjà prévues à partir de cette date.",
            ),
            models.CheckConstraint(
                condition=Q(rate_bp__gte=0, rate_bp__lte=HIGHEST_RATE_BP),
                name="commissions_rate_between_0_and_50_percent",
                violation_error_message="Le taux doit être compris entre 0 et 50 %%.",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate_bp__gte=0, vat_rate_bp__lte=HIGHEST_VAT_BP),
                name="commissions_vat_between_0_and_100_percent",
                violation_error_message="Le taux de TVA doit être compris entre 0 et 100 %%.",
            ),
            models.CheckConstraint(
                condition=Q(fixed_fee_cents__gte=0, fixed_fee_cents__lte=HIGHEST_FEE_CENTS),
                name="commissions_fixed_fee_at_most",
                violation_error_message="Les frais par commande ne peuvent pas dépasser 50 €.",
            ),
            models.CheckConstraint(
                condition=Q(minimum_cents__gte=0, minimum_cents__lte=HIGHEST_MINIMUM_CENTS),
                name="commissions_minimum_at_most",
                violation_error_message="Le minimum par bordereau ne peut pas dépasser 1 000 €.",
            ),
            models.CheckConstraint(
                condition=Q(free_months__gte=0, free_months__lte=MOST_FREE_MONTHS),
                name="commissions_free_months_at_most",
                violation_error_message="Vingt-quatre mois sans commission au plus.",
            ),
            models.CheckConstraint(
                condition=Q(without_notice="agreed", agreed_on__isnull=False, merchant_id__isnull=False)
                & ~Q(agreed_by="")
                | ~Q(without_notice="agreed") & Q(agreed_by="", agreed_on=None),
                name="commissions_agreement_is_somebodys",
                violation_error_message="Un accord écrit est celui d’un commerçant, par quelqu’un et à une date.",
            ),
            models.CheckConstraint(
                condition=Q(follows_town=False) | Q(merchant_id__isnull=False),
                name="commissions_only_a_merchant_follows",
                violation_error_message="Seul un commerçant revient aux conditions de la commune.",
            ),
            models.CheckConstraint(
                condition=Q(without_notice__in=["", "first", "lower", "agreed"]),
                name="commissions_without_notice_known",
                violation_error_message="Cette raison de se passer de préavis est inconnue.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__lt=F("valid_from")),
                name="commissions_withdrawn_before_it_holds",
                violation_error_message="Ces conditions sont déjà en vigueur.",
            ),
            models.CheckConstraint(
                condition=Q(price_basis__in=[basis.value for basis in Basis]),
                name="commissions_price_basis_known",
                violation_error_message="La commission est exprimée hors taxes ou toutes taxes comprises.",
            ),
            models.CheckConstraint(
                condition=Q(base__in=[basis.value for basis in Basis]),
                name="commissions_base_known",
                violation_error_message="La commission porte sur les ventes hors taxes ou toutes taxes comprises.",
            ),
            models.CheckConstraint(
                condition=Q(beneficiary__in=[each.value for each in Beneficiary]),
                name="commissions_beneficiary_known",
                violation_error_message="La commission revient à l’exploitant ou à la commune.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate_bp / 100:g} % {self.price_basis} dès le {self.valid_from}"

    @property
    def terms(self) -> Terms:
        return Terms(
            rate_bp=self.rate_bp,
            price_basis=Basis(self.price_basis),
            base=Basis(self.base),
            vat_rate_bp=self.vat_rate_bp,
            beneficiary=Beneficiary(self.beneficiary),
            fixed_fee_cents=self.fixed_fee_cents,
            minimum_cents=self.minimum_cents,
        )


class TermsNotice(UUIDModel):
    """What one merchant was told of terms: when, and from which day they hold for it.

    Terms that one was told of wait for `effective_from`, which is known once the mail has left, or at once when no
    notice was due. A merchant without a row was not there when the terms were set: they hold for it as they are.
    """

    terms = models.ForeignKey(
        CommissionTerms, on_delete=models.PROTECT, related_name="notices", verbose_name="conditions"
    )
    merchant_id = models.UUIDField("commerçant")
    # No foreign key: messages are forgotten after some years, in public too, where this table is not.
    message_id = models.UUIDField("message", null=True, unique=True)
    # The one that said that the terms were withdrawn.
    withdrawal_id = models.UUIDField("message de retrait", null=True, unique=True)
    created_at = models.DateTimeField("décidé le")
    sent_at = models.DateTimeField("prévenu le", null=True)
    effective_from = models.DateField("applicable à partir du", null=True)

    class Meta:
        verbose_name = "information d’un commerçant"
        verbose_name_plural = "informations des commerçants"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "merchant_id"], name="commissions_one_notice_each"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(message_id__isnull=False, effective_from__isnull=False),
                name="commissions_notice_sent_is_a_message",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id"], name="commissions_notices_of")]

    def __str__(self) -> str:
        return f"{self.terms_id} : {self.merchant_id}"
