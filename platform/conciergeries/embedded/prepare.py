"""Brings the demo's database up to date and fills it, in one process, doing nothing that is already done."""

import os
import socket
import sys
import time
from typing import IO
from urllib.parse import urlsplit

import django
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import get_public_schema_name, get_tenant_model, schema_exists
from psycopg import sql

from conciergeries.embedded.telling import TOLD

_WAIT_SECONDS = 90.0


class _ToldStream:
    """A management command's output, told line by line."""

    def write(self, text: str) -> None:
        for line in text.splitlines():
            if line.strip():
                tell(line)

    def flush(self) -> None:
        sys.stdout.flush()


def tell(text: str) -> None:
    """Write a line that the supervisor shows."""
    sys.stdout.write(f"{TOLD}{text}\n")
    sys.stdout.flush()


def prepare(*, seed: bool) -> None:
    """Migrate what has to be, then fill the demo. Started before PostgreSQL answers: importing Django takes longer."""
    django.setup()
    _wait_for_database()
    migrate()
    if seed:
        _wait_for_stripe()
        output: IO[str] = _ToldStream()  # type: ignore[assignment]  # a command only writes and flushes
        call_command("seed_demo", stdout=output)


def migrate() -> None:
    """Migrate the public schema and each town's that lacks a migration.

    `migrate_schemas` with nothing to do still takes a second per schema: what it records is compared first.
    """
    on_disk = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    public = get_public_schema_name()
    if on_disk - _applied(public):
        tell("Tables communes à la plateforme")
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    for town in get_tenant_model().objects.all():
        # A town being opened may have no schema yet: its opening makes it.
        if schema_exists(town.schema_name) and on_disk - _applied(town.schema_name):
            tell(f"Tables de {town}")
            call_command("migrate_schemas", schema_name=town.schema_name, tenant=True, interactive=False, verbosity=0)


def _applied(schema: str) -> set[tuple[str, str]]:
    table = sql.Identifier(schema, "django_migrations")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f'"{schema}".django_migrations'])
        if cursor.fetchone() == (None,):
            return set()
        cursor.execute(sql.SQL("SELECT app, name FROM {}").format(table))
        return {(app, name) for app, name in cursor.fetchall()}


def _wait_for_database() -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _wait_for_stripe() -> None:
    """Wait for the simulated Stripe, where the demo's merchants have their accounts."""
    address = urlsplit(os.environ.get("STRIPE_API_URL", ""))
    deadline = time.monotonic() + _WAIT_SECONDS
    while address.hostname and address.port:
        try:
            socket.create_connection((address.hostname, address.port), timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
