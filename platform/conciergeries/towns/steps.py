"""What the apps of a town put into its new schema. Each registers its step in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from conciergeries.towns.models import Town


@dataclass(frozen=True)
class OpeningStep:
    """A step of an opening: `run(town=…, now=…)` is called inside the town's schema."""

    key: str
    label: str
    run: Callable[..., None]


_steps: dict[str, OpeningStep] = {}


def opening_step(*, key: str, label: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the decorated function as a step of every opening."""

    def register(run: Callable[..., None]) -> Callable[..., None]:
        _steps[key] = OpeningStep(key, label, run)
        return run

    return register


def opening_steps() -> list[OpeningStep]:
    return list(_steps.values())


def run_steps(*, town: Town, now: datetime) -> None:
    """Run every step in the current schema, with no progress shown: for tests and demos."""
    for step in opening_steps():
        step.run(town=town, now=now)
