"""What staff ask to be given back on an order, who bears each part of it, and what was decided."""

from django.db import models
from django.db.models import Q

from billing.settlements.bearing import BEARERS
from shared.french import NBSP
from shared.models import UUIDModel

LONGEST_WORDS = 200


class RefundReason(models.TextChoices):
    DAMAGED = "damaged", "produit abîmé ou impropre"
    MISSING = "missing", "produit manquant"
    WRONG = "wrong", "erreur de produit"
    QUALITY = "quality", "qualité décevante"
    PRICE = "price", "erreur de prix"
    LATE = "late", "retard"
    WITHDRAWAL = "withdrawal", "rétractation"
    GOODWILL = "goodwill", "geste commercial"
    OTHER = "other", "autre raison"


class RequestState(models.TextChoices):
    WAITING = "waiting", "à approuver"
    GRANTED = "granted", "accordé"
    DECLINED = "declined", "refusé"


REQUEST_TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.WAITING: frozenset({RequestState.GRANTED, RequestState.DECLINED}),
    RequestState.GRANTED: frozenset(),
    RequestState.DECLINED: frozenset(),
}


class RefundRequest(UUIDModel):
    """A refund that somebody of the town asked for. What it says never changes; it is decided once."""

    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="refund_requests", verbose_name="commande"
    )
    # One form makes one request, however often it is sent.
    token = models.UUIDField("formulaire", unique=True)
    reason = models.CharField("motif", max_length=20, choices=RefundReason.choices)
    words = models.CharField("explication", max_length=LONGEST_WORDS)
    amount_cents = models.PositiveIntegerField("montant")
    state = models.CharField("état", max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    asked_at = models.DateTimeField("demandé le")
    asked_by = models.CharField("demandé par", max_length=200)
    decided_at = models.DateTimeField("décidé le", null=True)
    decided_by = models.CharField("décidé par", max_length=200, blank=True)
    # Small enough to need nobody's approval.
    at_once = models.BooleanField("sans approbation", default=False)
    # Why it was declined.
    answer = models.CharField("réponse", max_length=LONGEST_WORDS, blank=True)
    # Granted before the handover, it made the order smaller; after it, it made the customer a creditor again.
    after_handover = models.BooleanField("après la remise", default=False)

    class Meta:
        verbose_name = "demande de remboursement"
        verbose_name_plural = "demandes de remboursement"
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="orders_refund_request_positive",
                violation_error_message="Un remboursement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(state__in=["granted", "declined"], decided_at__isnull=False),
                name="orders_refund_request_decided_once",
                violation_error_message="Une demande est décidée ou ne l’est pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} : {self.get_state_display()}"

    @property
    def said(self) -> str:
        """The reason in full, as its customer and its merchant read it."""
        return f"{self.get_reason_display()}{NBSP}: {self.words}" if self.words else str(self.get_reason_display())

    @property
    def is_waiting(self) -> bool:
        return self.state == RequestState.WAITING


class RefundLine(UUIDModel):
    """Part of a refund: of one line of the order, or tied to none; and who bears it."""

    request = models.ForeignKey(
        RefundRequest, on_delete=models.PROTECT, related_name="lines", verbose_name="demande de remboursement"
    )
    line = models.ForeignKey(
        "orders.Line", on_delete=models.PROTECT, null=True, related_name="refund_lines", verbose_name="ligne"
    )
    # How many of the line, when whole ones are given back.
    quantity = models.PositiveSmallIntegerField("quantité", null=True)
    amount_cents = models.PositiveIntegerField("montant")
    bearer = models.CharField("à la charge de", max_length=10, choices=[(each.value, each.label) for each in BEARERS])

    class Meta:
        verbose_name = "ligne de remboursement"
        verbose_name_plural = "lignes de remboursement"
        ordering = ["request", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="orders_refund_line_positive",
                violation_error_message="Un remboursement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(bearer__in=sorted(each.value for each in BEARERS)), name="orders_refund_line_bearer_known"
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False) | ~Q(bearer="merchant"),
                name="orders_goodwill_is_no_merchants",
                violation_error_message="Un geste commercial est à la charge de l’exploitant ou de la commune.",
            ),
            models.UniqueConstraint(
                fields=["request", "line"],
                name="orders_refund_line_once",
                violation_error_message="Cette ligne est déjà dans la demande.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents} à la charge de {self.get_bearer_display()}"
