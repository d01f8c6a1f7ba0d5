"""From a method and a path to the function that answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.params import Params
from tests.tools.fake_stripe.store import Body


@dataclass(frozen=True)
class Call:
    """One API request; `names` are the parts of the path, `account` is the Stripe-Account header."""

    ctx: Context
    method: str
    path: str
    params: Params
    names: dict[str, str]
    account: str | None = None

    @property
    def id(self) -> str:
        return self.names["id"]


Handler = Callable[[Call], Body]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler


class Router:
    def __init__(self) -> None:
        self.routes: list[Route] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a function for a path such as `/v1/refunds/{id}`."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")

        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, pattern, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for route in self.routes:
            match = route.pattern.match(path)
            if route.method == method and match:
                return route.handler, match.groupdict()
        return None


api = Router()
controls = Router()
