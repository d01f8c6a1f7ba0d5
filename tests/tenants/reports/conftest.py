"""What was sold in both towns, for reports."""

from typing import Any

import pytest

from tests.tenants.sold import Sold, sell_in_both


@pytest.fixture
def sold(istres: Any, viroflay: Any) -> Sold:
    return sell_in_both(istres=istres, viroflay=viroflay)
