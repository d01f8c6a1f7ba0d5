"""Statements that are not issued yet."""

from django.db import models
from django.db.models import Q

from billing.settlements.models.statements import Statement
from shared.models import UUIDModel


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
        return f"{self.merchant_id} au {self.period_end} : {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in {DraftState.PENDING, DraftState.HELD}
