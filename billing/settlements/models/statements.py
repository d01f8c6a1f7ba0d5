"""The statements of what merchants sold: written once, PostgreSQL refuses to change or delete them.

Whatever happens to the money afterwards lives in `Payout`.
"""

from django.db import models
from django.db.models import F, Q

from billing.commissions.arithmetic import SegmentKind
from billing.commissions.frozen import TermsModel
from shared.models import UUIDModel


class Statement(UUIDModel):
    """What a merchant sold in a period, the commission on it, and what it comes to.

    net = opening + gross - paid in the shop + adjustments + other movements - commission - VAT. A net below zero is
    carried to the next statement; so is one below the town's least payout. Of a net below zero only the commission on
    what was paid in the shop is claimed (`due_cents`).
    """

    number = models.CharField("numéro", max_length=80)
    merchant_id = models.UUIDField("commerçant")
    merchant_name = models.CharField("raison sociale", max_length=200)
    merchant_siret = models.CharField("SIRET", max_length=14)
    iban_last4 = models.CharField("fin de l’IBAN", max_length=4, blank=True)
    issuer_name = models.CharField("émetteur", max_length=200)
    issuer_siren = models.CharField("SIREN de l’émetteur", max_length=9)
    issuer_vat_number = models.CharField("numéro de TVA de l’émetteur", max_length=20)
    town_name = models.CharField("commune", max_length=100)
    period_start = models.DateField("du")
    period_end = models.DateField("au")
    sales_count = models.PositiveIntegerField("ventes")
    gross_cents = models.BigIntegerField("ventes TTC")
    # Of these sales, what customers paid the merchant itself.
    unheld_cents = models.BigIntegerField("dont réglées chez le commerçant", default=0)
    commission_ht_cents = models.BigIntegerField("commission HT")
    vat_cents = models.BigIntegerField("TVA sur la commission")
    opening_cents = models.BigIntegerField("report")
    adjustments_cents = models.BigIntegerField("ajustements", default=0)
    # What moved the merchant's account and is none of the others: a dispute that it bears.
    other_cents = models.BigIntegerField("autres mouvements", default=0)
    net_cents = models.BigIntegerField("net")
    # What the merchant is asked to pay: never more than the net is below zero.
    due_cents = models.PositiveBigIntegerField("à nous régler", default=0)
    issued_at = models.DateTimeField("émis le")
    hash = models.CharField("empreinte SHA-256", max_length=64)

    class Meta:
        verbose_name = "bordereau de reversement"
        verbose_name_plural = "bordereaux de reversement"
        ordering = ["-period_end", "number"]
        constraints = [
            models.UniqueConstraint(fields=["issuer_siren", "number"], name="settlements_number_once_per_issuer"),
            models.UniqueConstraint(
                fields=["merchant_id", "period_end"],
                name="settlements_one_statement_per_period",
                violation_error_message="Ce commerçant a déjà un bordereau pour cette période.",
            ),
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end")), name="settlements_statement_period_ordered"
            ),
            models.CheckConstraint(
                condition=Q(
                    net_cents=F("opening_cents")
                    + F("gross_cents")
                    - F("unheld_cents")
                    + F("adjustments_cents")
                    + F("other_cents")
                    - F("commission_ht_cents")
                    - F("vat_cents")
                ),
                name="settlements_statement_adds_up",
                violation_error_message="Le net n’est pas le compte de ce qui le précède.",
            ),
            models.CheckConstraint(
                condition=Q(due_cents=0) | Q(net_cents__lte=-F("due_cents")),
                name="settlements_due_within_net",
                violation_error_message="On ne réclame pas plus que ce qui est dû.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def commission_ttc_cents(self) -> int:
        return self.commission_ht_cents + self.vat_cents

    @property
    def has_payout(self) -> bool:
        """Whether its net is paid out; carried otherwise. Use `select_related("payout")` for lists."""
        return hasattr(self, "payout")

    @property
    def carried_cents(self) -> int:
        """What the next statement opens with, if nothing else happens: the net, unless a payout was decided."""
        return 0 if self.has_payout else self.net_cents


class StatementSegment(TermsModel):
    """The part of a statement sold under one set of terms, or what its commission lacked to reach the minimum."""

    class KindChoices(models.TextChoices):
        SALES = SegmentKind.SALES.value, "ventes"
        MINIMUM = SegmentKind.MINIMUM.value, "complément au minimum"

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="segments", verbose_name="bordereau"
    )
    position = models.PositiveSmallIntegerField("rang")
    kind = models.CharField("nature", max_length=10, choices=KindChoices.choices, default=KindChoices.SALES)
    sales_count = models.PositiveIntegerField("ventes")
    fee_count = models.IntegerField("frais par commande dus", default=0)
    gross_cents = models.BigIntegerField("ventes TTC")
    base_cents = models.BigIntegerField("assiette, arrondie pour l’affichage")
    commission_ht_cents = models.BigIntegerField("commission HT")
    vat_cents = models.BigIntegerField("TVA")

    class Meta:
        verbose_name = "part de bordereau"
        verbose_name_plural = "parts de bordereau"
        ordering = ["statement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="settlements_segment_position"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in SegmentKind]), name="settlements_segment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} n° {self.position}"
