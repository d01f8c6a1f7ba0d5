"""What a person may be. Each app that owns a role's rows registers the role in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.accounts.models import User
from shared.tenancy import in_public_schema


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role: `in_public` says on which hosts it exists; `home` is the URL name of its first page.

    `grant(user=…, context=…, now=…)` makes the rows of the role; it must accept being called twice.
    """

    key: str
    label: str
    home: str
    in_public: bool
    holds: Callable[[User], bool]
    grant: Callable[..., Any]


_roles: dict[str, Role] = {}


class UnknownRoleError(LookupError):
    """No app has registered this role."""


def register(role: Role) -> None:
    _roles[role.key] = role


def role(key: str) -> Role:
    """The role of that name. Raises UnknownRoleError."""
    if key not in _roles:
        raise UnknownRoleError(key)
    return _roles[key]


def roles_of(user: Any) -> list[Role]:
    """The roles that `user` holds on this host, in order of registration."""
    if not user.is_authenticated:
        return []
    return [one for one in _roles.values() if one.in_public == in_public_schema() and one.holds(user)]


def grant(*, user: User, key: str, context: dict[str, Any], now: datetime) -> None:
    role(key).grant(user=user, context=context, now=now)
