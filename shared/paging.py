"""Reading a long table a page at a time: behind a pooler no cursor stays open, and `.iterator()` brings all of it."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def page_by_page(found: QuerySet[M], *, size: int) -> Iterator[M]:
    """Every row in the order of its key, `size` in memory at once. The schema must stay the same until the end."""
    rest = found.order_by("pk")
    while True:
        page = list(rest[:size])
        yield from page
        if len(page) < size:
            return
        rest = found.filter(pk__gt=page[-1].pk).order_by("pk")
