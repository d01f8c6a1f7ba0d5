"""Payments, refunds, and the events Stripe sent us."""

from django.db import models
from django.db.models import F, Q

# Models of one app are found here, wherever they are written.
from billing.payments.balance_models import (  # noqa: F401  (Django looks for models here)
    BalanceMovement,
    BalanceReading,
    CompanyPayout,
    CompanyTopUp,
)
from billing.payments.deposit_models import (  # noqa: F401  (Django looks for models here)
    ChequeMadeGood,
    Deposit,
    DepositedCheque,
    Drawer,
    UnpaidCheque,
)
from shared.models import UUIDModel


class Mode(models.TextChoices):
    CARD = "card", "carte bancaire, en ligne"
    CASH = "cash", "espèces"
    CHEQUE = "cheque", "chèque"
    TERMINAL = "terminal", "carte bancaire, au comptoir"
    # Made by hand, at the company's bank.
    TRANSFER = "transfer", "virement"


DESK_MODES = (Mode.CASH, Mode.CHEQUE, Mode.TERMINAL)


class PaymentState(models.TextChoices):
    PENDING = "pending", "en attente"
    # A ceiling is held on the card: no money yet.
    AUTHORISED = "authorised", "autorisé"
    SUCCEEDED = "succeeded", "payé"
    FAILED = "failed", "refusé"
    EXPIRED = "expired", "expiré"
    CANCELLED = "cancelled", "abandonné"


# Money that arrived has arrived, however late Stripe says so; nothing ever takes a success back (a refund is another
# fact, with its own row). A card authorises a payment once: `Payment.authorised_at` says that it has.
PAYMENT_TRANSITIONS: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.PENDING: frozenset(
        {
            PaymentState.AUTHORISED,
            PaymentState.SUCCEEDED,
            PaymentState.FAILED,
            PaymentState.EXPIRED,
            PaymentState.CANCELLED,
        }
    ),
    # Taken, let go by us, or let go by Stripe or the bank.
    PaymentState.AUTHORISED: frozenset({PaymentState.SUCCEEDED, PaymentState.CANCELLED, PaymentState.EXPIRED}),
    PaymentState.FAILED: frozenset({PaymentState.AUTHORISED, PaymentState.SUCCEEDED}),
    PaymentState.EXPIRED: frozenset({PaymentState.AUTHORISED, PaymentState.SUCCEEDED}),
    PaymentState.CANCELLED: frozenset({PaymentState.AUTHORISED, PaymentState.SUCCEEDED}),
    PaymentState.SUCCEEDED: frozenset(),
}


