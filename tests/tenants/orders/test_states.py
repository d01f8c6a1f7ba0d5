"""What a shop order may become, and what an order is."""

import pytest

from tenants.orders.states import TRANSITIONS, OrderState, ShopOrderState, order_state

S = ShopOrderState


def test_every_state_says_what_may_follow_it() -> None:
    assert set(TRANSITIONS) == set(S)


def test_nothing_follows_an_end() -> None:
    assert {state for state, following in TRANSITIONS.items() if not following} == {S.REFUSED, S.CANCELLED, S.SETTLED}


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([S.AWAITING_PAYMENT, S.AWAITING_PAYMENT], OrderState.AWAITING_PAYMENT),
        ([S.PLACED, S.ACCEPTED], OrderState.PLACED),
        ([S.READY, S.AT_HUB], OrderState.IN_PREPARATION),
        ([S.COLLECTED, S.AT_HUB], OrderState.ON_THE_WAY),
        ([S.AT_HUB, S.REFUSED], OrderState.WAITING),
        ([S.HANDED_OVER, S.SETTLED, S.CANCELLED], OrderState.HANDED_OVER),
        ([S.REFUSED, S.CANCELLED], OrderState.CANCELLED),
        ([], OrderState.CANCELLED),
    ],
)
def test_an_order_is_as_far_as_its_slowest_part(parts: list[ShopOrderState], state: OrderState) -> None:
    assert order_state(parts) == state
