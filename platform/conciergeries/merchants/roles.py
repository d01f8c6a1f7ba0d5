"""The merchant's role: a member of one merchant, or of several."""

from datetime import datetime
from typing import Any

from conciergeries.merchants.models import Merchant, MerchantMember
from shared.accounts.models import User
from shared.accounts.roles import Role, register


def _grant(*, user: User, context: dict[str, Any], now: datetime) -> None:  # noqa: ARG001  (a role's signature)
    MerchantMember.objects.get_or_create(user=user, merchant=Merchant.objects.get(pk=context["merchant_id"]))


register(
    Role(
        key="merchant",
        label="commerçant",
        home="portal:orders",
        in_public=True,
        holds=lambda user: MerchantMember.objects.filter(user=user).exists(),
        grant=_grant,
    )
)
