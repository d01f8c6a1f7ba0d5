"""Stripe's errors: an HTTP status and a body `{"error": {type, code, message, param}}`."""

from typing import Any

INVALID_REQUEST = "invalid_request_error"


class ApiError(Exception):
    """A refusal, in Stripe's shape.

    `applied` says that the endpoint has begun to act: what it wrote is kept, and an idempotency key remembers.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID_REQUEST,
        code: str | None = None,
        param: str | None = None,
        applied: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.applied = applied
        self.extra = extra or {}

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes/{self.code.replace('_', '-')}"
        error["message"] = str(self)
        if self.param:
            error["param"] = self.param
        error["type"] = self.kind
        return {"error": error | self.extra}


def missing(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid_choice(param: str, choices: tuple[str, ...]) -> ApiError:
    listed = choices[0] if len(choices) == 1 else f"one of {', '.join(choices[:-1])}, or {choices[-1]}"
    return ApiError(f"Invalid {param}: must be {listed}", param=param)


def no_such(what: str, identifier: str, *, param: str = "id", status: int = 404) -> ApiError:
    """The object does not exist: 404 when the address names it, 400 when a parameter does."""
    return ApiError(f"No such {what}: '{identifier}'", status=status, code="resource_missing", param=param)


def not_played(what: str) -> ApiError:
    """Stripe has it, this stand-in does not: said aloud rather than ignored."""
    return ApiError(f"The fake Stripe does not play {what}.", code="not_played_by_the_fake")
