"""Finding an order by what its customer says."""

from datetime import datetime

import pytest

from billing.payments.models import Mode
from shared.accounts.models import User
from tenants.desk import actions
from tenants.desk.search import find_orders
from tenants.orders.handing_over import Proof
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.factories import Market, make_order, make_resident
from tests.tenants.desk.steps import SECOND, bring_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_simone(market: Market, simone: Resident) -> Order:
    return make_order(town=market.town, lines=[(market.wine, 1)], resident=simone)


@pytest.mark.parametrize(
    "text", ["{number}", "{lower}", "{bare}", "simone", "ROCHE", "roc sim", "04 42 00 00 11", "0011"]
)
def test_found(order: Order, of_simone: Order, now: datetime, text: str) -> None:
    number = of_simone.number
    asked = text.format(number=number, lower=number.lower(), bare=number.replace("-", " "))
    assert [each.order for each in find_orders(text=asked, now=now)] == [of_simone]


def test_accents_and_hyphens_do_not_matter(market: Market, now: datetime) -> None:
    zoe = make_resident(name="Zoé Béart-Léon", account=False)
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=zoe)
    for asked in ("zoe", "BEART", "léon"):
        assert [each.order for each in find_orders(text=asked, now=now)] == [order]


def test_a_code_finds_its_order_alone(order: Order, of_simone: Order, now: datetime) -> None:
    spaced = f"{order.code[:3]} {order.code[3:]}"
    [found] = [each for each in find_orders(text=spaced, now=now) if each.by_code]
    assert found.order == order


@pytest.mark.parametrize("text", ["", "   ", "Chloé", "Z9-99", "012", "zzz 12", "%", "'; drop"])
def test_found_nowhere(order: Order, now: datetime, text: str) -> None:
    assert find_orders(text=text, now=now) == []


def test_one_handed_over_is_remembered_but_not_by_its_code(order: Order, camille: User, now: datetime) -> None:
    bring_in(order, camille, now)
    proof = Proof(code=order.code, adult_seen=True)
    actions.hand_over(order_id=order.pk, proof=proof, means=Mode.CASH, user=camille, now=now + 3 * SECOND)
    [found] = find_orders(text="alice", now=now + 4 * SECOND)
    assert found.order.handed_over_at is not None
    assert not [each for each in find_orders(text=order.code, now=now + 4 * SECOND) if each.by_code]
