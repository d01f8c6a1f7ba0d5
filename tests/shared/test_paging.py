"""A table is read whole, each row once, a page at a time."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared.outbox.models import Effect
from shared.paging import page_by_page
from shared.tenancy import in_town


@pytest.mark.parametrize(("rows", "queries"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3)])
def test_each_row_once(istres: Any, viroflay: Any, now: datetime, rows: int, queries: int) -> None:
    for town, count in ((viroflay, 1), (istres, rows)):
        with in_town(town):
            Effect.objects.bulk_create(Effect(kind="a kind", created_at=now, due_at=now) for _row in range(count))
    with in_town(istres), CaptureQueriesContext(connection) as read:
        found = [effect.pk for effect in page_by_page(Effect.objects.filter(kind="a kind"), size=2)]
    assert found == sorted(set(found))
    pages = [query for query in read if "LIMIT 2" in query["sql"]]
    assert (len(found), len(pages)) == (rows, queries)
