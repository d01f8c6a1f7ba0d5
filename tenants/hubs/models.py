"""Where orders are collected."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from shared.hours import HoursError, Schedule
from shared.models import UUIDModel


def validate_hours(value: str) -> None:
    try:
        Schedule(value)
    except HoursError as error:
        raise ValidationError(str(error)) from error


class Hub(UUIDModel):
    """A counter where the concierge hands orders over."""

    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=100, unique=True)
    is_main = models.BooleanField("point de retrait principal", default=False)
    address = models.CharField("adresse", max_length=200, blank=True)
    access_notes = models.CharField("accès", max_length=300, blank=True)
    hours = models.CharField("horaires", max_length=300, validators=[validate_hours])
    cutoff_minutes = models.PositiveSmallIntegerField(
        "dernière commande, en minutes avant l’ouverture",
        default=240,
        help_text="Le temps que la concierge passe chez les commerçants.",
    )
    active = models.BooleanField("ouvert aux commandes", default=True)

    class Meta:
        verbose_name = "point de retrait"
        verbose_name_plural = "points de retrait"
        ordering = ["-is_main", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_main"],
                condition=Q(is_main=True),
                name="hubs_one_main",
                violation_error_message="La commune a déjà un point de retrait principal.",
            )
        ]

    def __str__(self) -> str:
        return self.name
