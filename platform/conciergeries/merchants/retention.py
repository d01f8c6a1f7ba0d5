"""What the platform forgets of the people who had a role on it."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from conciergeries.merchants.models import MerchantMember
from conciergeries.towns.models import Operator
from shared.accounts.models import User
from shared.retention.registry import Purge, register


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