class Payment(UUIDModel):
    """What was asked of a customer for one thing (`reference`: an order), and whether it came."""

    reference = models.UUIDField("référence", db_index=True)
    label = models.CharField("libellé", max_length=200)
    amount_cents = models.PositiveIntegerField("montant")
    # Asked for, not yet confirmed, or confirmed: what may no longer be refunded.
    refunded_cents = models.PositiveIntegerField("remboursé", default=0)
    # Given back by the bank, for goods that were never handed over: a dispute that was lost.
    charged_back_cents = models.PositiveIntegerField("rendu par la banque", default=0)
    # On top of what was paid before, for the same thing.
    supplement = models.BooleanField("complément", default=False)
    mode = models.CharField("moyen", max_length=10, choices=Mode.choices)
    state = models.CharField("état", max_length=10, choices=PaymentState.choices)
    created_at = models.DateTimeField("demandé le")
    closed_at = models.DateTimeField("dénoué le", null=True)
    actor_label = models.CharField("encaissé par", max_length=200, blank=True)
    # Why the last card was refused, as Stripe says it to the customer.
    failure = models.CharField("dernier refus", max_length=300, blank=True)

    # The call that opens Stripe's page is written down before it is made, so that a lost answer can be asked for again.
    idempotency_key = models.CharField(max_length=80, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)
    checkout_attempt = models.PositiveSmallIntegerField(default=0)
    checkout_request = models.JSONField(null=True)
    checkout_requested_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField("expire le", null=True)
    expiry_asked_at = models.DateTimeField(null=True)
    stripe_session_id = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)
    stripe_intent_id = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)
    url = models.TextField("page de paiement", blank=True)

    # The most that a card may be asked for, held rather than taken until the price is known; None: taken at once.
    ceiling_cents = models.PositiveIntegerField("plafond autorisé", null=True)
    authorised_at = models.DateTimeField("autorisé le", null=True)
    capture_before = models.DateTimeField("à prendre avant le", null=True)
    # What is taken of it, once, and its key: written down before Stripe is asked.
    capture_cents = models.PositiveIntegerField("à prendre", null=True)
    capture_attempt = models.PositiveSmallIntegerField(default=0)
    capture_key = models.CharField(max_length=80, unique=True, null=True)  # noqa: DJ001  (unique, or not asked)
    capture_asked_at = models.DateTimeField(null=True)
    void_asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "paiement"
        verbose_name_plural = "paiements"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="payments_payment_amount_positive",
                violation_error_message="Un paiement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__lte=F("amount_cents") - F("charged_back_cents")),
                name="payments_never_refund_more_than_paid",
                violation_error_message="On ne rembourse pas plus que ce qui a été payé.",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents=0) | Q(state="succeeded"),
                name="payments_refund_what_was_paid",
                violation_error_message="On ne rembourse que ce qui a été payé.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(PaymentState.values)), name="payments_payment_state_known"
            ),
            models.CheckConstraint(condition=Q(mode__in=sorted(Mode.values)), name="payments_payment_mode_known"),
            models.CheckConstraint(
                condition=~Q(state="authorised") | Q(ceiling_cents__isnull=False, authorised_at__isnull=False),
                name="payments_authorised_up_to_a_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(ceiling_cents__isnull=True)
                | Q(amount_cents__lte=F("ceiling_cents"))
                & (Q(capture_cents__isnull=True) | Q(capture_cents__lte=F("ceiling_cents"))),
                name="payments_never_take_more_than_authorised",
                violation_error_message="On ne prend pas plus que ce que le client a autorisé.",
            ),
            models.CheckConstraint(
                condition=Q(capture_asked_at__isnull=True) | Q(void_asked_at__isnull=True),
                name="payments_taken_or_let_go",
                violation_error_message="Une autorisation est prise ou levée, jamais les deux.",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state="pending"),
                name="payments_one_pending_per_reference",
                violation_error_message="Un paiement est déjà en cours.",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(mode="card")
                & Q(state="succeeded", supplement=False, refunded_cents__lt=F("amount_cents")),
                name="payments_paid_once_at_the_desk",
                violation_error_message="Cette commande est déjà payée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} : {self.get_state_display()}"

    @property
    def is_held(self) -> bool:
        """Whether a card holds its ceiling, and nobody has asked that it be let go."""
        return self.state == PaymentState.AUTHORISED and self.void_asked_at is None

    @property
    def refundable_cents(self) -> int:
        if self.state != PaymentState.SUCCEEDED:
            return 0
        return self.amount_cents - self.refunded_cents - self.charged_back_cents


class RefundState(models.TextChoices):
    PENDING = "pending", "en cours"
    SUCCEEDED = "succeeded", "remboursé"
    FAILED = "failed", "échoué"


# A bank may send a refund back days after Stripe called it done: the one success that can still fail.
REFUND_TRANSITIONS: dict[RefundState, frozenset[RefundState]] = {
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
}


class Refund(UUIDModel):
    """Money going back to a customer. `reference` is the cause (a line, an order): one refund per payment and cause."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name="paiement")
    reference = models.UUIDField("cause", db_index=True)
    amount_cents = models.PositiveIntegerField("montant")
    reason = models.CharField("motif", max_length=200)
    # How the money goes back: as it came for a card, as the concierge gives it at the desk.
    mode = models.CharField("moyen", max_length=10, choices=Mode.choices)
    state = models.CharField("état", max_length=10, choices=RefundState.choices, default=RefundState.PENDING)
    created_at = models.DateTimeField("demandé le")
    closed_at = models.DateTimeField("dénoué le", null=True)
    actor_label = models.CharField("rendu par", max_length=200, blank=True)
    failure = models.CharField("motif de l’échec", max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, unique=True)
    sent_at = models.DateTimeField(null=True)
    stripe_refund_id = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)

    class Meta:
        verbose_name = "remboursement"
        verbose_name_plural = "remboursements"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="payments_refund_amount_positive",
                violation_error_message="Un remboursement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(RefundState.values)), name="payments_refund_state_known"
            ),
            models.CheckConstraint(condition=Q(mode__in=sorted(Mode.values)), name="payments_refund_mode_known"),
            models.UniqueConstraint(
                fields=["payment", "reference"],
                condition=~Q(state="failed"),
                name="payments_one_refund_per_cause",
                violation_error_message="Ce remboursement est déjà demandé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} : {self.get_state_display()}"


class AmountMismatch(UUIDModel):
    """Stripe took another amount or currency for a payment than was asked: nothing is posted until somebody looks."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="mismatches", verbose_name="paiement")
    taken_cents = models.PositiveIntegerField("pris, en centièmes")
    currency = models.CharField("devise", max_length=3)
    seen_at = models.DateTimeField("vu le")
    closed_at = models.DateTimeField("réglé le", null=True)

    class Meta:
        verbose_name = "montant inattendu"
        verbose_name_plural = "montants inattendus"
        ordering = ["seen_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "taken_cents", "currency"], name="payments_mismatch_once_per_amount"
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment.label} : {self.taken_cents} {self.currency}"


