"""The people a conciergerie serves."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from shared.models import UUIDModel


def validate_phone(value: str) -> None:
    """E.164, as `phone_number` of shared.french gives it."""
    try:
        good = phonenumbers.is_valid_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        good = False
    if not good:
        raise ValidationError("Ce numéro de téléphone n’est pas valide.")


class Resident(UUIDModel):
    """Somebody who orders. A resident with no e-mail has no account: the concierge orders for them."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="resident", verbose_name="compte"
    )
    name = models.CharField("nom", max_length=120)
    phone = models.CharField("téléphone", max_length=20, blank=True, validators=[validate_phone])
    email = models.EmailField("adresse e-mail", blank=True)
    created_at = models.DateTimeField("inscrit le")

    class Meta:
        verbose_name = "habitant"
        verbose_name_plural = "habitants"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="residents_reachable",
                violation_error_message="Donnez un téléphone ou une adresse e-mail.",
            )
        ]
        indexes = [models.Index(fields=["phone"], name="residents_by_phone")]

    def __str__(self) -> str:
        return self.name
