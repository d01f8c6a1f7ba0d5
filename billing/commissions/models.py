"""The contracts under which merchants pay a commission: each holds from a date on, until the next one."""

from django.db import models
from django.db.models import Q

from billing.commissions.terms import Basis, Beneficiary, Terms
from shared.models import UUIDModel
from shared.money import BASIS_POINTS

HIGHEST_RATE_BP = BASIS_POINTS


class CommissionTerms(UUIDModel):
    """Terms that hold from `valid_from` on: the town's own when `merchant_id` is empty, else one merchant's."""

    class BasisChoices(models.TextChoices):
        HT = Basis.HT.value, "hors taxes"
        TTC = Basis.TTC.value, "toutes taxes comprises"

    class BeneficiaryChoices(models.TextChoices):
        COMPANY = Beneficiary.COMPANY.value, "l’exploitant"
        TOWN = Beneficiary.TOWN.value, "la commune"

    # A merchant is a row of the public schema; it is only ever archived, so nothing has to cascade from it.
    merchant_id = models.UUIDField("commerçant", null=True, blank=True)
    rate_bp = models.PositiveIntegerField("taux, en centièmes de pour cent")
    price_basis = models.CharField("commission exprimée", max_length=3, choices=BasisChoices.choices)
    base = models.CharField("calculée sur les ventes", max_length=3, choices=BasisChoices.choices)
    vat_rate_bp = models.PositiveIntegerField("taux de TVA, en centièmes de pour cent")
    beneficiary = models.CharField("au profit de", max_length=10, choices=BeneficiaryChoices.choices)
    valid_from = models.DateField("à partir du")
    created_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "conditions de commission"
        verbose_name_plural = "conditions de commission"
        ordering = ["-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "valid_from"],
                name="commissions_one_terms_per_date",
                nulls_distinct=False,
                violation_error_message="Des conditions sont déjà prévues à partir de cette date.",
            ),
            models.CheckConstraint(
                condition=Q(rate_bp__gte=0, rate_bp__lte=HIGHEST_RATE_BP),
                name="commissions_rate_between_0_and_100_percent",
                violation_error_message="Le taux doit être compris entre 0 et 100 %%.",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate_bp__gte=0, vat_rate_bp__lte=HIGHEST_RATE_BP),
                name="commissions_vat_between_0_and_100_percent",
                violation_error_message="Le taux de TVA doit être compris entre 0 et 100 %%.",
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
        )
