"""Where orders are collected, when, and the rounds that bring them there."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from shared.calendars import HOURS_LENGTH, CalendarChange, OrderingPause, validate_hours
from shared.models import UUIDModel
from tenants.residents.models import Resident

# Above it, it is no longer the price of a place to collect.
MAX_FEE_CENTS = 5_000


class HubKind(models.TextChoices):
    MAIN = "main", "la conciergerie"
    SATELLITE = "satellite", "antenne de la conciergerie"
    PARTNER = "partner", "chez un partenaire"
    RESTRICTED = "restricted", "accès réservé"
    ANY_TIME = "any_time", "casiers, à toute heure"
    RESIDENCE = "residence", "résidence pour seniors"


class Hub(UUIDModel):
    """A place where orders are handed over. Goods reach all but the main one by delivery runs."""

    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=100, unique=True)
    kind = models.CharField("sorte de point", max_length=10, choices=HubKind.choices, default=HubKind.SATELLITE)
    is_main = models.GeneratedField(
        expression=Q(kind="main"),  # type: ignore[arg-type]  # the stubs forget that a condition is an expression
        output_field=models.BooleanField("point de retrait principal"),
        db_persist=True,
    )
    address = models.CharField("adresse", max_length=200, blank=True)
    access_notes = models.CharField("accès", max_length=300, blank=True)
    parking = models.CharField("stationnement", max_length=200, blank=True)
    phone = models.CharField("téléphone sur place", max_length=20, blank=True)
    handed_over_by = models.CharField("qui remet les commandes", max_length=100, blank=True)
    hours = models.CharField("horaires", max_length=HOURS_LENGTH, validators=[validate_hours])
    cutoff_minutes = models.PositiveSmallIntegerField(
        "dernière commande, en minutes avant l’ouverture",
        default=0,
        help_text="En plus de ce que demandent les tournées.",
    )
    room = models.PositiveSmallIntegerField("commandes par créneau, au plus", null=True, blank=True)
    kept_days = models.PositiveSmallIntegerField(
        "jours de garde d’une commande", default=3, validators=[MaxValueValidator(30)]
    )
    # What a resident pays to collect an order here, with VAT.
    fee_cents = models.PositiveIntegerField(
        "frais de retrait en centimes", default=0, validators=[MaxValueValidator(MAX_FEE_CENTS)]
    )
    access_code = models.CharField("code d’accès, haché", max_length=128, blank=True)
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
            ),
            models.CheckConstraint(
                condition=Q(fee_cents__lte=MAX_FEE_CENTS),
                name="hubs_fee_within_reason",
                violation_error_message="Les frais de retrait ne dépassent pas 50 €.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_restricted(self) -> bool:
        """Whether only its members may choose it."""
        return self.kind == HubKind.RESTRICTED

    @property
    def is_any_time(self) -> bool:
        return self.kind == HubKind.ANY_TIME

    @property
    def takes_payment(self) -> bool:
        """Whether somebody is there to be paid when an order is collected."""
        return not self.is_any_time


class JoinedBy(models.TextChoices):
    """How somebody became a member of a restricted hub: they gave its code, or the town hall named them."""

    CODE = "code", "avec le code"
    TOWN_HALL = "town_hall", "par la mairie"


class HubMember(UUIDModel):
    """A resident who may collect at a restricted hub."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="members", verbose_name="point de retrait")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="hubs", verbose_name="habitant")
    since = models.DateTimeField("depuis le")
    joined_by = models.CharField("inscription", max_length=10, choices=JoinedBy.choices, default=JoinedBy.CODE)

    class Meta:
        verbose_name = "membre d’un point de retrait"
        verbose_name_plural = "membres d’un point de retrait"
        constraints = [
            models.UniqueConstraint(fields=["hub", "resident"], name="hubs_member_once"),
            models.CheckConstraint(
                condition=Q(joined_by__in=JoinedBy.values),
                name="hubs_member_joined_somehow",
                violation_error_message="On devient membre avec le code, ou par la mairie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident} · {self.hub}"


class Round(UUIDModel):
    """A timetable of trips: the collection round of the shops, or the delivery run to a hub.

    Each span of its hours is one trip: it leaves when the span begins, and is back, or at its hub, when it ends.
    """

    name = models.CharField("nom", max_length=100)
    hub = models.ForeignKey(
        Hub, on_delete=models.CASCADE, null=True, blank=True, related_name="runs", verbose_name="point desservi"
    )
    hours = models.CharField("départs et retours", max_length=HOURS_LENGTH, validators=[validate_hours])
    last_call_minutes = models.PositiveSmallIntegerField("dernier appel, en minutes avant le départ", default=60)
    room = models.PositiveSmallIntegerField("colis par tournée, au plus", null=True, blank=True)
    active = models.BooleanField("en service", default=True)

    class Meta:
        verbose_name = "tournée"
        verbose_name_plural = "tournées"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_collection(self) -> bool:
        """Whether it goes round the shops, rather than to a hub."""
        return self.hub_id is None


class HubChange(CalendarChange):
    """Changed hours of a hub, of a round, or of the whole conciergerie: its rounds, and the hubs it keeps itself."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, null=True, blank=True, related_name="changes")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, null=True, blank=True, related_name="changes")

    class Meta(CalendarChange.Meta):
        constraints = [
            *CalendarChange.Meta.constraints,
            models.CheckConstraint(condition=Q(hub=None) | Q(round=None), name="hubs_change_of_one"),
        ]


class HubPause(OrderingPause):
    """Ordering is paused for a hub, or for the whole town."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses")
