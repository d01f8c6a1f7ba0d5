"""What remains to be done because of something that happened."""

from django.db import models
from django.db.models import Q

from shared.models import UUIDModel


class Effect(UUIDModel):
    """One effect (a mail, a call to Stripe, a word to another part), written in the transaction of its cause."""

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # A message is on its way to a worker: until then the sweeper sends no other.
    queued_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = "effet"
        verbose_name_plural = "effets"
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["due_at"], name="outbox_due", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
