"""Whatever happens to the money of two towns, in any order: every entry balances, nobody is paid twice, all ends well.

Deeper, before a change of the money: `./run test --hypothesis-profile=thousands tests/billing/everything`.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.billing.everything.machine import Everything
from tests.billing.everything.world import make_world
from tests.tools.fake_stripe import FakeStripe

DEEP = "thousands"


def how_deep() -> settings:
    if settings.get_current_profile_name() == DEEP:
        return settings(
            max_examples=300, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        )
    return settings(
        max_examples=6,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


@pytest.mark.django_db
def test_everything_that_may_happen(istres: Any, viroflay: Any, stripes: dict[str, FakeStripe]) -> None:
    class Machine(Everything):
        world = make_world([istres, viroflay], stripes)

    run_state_machine_as_test(Machine, settings=how_deep())
