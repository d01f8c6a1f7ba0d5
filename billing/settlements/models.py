"""Sales waiting to be settled, the statements that settle them, and the payouts that follow.

A statement and its segments are written once: PostgreSQL refuses to change or delete them, so whatever happens to the
money afterwards lives in `Payout`. A sale's facts never change either; it only joins a statement, once.
"""

from django.db import models
from django.db.models import F, Q

from billing.commissions.arithmetic import SegmentKind
from billing.commissions.frozen import TermsModel
from shared.models import UUIDModel


class Statement(UUIDModel):
    """What a merchant sold in a period, the commission on it, and what it comes to.

    net = opening + gross - commission - VAT. A net below zero is carried to the next statement, never claimed.
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
    commission_ht_cents = models.BigIntegerField("commission HT")
    vat_cents = models.BigIntegerField("TVA sur la commission")
    opening_cents = models.BigIntegerField("report")
    net_cents = models.BigIntegerField("net")
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
                    net_cents=F("opening_cents") + F("gross_cents") - F("commission_ht_cents") - F("vat_cents")
                ),
                name="settlements_statement_adds_up",
                violation_error_message="Le net n’est pas le report plus les ventes moins la commission.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def commission_ttc_cents(self) -> int:
        return self.commission_ht_cents + self.vat_cents

    @property
    def payout_or_none(self) -> "Payout | None":
        """The payout of its net; None when the net is carried. Use `select_related("payout")` for lists."""
        try:
            return self.payout
        except Payout.DoesNotExist:
            return None

    @property
    def carried_cents(self) -> int:
        """What the next statement opens with, if nothing else happens: zero, or a negative number of cents."""
        return min(self.net_cents, 0)


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


class Sale(TermsModel):
    """What one merchant sold in one order, as it was handed over."""

    shop_order_id = models.UUIDField("sous-commande", unique=True)
    order_number = models.CharField("commande", max_length=40)
    merchant_id = models.UUIDField("commerçant")
    handed_over_at = models.DateTimeField("remise le")
    gross_cents = models.BigIntegerField("montant TTC")
    # {"2000": cents with VAT, …}: VAT rates of the goods in basis points.
    ttc_by_vat_rate = models.JSONField("TTC par taux de TVA")
    # How many times the fixed fee is owed: once for a sale; not for a part given back; -1 once all of it was.
    fee_count = models.SmallIntegerField("frais par commande dus", default=1)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="sales", verbose_name="bordereau"
    )

    class Meta:
        verbose_name = "vente"
        verbose_name_plural = "ventes"
        ordering = ["handed_over_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(gross_cents__gt=0), name="settlements_sale_amount_positive"),
            models.CheckConstraint(
                condition=Q(gross_cents__gt=0, fee_count=1) | Q(gross_cents__lt=0, fee_count__in=[-1, 0]),
                name="settlements_sale_fee_once",
                violation_error_message="Une vente doit les frais d’une commande ; un remboursement n’en doit pas.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "handed_over_at"],
                condition=Q(statement__isnull=True),
                name="settlements_sale_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} : {self.gross_cents}"

    @property
    def by_vat_rate(self) -> dict[int, int]:
        """Cents with VAT by VAT rate of the goods, in basis points."""
        return {int(rate): int(cents) for rate, cents in self.ttc_by_vat_rate.items()}


class PayoutState(models.TextChoices):
    WAITING = "waiting", "en attente"
    SENDING = "sending", "en cours d’envoi"
    SENT = "sent", "viré"
    FAILED = "failed", "échoué"


# A transfer that Stripe reverses fails after it was sent; the amount is then owed to the merchant again. What failed
# may be sent again as long as no later statement has opened with it.
PAYOUT_TRANSITIONS: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.WAITING: frozenset({PayoutState.SENDING}),
    PayoutState.SENDING: frozenset({PayoutState.WAITING, PayoutState.SENT, PayoutState.FAILED}),
    PayoutState.SENT: frozenset({PayoutState.FAILED}),
    PayoutState.FAILED: frozenset({PayoutState.WAITING}),
}


class Payout(UUIDModel):
    """The transfer of a statement's net to its merchant."""

    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, related_name="payout", verbose_name="bordereau"
    )
    merchant_id = models.UUIDField("commerçant")
    amount_cents = models.BigIntegerField("montant")
    state = models.CharField("état", max_length=10, choices=PayoutState.choices, default=PayoutState.WAITING)
    # Why it waits or failed, for the merchant and the town hall.
    reason = models.CharField("explication", max_length=300, blank=True)
    created_at = models.DateTimeField("décidé le")
    sending_since = models.DateTimeField("envoi commencé le", null=True)
    closed_at = models.DateTimeField("dénoué le", null=True)
    # Fixed before the call, so that a lost answer can be asked for again.
    destination = models.CharField("compte Stripe", max_length=80, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, unique=True)
    stripe_transfer_id = models.CharField("virement Stripe", max_length=100, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)
    reversed_cents = models.BigIntegerField("repris", default=0)

    class Meta:
        verbose_name = "reversement"
        verbose_name_plural = "reversements"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="settlements_payout_amount_positive",
                violation_error_message="Un reversement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(reversed_cents__gte=0, reversed_cents__lte=F("amount_cents")),
                name="settlements_payout_reversed_at_most",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(PayoutState.values)), name="settlements_payout_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} : {self.get_state_display()}"
