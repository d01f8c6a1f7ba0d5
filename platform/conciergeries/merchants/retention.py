"""What the platform forgets of the people who had a role on it, and of those who sold."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from conciergeries.merchants.models import Merchant, MerchantMember, MerchantPresence
from conciergeries.towns.models import Operator
from shared.accounts.models import User
from shared.retention.registry import Purge, empty, register


def _accounts_without_role(before: datetime) -> QuerySet[User]:
    member = MerchantMember.objects.filter(user=OuterRef("pk"))
    operator = Operator.objects.filter(user=OuterRef("pk"))
    silent = Q(last_login__lt=before) | Q(last_login=None)
    return User.objects.filter(~Exists(member), ~Exists(operator), silent, date_joined__lt=before)


def _remove(users: QuerySet[User], now: datetime) -> int:  # noqa: ARG001  (the signature of forgetting)
    """Not User.delete(): Django's cascade would visit the tables of towns, which public has not."""
    EmailAddress.objects.filter(user__in=users).delete()
    Authenticator.objects.filter(user__in=users).delete()
    return users._raw_delete("default")  # noqa: SLF001  (Django has no other way to delete without asking who refers)


register(Purge(key="accounts", rows=_accounts_without_role, forget=_remove, in_public=True, in_towns=False))


def _birth_dates_of_those_gone(before: datetime) -> QuerySet[Merchant]:
    """Those of merchants that have left every town, so long ago that nobody is to be declared any more."""
    of_merchant = MerchantPresence.objects.filter(merchant=OuterRef("pk"))
    here = of_merchant.filter(Q(left_at=None) | Q(left_at__gte=before))
    return Merchant.objects.filter(Exists(of_merchant), ~Exists(here), birth_date__isnull=False)


register(
    Purge(
        key="birth_dates",
        rows=_birth_dates_of_those_gone,
        forget=empty(birth_date=None),
        in_public=True,
        in_towns=False,
    )
)
