"""Failures that a test asks for: the next matching requests break, before or after they are applied."""

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.tools.fake_stripe.errors import INVALID_REQUEST, ApiError
from tests.tools.fake_stripe.params import Params

MODES = ("status", "reset", "timeout", "delay", "hold")
PAYMENT_REQUIRED = 402
MOMENTS = ("before", "after")


@dataclass
class Fault:
    """`status`: an error page; with a `code`, Stripe's own refusal. `reset`: the connection is cut. `timeout`:
    silence for `seconds`, then cut. `delay`: the right answer, `seconds` late.

    These happen in front of the API, so idempotency keys know nothing of them: after an `after`, the same key gets the
    true answer again; after a `before`, the request can be made for the first time.
    """

    method: str = "POST"
    path: str = "*"
    mode: str = "status"
    when: str = "before"
    status: int = 500
    code: str | None = None
    seconds: float = 60.0
    times: int = 1

    def refusal(self) -> ApiError | None:
        """What Stripe says when it heard and will not; a refused card is an error of another type."""
        if self.code is None:
            return None
        kind = "card_error" if self.status == PAYMENT_REQUIRED else INVALID_REQUEST
        return ApiError(f"The fake Stripe was told to refuse: {self.code}.", kind=kind, code=self.code)


class Faults:
    """In memory only: a restart is a fresh start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._gate = threading.Condition()
        self._held = 0
        self._opened = 0

    def hold(self) -> None:
        """Wait until the test lets go."""
        with self._gate:
            self._held += 1
            before = self._opened
            self._gate.wait_for(lambda: self._opened > before)
            self._held -= 1

    @property
    def held(self) -> int:
        """How many requests wait for it."""
        with self._gate:
            return self._held

    def let_go(self) -> int:
        """Let all that is held go on; how many that was."""
        with self._gate:
            self._opened += 1
            self._gate.notify_all()
            return self._held

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The oldest failure that matches, which then has one time less to live."""
        with self._lock:
            for fault in self._waiting:
                if fault.method in ("*", method) and fnmatchcase(path, fault.path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None


def read(params: Params) -> Fault:
    """A failure described in JSON, as the test controls receive it."""
    params.only("method", "path", "mode", "when", "status", "code", "seconds", "times")
    seconds = params.tree.get("seconds", 60.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ApiError("Invalid number of seconds", param="seconds")
    return Fault(
        method=params.text("method") or "POST",
        path=params.text("path") or "*",
        mode=params.choice("mode", MODES) or "status",
        when=params.choice("when", MOMENTS) or "before",
        status=params.integer("status") or (400 if params.has("code") else 500),
        code=params.text("code"),
        seconds=float(seconds),
        times=params.integer("times", minimum=1) or 1,
    )
