"""What the bench of openings measures is a town that serves."""

from datetime import datetime
from typing import Any

from conciergeries.towns.models import Town
from tests.bench import opening


def test_a_town_of_the_bench_is_open(istres: Any, now: datetime) -> None:
    whole, schema = opening.open_one(insee="13001", company=istres.operating_company, now=now)
    assert Town.objects.get(insee="13001").ready
    assert 0 < schema < whole


def test_its_figures_are_told_in_french() -> None:
    figures = opening.Figures(
        openings=5, median_ms=300, schema_ms=240, migrated_ms=3000, migrated_schema_ms=2800, ratio=10.0
    )
    assert ("Rapport", "10.0") in opening.rows(figures)
