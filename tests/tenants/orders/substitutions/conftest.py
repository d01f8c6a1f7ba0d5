"""The dairy of a market, and three of its products that may replace the board of 24.00 €."""

from typing import Any

import pytest

from tests.tenants.orders.substitutions.stand import Stand, make_stand


@pytest.fixture
def stand(in_istres: Any) -> Stand:
    return make_stand(in_istres)
