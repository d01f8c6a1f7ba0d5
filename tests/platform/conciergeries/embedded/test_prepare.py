"""Preparing the demo again does nothing, and costs next to nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conciergeries.embedded.prepare import _applied, migrate

pytestmark = pytest.mark.django_db


def test_schemas_that_lack_nothing_are_left_alone(istres: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with CaptureQueriesContext(connection) as queries:
        migrate()
    assert capsys.readouterr().out == ""
    assert not [query["sql"] for query in queries if not query["sql"].lstrip().upper().startswith(("SELECT", "SET"))]


def test_what_a_schema_has_is_what_its_own_table_says(istres: Any) -> None:
    assert ("towns", "0001_initial") in _applied("public")
    assert ("orders", "0001_initial") in _applied(istres.schema_name)
    assert _applied("nowhere") == set()
