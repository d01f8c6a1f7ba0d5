"""How long a town takes to open: by the script of this version, and by all its migrations."""

import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from conciergeries.towns.models import OperatingCompany, SchemaScript, TownOpening
from conciergeries.towns.provisioning import request_opening, run_opening

# Aix-en-Provence, Arles, Martigues, Vitrolles, Nice; and Toulon.
BY_SCRIPT = ("13001", "13004", "13056", "13117", "06088")
BY_MIGRATIONS = "83137"


class NotOpenedError(RuntimeError):
    """A town of the bench did not open."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Milliseconds from the request that a worker takes to a town that serves; of these, those of its schema."""

    openings: int
    median_ms: float
    schema_ms: float
    migrated_ms: float
    migrated_schema_ms: float
    ratio: float


def measure(*, company: OperatingCompany, now: datetime) -> Figures:
    """Open towns one after the other, then one as if this version had no script."""
    opened = [open_one(insee=insee, company=company, now=now) for insee in BY_SCRIPT]
    SchemaScript.objects.all().delete()
    migrated, migrated_schema = open_one(insee=BY_MIGRATIONS, company=company, now=now)
    usual = median(whole for whole, _schema in opened)
    return Figures(
        openings=len(opened),
        median_ms=round(usual),
        schema_ms=round(median(schema for _whole, schema in opened)),
        migrated_ms=round(migrated),
        migrated_schema_ms=round(migrated_schema),
        ratio=round(migrated / usual, 1),
    )


def open_one(*, insee: str, company: OperatingCompany, now: datetime) -> tuple[float, float]:
    """The milliseconds of a whole opening, and of making its schema. Raises NotOpenedError."""
    opening = request_opening(insee=insee, operating_company=company, requested_by=None, now=now)
    began = time.perf_counter()
    town = run_opening(opening_id=str(opening.pk), now=now)
    whole = (time.perf_counter() - began) * 1000
    opening = TownOpening.objects.get(pk=opening.pk)
    if town is None:
        raise NotOpenedError(opening.error)
    (schema,) = [step["seconds"] for step in opening.steps if step["key"] == "schema"]
    return whole, schema * 1000


def rows(figures: Figures) -> list[tuple[str, str]]:
    """The figures as a table, in French."""
    return [
        ("Ouvertures", str(figures.openings)),
        ("Une commune s’ouvre en", f"{figures.median_ms} ms, dont {figures.schema_ms} pour son espace de données"),
        ("Par toutes les migrations", f"{figures.migrated_ms} ms, dont {figures.migrated_schema_ms}"),
        ("Rapport", f"{figures.ratio}"),
    ]
