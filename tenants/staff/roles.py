"""The two roles of a town's staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.accounts.models import User
from shared.accounts.roles import Role, register
from tenants.staff.models import Staff, StaffRole


def _holds(key: str) -> Callable[[User], bool]:
    return lambda user: Staff.objects.filter(user=user, role=key, active=True).exists()


def _grants(key: str) -> Callable[..., None]:
    def grant(*, user: User, context: dict[str, Any], now: datetime) -> None:  # noqa: ARG001  (a role's signature)
        Staff.objects.update_or_create(user=user, role=key, defaults={"active": True}, create_defaults={"since": now})

    return grant


for _role, _home in ((StaffRole.CONCIERGE, "desk:today"), (StaffRole.TOWN_HALL, "town_hall:home")):
    register(
        Role(
            key=_role.value,
            label=str(_role.label),
            home=_home,
            in_public=False,
            holds=_holds(_role.value),
            grant=_grants(_role.value),
        )
    )
