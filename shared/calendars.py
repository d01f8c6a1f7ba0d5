"""What every table of hours has: dated changes, pauses of ordering, and how they become a calendar."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from shared.hours import Calendar, Exceptional, HoursError, Schedule, Version
from shared.models import UUIDModel

HOURS_LENGTH = 300


def validate_hours(value: str) -> None:
    """Refuse hours that cannot be read. Raises ValidationError, in French."""
    try:
        Schedule(value)
    except HoursError as error:
        raise ValidationError(str(error)) from error


class ChangeKind(models.TextChoices):
    VERSION = "version", "nouveaux horaires"
    CLOSURE = "closure", "fermeture exceptionnelle"
    OPENING = "opening", "ouverture exceptionnelle"


class CalendarChange(UUIDModel):
    """Hours that are not the ordinary ones: new ones from a day on, or an exception of some days.

    A version has no last day. A closure without hours lasts all day.
    """

    kind = models.CharField("changement", max_length=10, choices=ChangeKind.choices)
    first = models.DateField("du")
    last = models.DateField("au", null=True, blank=True)
    hours = models.CharField("horaires", max_length=HOURS_LENGTH, blank=True, validators=[validate_hours])
    reason = models.CharField("motif", max_length=120, blank=True)
    created_at = models.DateTimeField("noté le")

    class Meta:
        abstract = True
        verbose_name = "changement d’horaires"
        verbose_name_plural = "changements d’horaires"
        ordering = ["first", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="version", last=None) | ~Q(kind="version") & Q(last__gte=F("first")),
                name="%(app_label)s_%(class)s_days",
                violation_error_message="Le dernier jour vient avant le premier.",
            ),
            models.CheckConstraint(
                condition=Q(kind="closure") | ~Q(hours=""),
                name="%(app_label)s_%(class)s_hours",
                violation_error_message="Indiquez les horaires.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first}"


class OrderingPause(UUIDModel):
    """Orders are not taken for a while; the site and the accounts stay up, and say so."""

    reason = models.CharField("motif", max_length=200)
    since = models.DateTimeField("depuis le")
    until = models.DateTimeField("jusqu’au", null=True, blank=True)
    lifted_at = models.DateTimeField("levée le", null=True)

    class Meta:
        abstract = True
        verbose_name = "pause des commandes"
        verbose_name_plural = "pauses des commandes"
        ordering = ["-since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="%(app_label)s_%(class)s_has_length",
                violation_error_message="La reprise vient avant la pause.",
            )
        ]

    def __str__(self) -> str:
        return self.reason


def changes_as_json(changes: models.QuerySet[Any]) -> ArraySubquery:
    """The changes of each row of a query, in its own statement: annotate with it, and read with `calendar`."""
    fields = JSONObject(kind="kind", first="first", last="last", hours="hours", reason="reason")
    return ArraySubquery(changes.order_by("first", "pk").values(json=fields))


def pauses_as_json(pauses: models.QuerySet[Any], *, now: datetime) -> ArraySubquery:
    """The pauses that hold at `now` of each row of a query."""
    held = pauses.filter(Q(until=None) | Q(until__gt=now), since__lte=now, lifted_at=None)
    return ArraySubquery(held.order_by("since", "pk").values(json=JSONObject(reason="reason", until="until")))


def calendar(*, rule: str, zone: str, territory: str, changes: Iterable[Mapping[str, Any]] = ()) -> Calendar:
    """The calendar of a rule and its changes, as `changes_as_json` gives them."""
    versions, exceptions = [], []
    for change in changes:
        first, hours = _date(change["first"]), Schedule(change["hours"]) if change["hours"] else None
        if change["kind"] == ChangeKind.VERSION and hours:
            versions.append(Version(first, hours))
        else:
            closed = change["kind"] == ChangeKind.CLOSURE
            exceptions.append(Exceptional(first, _date(change["last"]), closed, hours, change["reason"]))
    return Calendar(Schedule(rule) if rule else None, zone, territory, tuple(versions), tuple(exceptions))


def rule_in_force(*, rule: str, changes: Iterable[CalendarChange], on: date) -> str:
    """The weekly rule of a day: that of the latest version begun, else the place's own."""
    begun = [change for change in changes if change.kind == ChangeKind.VERSION and change.first <= on]
    return max(begun, key=lambda change: change.first).hours if begun else rule


def longest_pause(pauses: Iterable[Mapping[str, Any]]) -> tuple[str, datetime | None] | None:
    """The reason and the end of the pause that lasts longest, as `pauses_as_json` gives them; None without any."""
    read = [(pause["reason"], parse_datetime(pause["until"]) if pause["until"] else None) for pause in pauses]
    endless = datetime.max.replace(tzinfo=UTC)
    return max(read, key=lambda pause: pause[1] or endless, default=None)


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
