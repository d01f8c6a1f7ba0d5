"""The transfers of statements' nets, and the states that they go through."""

from django.db import models
from django.db.models import F, Q

from billing.settlements.models.rules import Means
from billing.settlements.models.statements import Statement
from shared.models import UUIDModel


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


REVERSED_BY_US = "Le virement a été repris à la demande de l’exploitant."


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

    @property
    def was_taken_back(self) -> bool:
        """Whether staff had it taken back whole: it did not fail."""
        return self.state == PayoutState.FAILED and self.reason == REVERSED_BY_US

    @property
    def state_words(self) -> str:
        return "repris" if self.was_taken_back else self.get_state_display()

    def __str__(self) -> str:
        return f"{self.statement_id} : {self.get_state_display()}"


def payout_of(statement: Statement) -> Payout | None:
    """The payout of a statement's net; None when the net is carried."""
    return statement.payout if statement.has_payout else None
