"""What staff ask Stripe to take back of a payout that was sent, and the states that it goes through."""

from django.db import models
from django.db.models import Q

from billing.settlements.models.payouts import Payout
from shared.models import UUIDModel


class ReversalState(models.TextChoices):
    ASKED = "asked", "demandée"
    DONE = "done", "faite"
    REFUSED = "refused", "refusée"
    GIVEN_UP = "given_up", "abandonnée"


# What Stripe refused may be asked again: the merchant's account may hold enough by then.
REVERSAL_TRANSITIONS: dict[ReversalState, frozenset[ReversalState]] = {
    ReversalState.ASKED: frozenset({ReversalState.DONE, ReversalState.REFUSED}),
    ReversalState.REFUSED: frozenset({ReversalState.ASKED, ReversalState.GIVEN_UP}),
    ReversalState.DONE: frozenset(),
    ReversalState.GIVEN_UP: frozenset(),
}


class Reversal(UUIDModel):
    """Part or all of a payout, asked back from the merchant's account at Stripe."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="reversals", verbose_name="reversement")
    # The payout's transfer when it was asked: one that was taken back whole may be sent again, as another.
    stripe_transfer_id = models.CharField("virement Stripe", max_length=100)
    amount_cents = models.BigIntegerField("montant")
    # Shown to the merchant too.
    reason = models.CharField("raison", max_length=200)
    asked_by = models.CharField("demandée par", max_length=200)
    asked_at = models.DateTimeField("demandée le")
    state = models.CharField("état", max_length=10, choices=ReversalState.choices, default=ReversalState.ASKED)
    failure = models.CharField("refus", max_length=300, blank=True)
    closed_at = models.DateTimeField("dénouée le", null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    # Fixed before the call, so that a lost answer can be asked for again.
    idempotency_key = models.CharField(max_length=80, unique=True)
    sending_since = models.DateTimeField("envoi commencé le", null=True)
    stripe_reversal_id = models.CharField("reprise Stripe", max_length=100, unique=True, null=True)  # noqa: DJ001  (unique, or unknown)

    class Meta:
        verbose_name = "reprise de reversement"
        verbose_name_plural = "reprises de reversement"
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="settlements_reversal_amount",
                violation_error_message="Une reprise a un montant.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="settlements_reversal_reason",
                violation_error_message="Une reprise a une raison.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ReversalState.values)), name="settlements_reversal_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReversalState.DONE.value) | Q(stripe_reversal_id__isnull=False),
                name="settlements_reversal_done_at_stripe",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} : {self.amount_cents}"
