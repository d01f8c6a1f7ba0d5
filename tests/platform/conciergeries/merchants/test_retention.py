"""The platform forgets the accounts of people without a role, and when those who sold were born."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import Operator
from shared.accounts.models import User
from shared.retention.delays import DELAYS
from shared.retention.services import purge_here
from shared.tenancy import in_public, in_town
from tests.factories import account_of, leave, make_member, make_merchant, make_resident, make_user

MOMENT = timedelta(seconds=1)


def test_accounts_without_a_role(istres: Any, now: datetime) -> None:
    old = now - DELAYS["accounts"] - MOMENT
    with in_town(istres):
        user = account_of(make_resident())
        User.objects.filter(pk=user.pk).update(date_joined=now)
    with in_public():
        gone = make_user(email="partie@boutique.example")
        Authenticator.objects.create(user=gone, type="totp", data={"secret": "x"})
        member = make_member(merchant=make_merchant())
        operator = make_user(email="odile@plateforme.example")
        Operator.objects.create(user=operator)
        User.objects.update(date_joined=old)
        back = make_user(email="revenue@boutique.example")
        User.objects.filter(pk=back.pk).update(date_joined=old, last_login=old + 2 * MOMENT)

        assert purge_here(now=now, dry_run=True).counts["accounts"] == 1
        assert purge_here(now=now).counts["accounts"] == 1

        assert set(User.objects.values_list("pk", flat=True)) == {member.pk, operator.pk, back.pk}
        assert not EmailAddress.objects.filter(email="partie@boutique.example").exists()
        assert not Authenticator.objects.exists()
    with in_town(istres):
        assert User.objects.filter(pk=user.pk).exists()


def test_when_a_sole_trader_was_born_once_every_town_was_left_long_ago(
    istres: Any, viroflay: Any, now: datetime
) -> None:
    old = now - DELAYS["birth_dates"] - MOMENT
    gone, half, back, late = (make_merchant(name=name, town=istres) for name in ("Gone", "Half", "Back", "Late"))
    for merchant in (gone, half, late):
        leave(merchant=merchant, town=istres, at=old if merchant != late else old + 2 * MOMENT)
    MerchantPresence.objects.create(merchant=half, town=viroflay, since=old)
    MerchantPresence.objects.create(merchant=back, town=viroflay, since=old, left_at=old)
    Merchant.objects.update(is_sole_trader=True, birth_date=date(1980, 5, 17))
    with in_public():
        assert purge_here(now=now, dry_run=True).counts["birth_dates"] == 1
        for left in (1, 0):
            assert purge_here(now=now).counts.get("birth_dates", 0) == left
    forgotten = Merchant.objects.filter(birth_date=None)
    assert [(each.name, each.is_sole_trader) for each in forgotten] == [("Gone", True)]
