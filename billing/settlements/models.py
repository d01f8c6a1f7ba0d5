"""Sales waiting to be settled, the statements that settle them, and the payouts that follow.

A statement and its segments are written once: PostgreSQL refuses to change or delete them, so whatever happens to the
money afterwards lives in `Payout`. A sale's facts never change either; it only joins a statement, once.
"""

from django.db import models
from django.db.models import F, Q

from billing.commissions.arithmetic import SegmentKind
from billing.commissions.frozen import TermsModel
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


class Statement(UUIDModel):
    """What a merchant sold in a period, the commission on it, and what it comes to.

    net = opening + gross + adjustments + other movements - commission - VAT. A net below zero is carried to the next
    statement, never claimed; so is one below the town's least payout.
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
    adjustments_cents = models.BigIntegerField("ajustements", default=0)
    # What moved the merchant's account and is none of the others: a dispute that it bears.
    other_cents = models.BigIntegerField("autres mouvements", default=0)
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
                    net_cents=F("opening_cents")
                    + F("gross_cents")
                    + F("adjustments_cents")
                    + F("other_cents")
                    - F("commission_ht_cents")
                    - F("vat_cents")
                ),
                name="settlements_statement_adds_up",
                violation_error_message="Le net n’est pas le compte de ce qui le précède.",
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
        """What the next statement opens with, if nothing else happens: the net, unless a payout was decided."""
        return self.net_cents if self.payout_or_none is None else 0


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


class SaleKind(models.TextChoices):
    SALE = "sale", "vente"
    REFUND = "refund", "remboursement"


class Sale(TermsModel):
    """What one merchant sold in one order, as it was handed over; or what it bears of a refund, below zero.

    A refund has the terms of the sale that it corrects, so that the base of a commission is one exact signed sum.
    """

    kind = models.CharField("nature", max_length=10, choices=SaleKind.choices, default=SaleKind.SALE)
    shop_order_id = models.UUIDField("sous-commande", db_index=True)
    order_number = models.CharField("commande", max_length=40)
    merchant_id = models.UUIDField("commerçant")
    # Of a refund, when it was decided: it joins the statement of that day.
    handed_over_at = models.DateTimeField("remise le")
    # Of a refund: the sale, and the line of the refund that is its cause.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections", verbose_name="vente corrigée"
    )
    cause = models.UUIDField("cause", unique=True, null=True)
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
            models.UniqueConstraint(
                fields=["shop_order_id"],
                condition=Q(kind="sale"),
                name="settlements_one_sale_per_shop_order",
                violation_error_message="Cette vente est déjà notée.",
            ),
            models.CheckConstraint(
                condition=Q(kind="sale", gross_cents__gt=0, corrects__isnull=True, cause__isnull=True)
                | Q(kind="refund", gross_cents__lt=0, corrects__isnull=False, cause__isnull=False),
                name="settlements_sale_signed_by_kind",
                violation_error_message="Une vente est positive ; un remboursement, négatif, dit ce qu’il corrige.",
            ),
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
    def is_refund(self) -> bool:
        return self.kind == SaleKind.REFUND

    @property
    def is_of_settled_sale(self) -> bool:
        """Whether a refund corrects a sale that another statement had: its commission was invoiced, and is credited.

        Netted in the same statement, it needs no credit note. Load `corrects` with lists.
        """
        corrected = self.corrects
        return corrected is not None and corrected.statement_id not in {None, self.statement_id}

    @property
    def by_vat_rate(self) -> dict[int, int]:
        """Cents with VAT by VAT rate of the goods, in basis points."""
        return {int(rate): int(cents) for rate, cents in self.ttc_by_vat_rate.items()}


class DraftState(models.TextChoices):
    PENDING = "pending", "à relire"
    HELD = "held", "retenu"
    ISSUED = "issued", "émis"
    ABSORBED = "absorbed", "repris dans le suivant"


# What is held may still be issued, until a later period takes it.
DRAFT_TRANSITIONS: dict[DraftState, frozenset[DraftState]] = {
    DraftState.PENDING: frozenset({DraftState.HELD, DraftState.ISSUED, DraftState.ABSORBED}),
    DraftState.HELD: frozenset({DraftState.ISSUED, DraftState.ABSORBED}),
    DraftState.ISSUED: frozenset(),
    DraftState.ABSORBED: frozenset(),
}


class Draft(UUIDModel):
    """A statement that is not issued yet, because somebody must look at it first or something is missing.

    It has no number and no figures: those are worked out each time it is looked at, and once for all at issue.
    """

    merchant_id = models.UUIDField("commerçant")
    period_start = models.DateField("du")
    period_end = models.DateField("au")
    state = models.CharField("état", max_length=10, choices=DraftState.choices, default=DraftState.PENDING)
    # Why it is held; shown to the merchant too.
    reason = models.CharField("raison", max_length=300, blank=True)
    decided_by = models.CharField("relu par", max_length=200, blank=True)
    drafted_at = models.DateTimeField("préparé le")
    decided_at = models.DateTimeField("relu le", null=True)
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, related_name="draft", verbose_name="bordereau"
    )

    class Meta:
        verbose_name = "bordereau à relire"
        verbose_name_plural = "bordereaux à relire"
        ordering = ["period_end", "id"]
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "period_end"], name="settlements_one_draft_per_period"),
            models.UniqueConstraint(
                fields=["merchant_id"],
                condition=Q(state__in=["pending", "held"]),
                name="settlements_one_open_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(DraftState.values)), name="settlements_draft_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.HELD.value) | ~Q(reason=""),
                name="settlements_held_for_a_reason",
                violation_error_message="Dites pourquoi ce bordereau est retenu.",
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.ISSUED.value, statement__isnull=False)
                | (~Q(state=DraftState.ISSUED.value) & Q(statement__isnull=True)),
                name="settlements_draft_issued_as",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} au {self.period_end} : {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in {DraftState.PENDING, DraftState.HELD}


class Adjustment(UUIDModel):
    """An amount that the town hall adds to a merchant's next statement, or takes from it.

    It never changes: what was wrong is undone by another.
    """

    class BorneBy(models.TextChoices):
        COMPANY = "company", "l’exploitant"
        COMMUNE = "commune", "la commune"

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
                condition=Q(borne_by__in=["company", "commune"]), name="settlements_adjustment_borne_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents:+d} : {self.reason}"


class PayoutState(models.TextChoices):
    WAITING = "waiting", "en attente"
    SENDING = "sending", "en cours d’envoi"
    SENT = "sent", "viré"
    CONFIRMED = "confirmed", "confirmé par la banque"
    FAILED = "failed", "échoué"


# A transfer that Stripe reverses, or that a bank returns, fails after it was sent; the amount is then owed to the
# merchant again. What failed may be sent again as long as no later statement has opened with it.
PAYOUT_TRANSITIONS: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.WAITING: frozenset({PayoutState.SENDING}),
    PayoutState.SENDING: frozenset({PayoutState.WAITING, PayoutState.SENT, PayoutState.FAILED}),
    PayoutState.SENT: frozenset({PayoutState.CONFIRMED, PayoutState.FAILED}),
    PayoutState.CONFIRMED: frozenset({PayoutState.FAILED}),
    PayoutState.FAILED: frozenset({PayoutState.WAITING}),
}


# Decided, and not with the merchant yet: Stripe's word is final, a bank's comes after.
UNDER_WAY = Q(state__in=[PayoutState.WAITING.value, PayoutState.SENDING.value]) | Q(
    state=PayoutState.SENT.value, means=Means.SEPA.value
)


class Payout(UUIDModel):
    """The transfer of a statement's net to its merchant."""

    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, related_name="payout", verbose_name="bordereau"
    )
    merchant_id = models.UUIDField("commerçant")
    amount_cents = models.BigIntegerField("montant")
    means = models.CharField("moyen", max_length=10, choices=Means.choices, default=Means.STRIPE)
    # The account it goes to, as it was when the statement was issued; for a bank transfer.
    iban = models.CharField("IBAN", max_length=34, blank=True)
    # The merchant has another account since, and somebody said that this one is right all the same.
    iban_kept = models.BooleanField("IBAN gardé", default=False)
    # Not before this day of the town.
    due_on = models.DateField("dû le", null=True)
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
            models.CheckConstraint(condition=Q(means__in=sorted(Means.values)), name="settlements_payout_means_known"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} : {self.get_state_display()}"
