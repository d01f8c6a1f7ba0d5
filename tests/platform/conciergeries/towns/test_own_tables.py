"""A town reads its own tables only: one that it lacks is noticed when it opens, and after each later migration."""

from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from conciergeries.towns import steps
from conciergeries.towns.models import Town
from conciergeries.towns.own_tables import MissingTablesError, check_own_tables
from conciergeries.towns.provisioning import request_opening, run_opening
from conciergeries.towns.steps import OpeningStep
from shared.outbox.models import Effect
from shared.tenancy import activate_public, in_town

SALON = "13103"  # Salon-de-Provence: a commune that the tests have not opened


def _drop(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table} CASCADE")


def _migrate(*, only: str | None = None) -> None:
    """As a deployment does; a failed migration leaves its connection where it was."""
    try:
        call_command("migrate_schemas", schema_name=only, tenant=True, interactive=False, verbosity=0)
    finally:
        activate_public()


def test_a_town_that_lacks_a_table_is_noticed(istres: Any, viroflay: Any, now: datetime) -> None:
    check_own_tables("istres")
    _drop("istres.outbox_effect")
    of_the_platform = Effect.objects.create(kind="tests.noted", created_at=now, due_at=now)
    with in_town(istres):
        # What the check is for: the platform's table answers in its place.
        assert Effect.objects.filter(pk=of_the_platform.pk).exists()
    with pytest.raises(MissingTablesError, match=r"^istres: outbox_effect$"):
        check_own_tables("istres")
    check_own_tables("viroflay")


def test_a_later_migration_that_leaves_a_town_without_a_table_fails(istres: Any, viroflay: Any) -> None:
    _drop("istres.accounts_invitation")
    with pytest.raises(MissingTablesError, match=r"^istres: accounts_invitation$"):
        _migrate(only="istres")
    _migrate(only="viroflay")


def test_migrating_every_town_stops_at_the_one_that_lacks_a_table(istres: Any, viroflay: Any) -> None:
    _drop("viroflay.audit_auditevent")
    with pytest.raises(MissingTablesError, match=r"^viroflay: "):
        _migrate()


def test_the_platform_which_has_no_tables_of_towns_migrates(db: None) -> None:
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)


def test_a_town_that_lacks_a_table_does_not_open(istres: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_a_table(*, town: Town, now: datetime) -> None:
        connection.check_constraints()
        _drop(f"{town.schema_name}.outbox_effect")

    step = OpeningStep("lose", "Perte d’une table", lose_a_table)
    monkeypatch.setattr(steps, "_steps", {**steps._steps, "lose": step})  # noqa: SLF001  (put back after the test)
    opening = request_opening(insee=SALON, operating_company=istres.operating_company, requested_by=None, now=now)

    assert run_opening(opening_id=str(opening.pk), now=now) is None

    opening.refresh_from_db()
    assert opening.state == "failed"
    assert "outbox_effect" in opening.error
    assert not Town.objects.filter(insee=SALON).exists()
