"""Writes the script of this version of the migrations, and keeps none that would not make exactly what they make."""

from django.db import connection, transaction

from conciergeries.towns.schemas.building import migrate, replay
from conciergeries.towns.schemas.likeness import facts_of
from conciergeries.towns.schemas.script import script_of
from shared.tenancy import in_public

# No town has them: the name of a commune's schema begins with a letter.
MODEL, COPY = "_model", "_copy"


class UnlikeModelError(RuntimeError):
    """A script would not make what the migrations make."""


def write_script() -> str:
    """Migrate a schema from nothing and describe it. Nothing of it stays. Raises UnlikeModelError, DatabaseError."""
    with in_public(), transaction.atomic():
        before = _writes_in_public()
        migrate(MODEL)
        if _writes_in_public() != before:
            raise UnlikeModelError("a migration of a new town writes in public, which its script would not")
        script = checked_script_of(MODEL)
        transaction.set_rollback(True)
    return script


def checked_script_of(model: str) -> str:
    """Describe a schema, make another from the description, and compare. Raises UnlikeModelError, DatabaseError."""
    with in_public(), transaction.atomic():
        script = script_of(model)
        replay(script, schema=COPY)
        if unlike := facts_of(model) ^ facts_of(COPY):
            raise UnlikeModelError("\n".join(sorted(unlike)))
        transaction.set_rollback(True)
    return script


def _writes_in_public() -> int:
    """How many rows of `public` this transaction has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int"
            " FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        (rows,) = cursor.fetchone()
    return int(rows)
