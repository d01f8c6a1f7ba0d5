"""Reading many things as they are at one instant, without keeping anybody waiting."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Read in one view of the database: what commits meanwhile is in none of it. Nothing can be written, or locked.

    Inside somebody's transaction it is theirs that is read, and nothing changes.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
