"""What every table of hours has: dated changes, pauses of ordering, and how they become a calendar."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.dateparse import parse_datetime

from shared.hours import Calendar, Exceptional, HoursError, Schedule, Version
from shared.models import UUIDModel

# A week, six seasons with a week each, and days of the month.
HOURS_LENGTH = 1000


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


def changes_as_json(model: type[CalendarChange], *, of: str) -> RawSQL:
    """The changes of each row of a query, in its own statement: annotate with it, and read with `calendar`.

    `of` is the condition that ties a change to its row, as SQL. Written out, because every page asks: Django takes
    ten times as long to write such a subquery as PostgreSQL to answer it.
    """
    fields = "'kind', kind, 'first', first, 'last', last, 'hours', hours, 'reason', reason"
    return _array(model, fields, where=of, order="first, id")


def pauses_as_json(model: type[OrderingPause], *, of: str, now: datetime) -> RawSQL:
    """The pauses that hold at `now` of each row of a query; `of` as for `changes_as_json`."""
    held = "since <= %s AND (until IS NULL OR until > %s) AND lifted_at IS NULL"
    fields = "'reason', reason, 'until', until"
    return _array(model, fields, where=f"({of}) AND {held}", order="since, id", parameters=(now, now))


def _array(
    model: type[models.Model], fields: str, *, where: str, order: str, parameters: tuple[Any, ...] = ()
) -> RawSQL:
    # Names of our own; what varies is passed as parameters.
    table = model._meta.db_table  # noqa: SLF001  (how Django gives it)
    select = f"SELECT jsonb_build_object({fields}) FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608  (see above)
    return RawSQL(f"ARRAY({select})", parameters, output_field=ArrayField(models.JSONField()))  # noqa: S611  (the same)


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
