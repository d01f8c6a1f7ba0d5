"""A town's schema made by a script is, to the last fact and row, the one that the migrations make."""

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django_tenants.signals import schema_migrated
from django_tenants.utils import quote_schema_name, schema_exists

from conciergeries.embedded.binaries import postgres_home
from conciergeries.towns.models import SchemaScript
from conciergeries.towns.schemas.keeping import keep_script, kept_script, version
from conciergeries.towns.schemas.likeness import as_read_again, facts_of
from conciergeries.towns.schemas.making import make_schema
from conciergeries.towns.schemas.writing import COPY, MODEL, UnlikeModelError, checked_script_of
from shared.outbox.models import Effect
from shared.tenancy import in_public, in_town
from tests.conftest import TUESDAY

# The names of communes are words of any kind.
REPLAYED, MIGRATED = "select", "by_migrations"
# When each migration was applied is each schema's own.
APPLIED = re.compile(r'"applied": "[^"]+"')
APPLIED_IN_DUMP = re.compile(r"'2026-[^']+'")


@pytest.fixture(scope="module")
def both(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One schema made each way, both committed.

    What makes the second one be migrated: a version whose migrations write in public has no script.
    """

    def write_in_public(schema_name: str, **_kwargs: Any) -> None:
        if schema_name == MODEL:
            Effect.objects.create(kind="tests.noted", created_at=TUESDAY, due_at=TUESDAY)

    with django_db_blocker.unblock(), in_public():
        make_schema(schema=REPLAYED, now=TUESDAY)
        script = SchemaScript.objects.get()
        SchemaScript.objects.all().delete()
        schema_migrated.connect(write_in_public)
        try:
            call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
            assert kept_script() is None
            assert not Effect.objects.filter(kind="tests.noted").exists()
            make_schema(schema=MIGRATED, now=TUESDAY)
        finally:
            schema_migrated.disconnect(write_in_public)
            SchemaScript.objects.bulk_create([script], ignore_conflicts=True)
        try:
            yield
        finally:
            for schema in (REPLAYED, MIGRATED):
                _drop(schema)


def _drop(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {quote_schema_name(schema)} CASCADE")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _dump(schema: str) -> list[str]:
    """The schema, rows included, as PostgreSQL's own tool sees it; in no order, and its name left out."""
    dumped = subprocess.run(  # noqa: S603  (PostgreSQL's, beside the server)
        [
            postgres_home(None) / "bin" / "pg_dump",
            *("--dbname", os.environ["DATABASE_URL"]),
            *("--schema", f'"{schema}"', "--inserts"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    named = re.compile(rf'"?\b{schema}\b"?(?=[. ;]|$)', re.MULTILINE)
    lines = as_read_again(APPLIED_IN_DUMP.sub("", named.sub("it", dumped.stdout))).splitlines()
    # A token against tampering is new at each dump.
    return sorted(line for line in lines if not line.startswith("\\"))


def test_a_script_makes_what_the_migrations_make_fact_by_fact(both: None, db: None) -> None:
    replayed, migrated = ({APPLIED.sub("", fact) for fact in facts_of(schema)} for schema in (REPLAYED, MIGRATED))
    assert len(replayed) > 1000
    assert replayed ^ migrated == set()


def test_postgresql_s_own_tool_sees_no_difference_either(both: None, db: None) -> None:
    replayed, migrated = _dump(REPLAYED), _dump(MIGRATED)
    assert len(replayed) > 1000
    assert sum(line.startswith("INSERT INTO it.") for line in replayed) > 100
    assert replayed == migrated


def test_nothing_is_left_to_migrate_and_each_town_says_since_when(istres: Any) -> None:
    with in_town(istres):
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT applied FROM django_migrations")
            assert cursor.fetchall() == [(TUESDAY,)]
    call_command("migrate_schemas", schema_name="istres", tenant=True, interactive=False, verbosity=0)


def test_no_row_of_a_town_goes_to_the_next(both: None, istres: Any) -> None:
    """What is in a new schema is what the migrations put there: Istres has more."""
    rows = {schema: {fact for fact in facts_of(schema) if fact.startswith("row ")} for schema in ("istres", REPLAYED)}
    assert {fact.split()[1] for fact in rows[REPLAYED]} == {
        "auth_permission",
        "django_content_type",
        "django_migrations",
    }
    assert rows["istres"] - rows[REPLAYED]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE shops_product ALTER price_cents DROP NOT NULL",
        "ALTER TABLE shops_product ALTER name SET DEFAULT 'x'",
        "ALTER TABLE shops_product ALTER name TYPE varchar(7)",
        "ALTER TABLE shops_product ADD CONSTRAINT x CHECK (price_cents <> 13)",
        "ALTER TABLE shops_product DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_posting DISABLE TRIGGER USER",
        "ALTER TABLE shops_product SET (fillfactor = 70)",
        "ALTER TABLE shops_product ENABLE ROW LEVEL SECURITY",
        "ALTER SEQUENCE django_migrations_id_seq INCREMENT 2",
        "ALTER SEQUENCE django_migrations_id_seq RESTART 9999",
        "GRANT SELECT ON shops_product TO PUBLIC",
        "COMMENT ON TABLE shops_product IS 'x'",
        "COMMENT ON COLUMN shops_product.name IS 'x'",
        "CREATE INDEX x ON shops_product (name)",
        "CREATE SEQUENCE x",
        "CREATE TYPE x AS ENUM ('a')",
        "CREATE DOMAIN x AS text",
        "CREATE VIEW x AS SELECT name FROM shops_product",
        "CREATE STATISTICS x ON name, price_cents FROM shops_product",
        "CREATE POLICY x ON shops_product USING (true)",
        "CREATE RULE x AS ON DELETE TO shops_product DO INSTEAD NOTHING",
        "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DELETE FROM auth_permission WHERE id = (SELECT min(id) FROM auth_permission)",
    ],
)
def test_any_change_is_a_fact(both: None, db: None, change: str) -> None:
    before = facts_of(REPLAYED)
    _run(f'SET LOCAL search_path TO "{REPLAYED}"; {change}; SET LOCAL search_path TO public')
    assert facts_of(REPLAYED) != before


@pytest.mark.parametrize(
    "unknown", ["CREATE TYPE x AS ENUM ('a')", "COMMENT ON TABLE shops_product IS 'x'", "CREATE SEQUENCE x"]
)
def test_a_schema_with_something_that_scripts_do_not_write_has_none(both: None, db: None, unknown: str) -> None:
    _run(f'SET LOCAL search_path TO "{MIGRATED}"; {unknown}; SET LOCAL search_path TO public')
    with pytest.raises(UnlikeModelError, match=r"\b(x|shops_product)\b"):
        checked_script_of(MIGRATED)
    assert not schema_exists(COPY)


def test_a_script_says_the_same_of_what_it_made(both: None, db: None) -> None:
    assert APPLIED_IN_DUMP.sub("", checked_script_of(REPLAYED)).count("CREATE TABLE") > 50
    assert not schema_exists(COPY)


def test_a_script_that_stops_half_way_leaves_nothing(db: None) -> None:
    kept = SchemaScript.objects.get()
    kept.script += ";\nSELECT 1 / 0"
    kept.save()
    with pytest.raises(DatabaseError, match="division by zero"):
        make_schema(schema="half_made", now=TUESDAY)
    assert not schema_exists("half_made")


def test_another_version_s_script_is_never_used(db: None) -> None:
    SchemaScript.objects.update(version="of another day")
    assert kept_script() is None


def test_a_deployment_that_changes_nothing_keeps_the_script(db: None) -> None:
    before = SchemaScript.objects.get()
    SchemaScript.objects.create(version="of another day", script="")
    keep_script()
    assert SchemaScript.objects.get(version=version()) == before


def test_two_at_once_are_both_whole(both: None, db: None) -> None:
    def make(schema: str) -> frozenset[str]:
        with closing(connection):
            make_schema(schema=schema, now=TUESDAY)
            return facts_of(schema)

    def forget(schema: str) -> None:
        with closing(connection):
            _drop(schema)

    names = ("at_once_1", "at_once_2")
    with ThreadPoolExecutor() as threads:
        try:
            first, second = threads.map(make, names)
            assert first == second == facts_of(REPLAYED)
        finally:
            list(threads.map(forget, names))
