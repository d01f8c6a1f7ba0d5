"""Who works for a town."""

from django.db import models

from shared.models import UUIDModel


class StaffRole(models.TextChoices):
    CONCIERGE = "concierge", "concierge"
    TOWN_HALL = "town_hall", "mairie"


class Staff(UUIDModel):
    """One role of one person in this town. Leaving makes it inactive: what they did keeps their name."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="staff", verbose_name="compte")
    role = models.CharField("rôle", max_length=20, choices=StaffRole.choices)
    active = models.BooleanField("en poste", default=True)
    since = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "membre de l’équipe"
        verbose_name_plural = "équipe"
        ordering = ["role", "since", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="staff_role_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
