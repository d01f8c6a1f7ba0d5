"""The promise against an oracle that walks through every minute, on random towns."""

from hypothesis import given

from tenants.hubs.promise import promise
from tests.tenants.hubs.oracle import Oracle, minute_of
from tests.tenants.hubs.random_towns import HORIZON, RandomTown, random_towns, so_many


@so_many(250)
@given(town=random_towns())
def test_the_promise_is_what_a_clock_and_a_finger_say(town: RandomTown) -> None:
    oracle = Oracle(town)
    said = promise(town.question, now=town.now, horizon=HORIZON)
    expected = [start for start in oracle.windows() if oracle.can_promise(start, now=oracle.now)]
    assert [minute_of(window.start) for window in said.windows] == expected
    assert len(said.windows) + len(said.excluded) == len(oracle.windows())
    for window in said.windows:
        before, start = minute_of(window.order_before), minute_of(window.start)
        assert oracle.can_promise(start, now=before - 1)
        assert not oracle.can_promise(start, now=before)
