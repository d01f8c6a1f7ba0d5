"""Makes the schema of a town that opens."""

from datetime import datetime

from django.db import connection, transaction

from conciergeries.towns.schemas.alone import alone_in
from conciergeries.towns.schemas.building import migrate, replay
from conciergeries.towns.schemas.keeping import kept_script


def make_schema(*, schema: str, now: datetime) -> None:
    """Make the schema, its tables and the rows that migrations put there; at once when this version has its script."""
    script = kept_script()
    if script is None:
        migrate(schema)
        return
    with transaction.atomic():
        replay(script, schema=schema)
        with alone_in(schema), connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET applied = %s", [now])
