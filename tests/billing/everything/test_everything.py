"""Whatever happens to the money of two towns, in any order: every entry balances, nobody is paid twice, all ends well.

Deeper, before a change of the money: `./run test --deep tests/billing/everything`.
"""

import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.billing.everything.census import Census
from tests.billing.everything.machine import Everything
from tests.billing.everything.tour import WANTED, tour
from tests.billing.everything.world import make_world
from tests.tools.fake_stripe import FakeStripe

DEEP = "thousands"


def is_deep() -> bool:
    return settings.get_current_profile_name() == DEEP


def how_deep() -> settings:
    if is_deep():
        return settings(
            max_examples=300, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        )
    return settings(
        max_examples=3,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


@pytest.fixture
def machine(istres: Any, viroflay: Any, stripes: dict[str, FakeStripe]) -> type[Everything]:
    class Machine(Everything):
        world = make_world([istres, viroflay], stripes)
        census = Census()

    return Machine


def test_a_tour_of_everything(machine: type[Everything]) -> None:
    """Every rule does something, whatever chance leaves out of the short run."""
    life = machine()
    try:
        for _ in tour(life):
            life.everything_adds_up()
    finally:
        life.teardown()
    assert WANTED - set(machine.census) == set()


def test_everything_that_may_happen(machine: type[Everything], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        run_state_machine_as_test(machine, settings=how_deep())
    finally:
        # Of a run that is interrupted, too.
        if is_deep():
            with capsys.disabled():
                sys.stdout.write(f"\n{machine.census}\n")
    if is_deep():
        assert WANTED - set(machine.census) == set()
