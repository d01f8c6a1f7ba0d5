"""The two ways to a schema with a town's tables: every migration in turn, or a script of what they come to."""

from django.core.management import call_command
from django.db import connection
from django_tenants.utils import quote_schema_name

from conciergeries.towns.schemas.alone import alone_in
from shared.tenancy import activate_public


def migrate(schema: str) -> None:
    """Create the schema and migrate it from nothing: seconds."""
    _create(schema)
    try:
        call_command("migrate_schemas", schema_name=schema, tenant=True, interactive=False, verbosity=0)
    finally:
        # A migration that fails leaves the connection in the schema that is about to be dropped.
        activate_public()


def replay(script: str, *, schema: str) -> None:
    """Create the schema and run the script in it: one message to PostgreSQL, a fraction of a second."""
    _create(schema)
    with alone_in(schema), connection.cursor() as cursor:
        cursor.execute(script)


def _create(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(schema)}")
