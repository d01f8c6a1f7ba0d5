"""Work that comes due, in the public schema: one row for each town, kind of work and thing that it is about."""

from django.db import models

from shared.models import UUIDModel


class DueWork(UUIDModel):
    """When a kind of work is next to be done for one thing (a merchant) of one schema."""

    schema = models.CharField(max_length=63)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    due_at = models.DateTimeField()
    # A worker was sent to do it: nobody else is until then.
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = "travail à date"
        verbose_name_plural = "travaux à date"
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["schema", "kind", "subject"], name="due_one_row_each"),
        ]
        indexes = [models.Index(fields=["due_at"], name="due_when")]

    def __str__(self) -> str:
        return f"{self.schema} {self.kind} {self.subject}"
