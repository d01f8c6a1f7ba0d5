"""Istres on a market day."""

from typing import Any

import pytest

from tests.factories import Market, make_market


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)