class WebhookEvent(UUIDModel):
    """An event of Stripe about this town, kept once however often it is sent.

    Only what is needed to fetch the object again is kept: the object itself names people.
    """

    stripe_id = models.CharField(max_length=100, unique=True)
    type = models.CharField("type", max_length=120)
    object_id = models.CharField("objet", max_length=100, blank=True)
    metadata = models.JSONField("repères", default=dict)
    created_at = models.DateTimeField("produit le")
    received_at = models.DateTimeField("reçu le")
    processed_at = models.DateTimeField("traité le", null=True)
    outcome = models.CharField("suite", max_length=200, blank=True)

    class Meta:
        verbose_name = "événement Stripe"
        verbose_name_plural = "événements Stripe"
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}"


class DisputeState(models.TextChoices):
    OPEN = "open", "ouverte"
    WON = "won", "gagnée"
    LOST = "lost", "perdue"
    CLOSED = "closed", "close sans suite"


# A bank may look again at what it had closed without a word; a verdict stands.
DISPUTE_TRANSITIONS: dict[DisputeState, frozenset[DisputeState]] = {
    DisputeState.OPEN: frozenset({DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED}),
    DisputeState.CLOSED: frozenset({DisputeState.OPEN, DisputeState.WON, DisputeState.LOST}),
    DisputeState.WON: frozenset(),
    DisputeState.LOST: frozenset(),
}


class Dispute(UUIDModel):
    """A customer contests a card payment at the bank, which takes the money back while it decides."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes", verbose_name="paiement")
    stripe_id = models.CharField("contestation Stripe", max_length=100, unique=True)
    amount_cents = models.PositiveIntegerField("montant contesté")
    # What the bank has taken and not given back: what is on account 4675 for this dispute until it is decided.
    withdrawn_cents = models.PositiveIntegerField("repris par la banque", default=0)
    reason = models.CharField("motif", max_length=60)
    state = models.CharField("état", max_length=10, choices=DisputeState.choices, default=DisputeState.OPEN)
    # The bank awaits our evidence, or looks at what it was sent.
    answered = models.BooleanField("réponse envoyée", default=False)
    evidence_due_at = models.DateTimeField("réponse attendue avant le", null=True)
    opened_at = models.DateTimeField("ouverte le")
    closed_at = models.DateTimeField("close le", null=True)
    decided_at = models.DateTimeField("décidée le", null=True)
    decided_by = models.CharField("décidée par", max_length=200, blank=True)
    decision = models.CharField("motif de la décision", max_length=300, blank=True)

    class Meta:
        verbose_name = "contestation"
        verbose_name_plural = "contestations"
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=sorted(DisputeState.values)), name="payments_dispute_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | ~Q(decision="") & Q(state="lost"),
                name="payments_dispute_decided_with_a_reason",
                violation_error_message="On décide d’une contestation perdue, en disant pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment.label} : contestation {self.get_state_display()}"


class Bearer(models.TextChoices):
    """Who bears a dispute that was lost, or a refund of what was handed over."""

    CUSTOMER = "customer", "personne, rien n’a été remis"
    MERCHANT = "merchant", "un commerçant"
    COMPANY = "company", "l’exploitant"
    COMMUNE = "commune", "la commune"


class DisputeShare(UUIDModel):
    """What somebody bears of a dispute that was lost."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="shares", verbose_name="contestation")
    bearer = models.CharField("à la charge de", max_length=10, choices=Bearer.choices)
    merchant_id = models.UUIDField("commerçant", null=True)
    amount_cents = models.PositiveIntegerField("montant")

    class Meta:
        verbose_name = "part d’une contestation"
        verbose_name_plural = "parts d’une contestation"
        ordering = ["dispute", "bearer", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payments_dispute_share_amount_positive"),
            models.CheckConstraint(
                condition=Q(bearer__in=sorted(Bearer.values)), name="payments_dispute_share_bearer_known"
            ),
            models.CheckConstraint(
                condition=Q(bearer="merchant", merchant_id__isnull=False)
                | ~Q(bearer="merchant") & Q(merchant_id__isnull=True),
                name="payments_dispute_share_names_its_merchant",
                violation_error_message="Une part de commerçant dit lequel, et elle seule.",
            ),
            models.UniqueConstraint(
                fields=["dispute", "bearer", "merchant_id"],
                nulls_distinct=False,
                name="payments_dispute_one_share_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_bearer_display()} : {self.amount_cents}"
