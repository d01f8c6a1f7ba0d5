"""A market day at Istres's desk: Camille is the concierge, Alice and Simone order, Chloé must see nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shared.accounts.models import User
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order, make_resident, make_staff
from tests.tenants.staff.pages import Clock, signed_in


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tuesday, nine in the morning in Istres, when the test begins."""
    ticking = Clock(TUESDAY)
    monkeypatch.setattr(timezone, "now", ticking)
    return ticking


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)


@pytest.fixture
def camille(market: Market) -> User:
    return make_staff(name="Camille Roux")


@pytest.fixture
def desk(istres: Any, camille: User) -> Client:
    """Camille's tablet."""
    return signed_in(town=istres, user=camille)


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin", phone="+33639980001")


@pytest.fixture
def simone(market: Market) -> Resident:
    """No e-mail, no account: she telephones."""
    return make_resident(name="Simone Roche", phone="+33442000011", account=False)


@pytest.fixture
def order(market: Market, alice: Resident) -> Order:
    """Three shops, 60.00 €, paid at the desk, to collect at six this evening."""
    return make_order(town=market.town, lines=market.everything, resident=alice)
