"""Which merchants have left the current town: they sell there no more, and keep their papers."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from conciergeries.merchants.models import MerchantPresence
from shared.tenancy import current_schema


def presences_here() -> QuerySet[MerchantPresence]:
    """The presences of merchants in the current town."""
    return MerchantPresence.objects.filter(town__schema_name=current_schema())


def left_here() -> dict[UUID, datetime]:
    """The merchants that have left the current town, and when."""
    left = presences_here().exclude(left_at=None).order_by("merchant_id")
    return {each.merchant_id: each.left_at for each in left if each.left_at}
