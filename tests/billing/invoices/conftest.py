"""The official schematrons, compiled once a run."""

from collections.abc import Iterator

import pytest

from tests.billing.invoices.papers import Schematrons, schematrons


@pytest.fixture(scope="session")
def official() -> Iterator[Schematrons]:
    with schematrons() as found:
        yield found
