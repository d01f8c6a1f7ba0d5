"""How far each merchant is settled: what a sale and a settlement of its merchant wait for each other on."""

from datetime import date

from django.db import models

from shared.models import UUIDModel


class SettledUntil(UUIDModel):
    """The last day that a merchant's statements cover: a row from its first sale on, whatever comes of it.

    Whoever notes a sale holds it, together with others who do; whoever settles locks it, alone. PostgreSQL moves it
    when a statement is written, and refuses sales of its day and before, so no sale is in two statements or in none.
    """

    merchant_id = models.UUIDField("commerçant", unique=True)
    day = models.DateField("réglé jusqu’au", default=date.min)

    class Meta:
        verbose_name = "réglé jusqu’au"
        verbose_name_plural = "réglés jusqu’au"
        ordering = ["merchant_id"]

    def __str__(self) -> str:
        return f"{self.merchant_id} : {self.day}"
