"""What the bench of the promise asks is what it says: figures that hold on any machine."""

from typing import Any

import pytest

from tests.bench import promise

pytestmark = pytest.mark.django_db


def test_the_town_of_the_bench_promises_at_every_hub_in_few_queries(in_istres: Any) -> None:
    figures = promise.measure(town=in_istres, products=promise.lay_out(), runs=2)
    assert (figures.items, figures.shops, figures.hubs, figures.days) == (10, 6, 8, 14)
    assert figures.windows > 8 * 5
    assert figures.queries <= promise.MOST_QUERIES
    assert all(figures.queries == int(value) for name, value in promise.rows(figures) if name == "Requêtes")
