"""The last number given in each series."""

from django.db import models

from shared.models import UUIDModel


class Counter(UUIDModel):
    """The last number given in a series. Its row is locked while a number is given, so that none is ever missing."""

    issuer_siren = models.CharField("SIREN de l’émetteur", max_length=9)
    series = models.CharField("série", max_length=80)
    value = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur"
        verbose_name_plural = "compteurs"
        constraints = [
            models.UniqueConstraint(fields=["issuer_siren", "series"], name="numbering_one_counter_per_series"),
        ]

    def __str__(self) -> str:
        return f"{self.series} : {self.value}"
