"""Who did what, when: kept for ever, changed by nobody."""

from django.db import models

from shared.models import UUIDModel


class AuditEvent(UUIDModel):
    """One action of a member of staff, a merchant or the operator."""

    at = models.DateTimeField("le")
    actor_id = models.UUIDField("auteur", null=True)
    actor_label = models.CharField("auteur", max_length=200)
    action = models.CharField("action", max_length=60)
    object_type = models.CharField("objet", max_length=60)
    object_id = models.CharField("identifiant", max_length=64)
    details = models.JSONField("détails", default=dict)

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "actions"
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["-at"], name="audit_latest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.object_type}"
