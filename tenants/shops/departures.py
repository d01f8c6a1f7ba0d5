"""Merchants that leave a town: who wished it, why, from when, and what becomes of the orders under way."""

from django.db import models
from django.db.models import Q

from shared.models import UUIDModel

LONGEST_REASON = 500


class Ground(models.TextChoices):
    """Regulation (EU) 2019/1150, article 4: a town that ends the contract gives thirty days' notice, but for two."""

    ASKED = "asked", "le commerçant le demande"
    NOTICE = "notice", "la commune le décide, avec un préavis de trente jours"
    LEGAL = "legal", "la commune le décide sans préavis : une obligation légale ou une raison impérieuse"
    BREACH = "breach", "la commune le décide sans préavis : des manquements répétés"


class OrdersThen(models.TextChoices):
    """What becomes of the orders that the merchant has not handed to the concierge when it leaves."""

    FINISHED = "finished", "le commerçant les honore jusqu’au bout"
    REFUSED = "refused", "elles sont refusées le jour du départ, et les clients remboursés"


class Departure(UUIDModel):
    """A merchant's leaving, announced, then done; undone by its return, and kept."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="departures", verbose_name="boutique")
    ground = models.CharField("qui le décide", max_length=10, choices=Ground.choices)
    reason = models.CharField("motif", max_length=LONGEST_REASON, blank=True)
    orders_then = models.CharField("commandes en cours", max_length=10, choices=OrdersThen.choices)
    # The first day on which it sells no more. Put off when the letter leaves too late for the notice.
    leaves_on = models.DateField("à partir du")
    announced_at = models.DateTimeField("annoncé le")
    announced_by = models.CharField("annoncé par", max_length=200)
    # The letter that announced it: the notice runs from when it left.
    message_id = models.UUIDField("lettre", null=True, blank=True)
    left_at = models.DateTimeField("parti le", null=True, blank=True)
    returned_at = models.DateTimeField("revenu le", null=True, blank=True)
    returned_by = models.CharField("revenu par", max_length=200, blank=True)

    class Meta:
        verbose_name = "départ"
        verbose_name_plural = "départs"
        ordering = ["-announced_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop"],
                condition=Q(returned_at=None),
                name="shops_one_departure_at_a_time",
                violation_error_message="Le départ de ce commerçant est déjà annoncé.",
            ),
            models.CheckConstraint(
                condition=Q(ground="asked") | ~Q(reason=""),
                name="shops_departure_has_a_reason",
                violation_error_message="Écrivez le motif : la loi demande de le dire au commerçant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop}, à partir du {self.leaves_on}"

    @property
    def is_decided_by_town(self) -> bool:
        return self.ground != Ground.ASKED

    @property
    def has_notice(self) -> bool:
        return self.ground == Ground.NOTICE
