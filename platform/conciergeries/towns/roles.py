"""The operator's role."""

from datetime import datetime
from typing import Any

from conciergeries.towns.models import Operator
from shared.accounts.models import User
from shared.accounts.roles import Role, register


def _grant(*, user: User, context: dict[str, Any], now: datetime) -> None:  # noqa: ARG001  (a role's signature)
    Operator.objects.get_or_create(user=user)


register(
    Role(
        key="operator",
        label="opérateur de la plateforme",
        home="console:towns",
        in_public=True,
        holds=lambda user: Operator.objects.filter(user=user).exists(),
        grant=_grant,
    )
)
