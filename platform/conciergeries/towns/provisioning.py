"""Opening a town: a schema, its tables, its first rows, its address, and only then the door.

`request_opening` writes the wish; a worker carries it out step by step with `run_opening`. A step that fails leaves
nothing behind, and the same commune can be asked for again at once.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.text import slugify
from django_tenants.utils import quote_schema_name, schema_exists

from conciergeries.towns.communes import commune, fold
from conciergeries.towns.models import Domain, OperatingCompany, Town, TownOpening
from conciergeries.towns.own_tables import check_own_tables
from conciergeries.towns.schemas.making import make_schema
from conciergeries.towns.steps import opening_steps
from shared.audit.services import record
from shared.outbox.services import record_effect
from shared.tenancy import in_public, in_town
from shared.web.addresses import host_of

logger = logging.getLogger(__name__)

OPEN = "towns.open"
# A worker that says nothing for so long is dead: another may take the opening over.
GIVEN_UP_AFTER = timedelta(minutes=3)
# Hosts that the platform keeps for itself.
RESERVED_SLUGS = frozenset({"www", "api", "admin", "console", "mail", "portail", "static", "test", "public"})


class UnknownCommuneError(LookupError):
    """No current French commune has this INSEE code."""


class AlreadyOpenError(ValueError):
    """The commune is open, or being opened."""


def slug_for(*, name: str, insee: str) -> str:
    """The host label of a commune: its name, with its INSEE code when another commune of that name has it."""
    slug = slugify(fold(name))[:50].strip("-")
    if slug in RESERVED_SLUGS or Town.objects.filter(slug=slug).exclude(insee=insee).exists():
        slug = f"{slug}-{insee.lower()}"
    return slug


def schema_for(slug: str) -> str:
    return slug.replace("-", "_")


@transaction.atomic
def request_opening(
    *, insee: str, operating_company: OperatingCompany, requested_by: Any, now: datetime
) -> TownOpening:
    """Ask for a commune to be opened; a worker starts at once.

    Raises UnknownCommuneError, AlreadyOpenError.
    """
    found = commune(insee)
    if found is None:
        raise UnknownCommuneError(insee)
    if Town.objects.filter(insee=insee, ready=True).exists():
        raise AlreadyOpenError(found.name)
    running = TownOpening.objects.filter(insee=insee, state__in=["pending", "running"])
    if running.select_for_update(of=("self",)).exists():
        raise AlreadyOpenError(found.name)
    try:
        with transaction.atomic():
            opening = TownOpening.objects.create(
                insee=insee,
                name=found.name,
                slug=slug_for(name=found.name, insee=insee),
                operating_company=operating_company,
                requested_by=str(requested_by) if requested_by is not None else "la plateforme",
                requested_at=now,
            )
    except IntegrityError as error:
        # Somebody asked at the same instant, before there was a row to wait for.
        raise AlreadyOpenError(found.name) from error
    record_effect(kind=OPEN, payload={"opening_id": str(opening.pk)}, now=now)
    record(actor=requested_by, action="town_opening_requested", target=opening, now=now, details={"insee": insee})
    return opening


def run_opening(*, opening_id: str, now: datetime) -> Town | None:
    """Carry an opening out; None when another worker has it or it is over.

    Whatever fails, the schema, the domain and the town are removed, and the opening says why in French.
    """
    claimed = TownOpening.objects.filter(
        Q(state="pending") | Q(state="running", started_at__lt=now - GIVEN_UP_AFTER), pk=opening_id
    ).update(state=TownOpening.State.RUNNING, started_at=now, finished_at=None, steps=[], error="")
    if not claimed:
        return None
    opening = TownOpening.objects.select_related("operating_company").get(pk=opening_id)
    progress = _Progress(opening)
    try:
        town = _open(opening=opening, progress=progress, now=now)
    except Exception as error:
        logger.exception("opening failed", extra={"town": opening.name})
        close_half_open(insee=opening.insee, schema=schema_for(opening.slug))
        progress.failed(f"{type(error).__name__} : {error}")
        return None
    progress.done()
    return town


def _open(*, opening: TownOpening, progress: "_Progress", now: datetime) -> Town:
    open_already: Town | None = Town.objects.filter(insee=opening.insee, ready=True).first()
    if open_already is not None:
        # The worker before this one died after the door was open, and before it could say so.
        return open_already
    schema = schema_for(opening.slug)
    progress.plan(
        [
            ("commune", "Vérification de la commune"),
            ("schema", "Création de son espace de données"),
            *((step.key, step.label) for step in opening_steps()),
            ("domain", "Adresse du site"),
            ("check", "Contrôle de l’étanchéité"),
        ]
    )
    with progress.step("commune"):
        # Left by a worker that died half-way.
        close_half_open(insee=opening.insee, schema=schema)
        town = _create_town(opening=opening, schema=schema)
    with progress.step("schema"):
        make_schema(schema=schema, now=now)
    for step in opening_steps():
        with progress.step(step.key), in_town(town), transaction.atomic():
            step.run(town=town, now=now)
    with progress.step("domain"):
        Domain.objects.create(domain=host_of(town.slug), tenant=town, is_primary=True)
    with progress.step("check"):
        check_own_tables(schema)
    town.ready = True
    town.opened_at = now
    town.save(update_fields=["ready", "opened_at"])
    return town


def _create_town(*, opening: TownOpening, schema: str) -> Town:
    found = commune(opening.insee)
    if found is None:
        raise UnknownCommuneError(opening.insee)
    town = Town(
        schema_name=schema,
        insee=found.insee,
        name=found.name,
        slug=opening.slug,
        department=found.department,
        postcodes=list(found.postcodes),
        population=found.population,
        timezone=found.zone,
        territory=found.territory,
        operating_company=opening.operating_company,
    )
    town.save()
    return town


def close_half_open(*, insee: str, schema: str) -> None:
    """Remove a town that never served anybody: its schema, its domains, its row."""
    with in_public(), transaction.atomic():
        town = Town.objects.filter(insee=insee, ready=False).first()
        if town is not None:
            Domain.objects.filter(tenant=town).delete()
            # Not TenantMixin.delete(): Django's cascade would visit the tables of towns, which public has not.
            Town.objects.filter(pk=town.pk)._raw_delete("default")  # noqa: SLF001
        if not Town.objects.filter(schema_name=schema).exists() and schema_exists(schema):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA {quote_schema_name(schema)} CASCADE")


class _Progress:
    """Writes each step of an opening as it goes, for the page that watches it."""

    def __init__(self, opening: TownOpening) -> None:
        self.opening = opening

    def plan(self, steps: list[tuple[str, str]]) -> None:
        self.opening.steps = [{"key": key, "label": label, "state": "waiting", "seconds": None} for key, label in steps]
        self._save()

    def step(self, key: str) -> "_Step":
        return _Step(self, next(step for step in self.opening.steps if step["key"] == key), self._save)

    def failed(self, error: str) -> None:
        self._end(TownOpening.State.FAILED, error)

    def done(self) -> None:
        self._end(TownOpening.State.DONE, "")

    def _end(self, state: TownOpening.State, error: str) -> None:
        from django.utils import timezone  # noqa: PLC0415  (the only place that reads the clock: how long it took)

        self.opening.state = state
        self.opening.error = error
        self.opening.finished_at = timezone.now()
        self._save()

    def _save(self) -> None:
        with in_public():
            self.opening.save(update_fields=["steps", "state", "error", "finished_at"])


class _Step:
    def __init__(self, progress: _Progress, row: dict[str, Any], save: Callable[[], None]) -> None:
        self.progress, self.row, self.save = progress, row, save

    def __enter__(self) -> None:
        self.began = time.monotonic()
        self.row["state"] = "running"
        self.save()

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.row["state"] = "done" if kind is None else "failed"
        self.row["seconds"] = round(time.monotonic() - self.began, 2)
        self.save()
