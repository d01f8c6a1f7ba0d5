"""Admitting shops: a town opens a window, and hands out nobody else's key."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from conciergeries.merchants.models import Merchant, MerchantMember, MerchantPresence
from shared.accounts.invitations import accept
from shared.accounts.models import Invitation, User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tenants.shops import admission
from tenants.shops.admission import AlreadyAdmittedError
from tenants.shops.models import Product, Shop, ShopKind
from tenants.staff.models import StaffRole
from tests.factories import make_member, make_product, make_staff

pytestmark = pytest.mark.django_db

SIRET = "732 829 320 00074"
HOUR = timedelta(hours=1)


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


def _admit(town: Any, actor: Any, now: datetime, **change: Any) -> admission.Admission:
    facts: dict[str, Any] = {
        "siret": SIRET,
        "name": "Fromagerie des Alpilles",
        "address": "12 rue de la République",
        "postcode": "13800",
        "city": "Istres",
        "email": "Lea@Alpilles.example",
        "kind": ShopKind.CHEESE,
        "is_craft": False,
    }
    return admission.admit(town=town, actor=actor, now=now, **(facts | change))


def _public_invitations() -> list[Invitation]:
    with in_public():
        return list(Invitation.objects.order_by("created_at"))


def test_a_new_merchant_is_made_and_invited_on_the_platforms_host(istres: Any, mayor: User, now: datetime) -> None:
    done = _admit(istres, mayor, now)
    assert (done.known, done.invited) == (False, True)
    assert done.merchant.siret == "73282932000074"
    assert (done.merchant.address, done.merchant.postcode, done.merchant.city) == (
        "12 rue de la République",
        "13800",
        "Istres",
    )
    assert list(Shop.objects.open_to_residents()) == [done.shop]
    [invitation] = _public_invitations()
    assert (invitation.email, invitation.role) == ("lea@alpilles.example", "merchant")
    assert not Invitation.objects.exists(), "nothing of it in the town"
    with in_public():
        assert MerchantPresence.objects.get(merchant=done.merchant).town == istres
        letter = Message.objects.get(template="account/invitation")
    assert "http://localhost/invitation/" in letter.text
    assert "istres.localhost" not in letter.text
    assert AuditEvent.objects.get(action="shop.admitted").details["name"] == "Fromagerie des Alpilles"


def test_the_invited_one_becomes_a_member(istres: Any, mayor: User, now: datetime) -> None:
    done = _admit(istres, mayor, now)
    with in_public():
        token = Message.objects.get(template="account/invitation").text.split("/invitation/")[1].split("/")[0]
        user = accept(token=token, name="Léa", password=None, now=now + HOUR)
        assert MerchantMember.objects.get(user=user).merchant == done.merchant


def test_admitted_twice_is_admitted_once(istres: Any, mayor: User, now: datetime) -> None:
    shop = _admit(istres, mayor, now).shop
    with pytest.raises(AlreadyAdmittedError) as raised:
        _admit(istres, mayor, now, name="Un autre nom")
    assert raised.value.shop == shop
    assert Shop.objects.count() == 1
    assert len(_public_invitations()) == 1


def test_a_merchant_of_another_town_keeps_its_keys(istres: Any, viroflay: Any, mayor: User, now: datetime) -> None:
    first = _admit(istres, mayor, now)
    lea = make_member(merchant=first.merchant, email="lea@alpilles.example")
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        second = _admit(viroflay, bruno, now + HOUR, email="bruno@elsewhere.example", name="Alpilles à Viroflay")
        assert (second.known, second.invited) == (True, False)
        assert second.merchant == first.merchant
        letter = Message.objects.get(template="shops/admitted")
    assert letter.to == "lea@alpilles.example", "told at her own address"
    assert not [each for each in _public_invitations() if each.email == "bruno@elsewhere.example"]
    with in_public():
        assert [member.user for member in MerchantMember.objects.all()] == [lea]
        assert Merchant.objects.get().contact_email == "lea@alpilles.example"
        assert MerchantPresence.objects.count() == 2


def test_a_known_merchant_nobody_acts_for_is_invited_at_its_own_address(
    istres: Any, viroflay: Any, mayor: User, now: datetime
) -> None:
    _admit(istres, mayor, now)
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        done = _admit(viroflay, bruno, now + HOUR, email="bruno@elsewhere.example")
    assert (done.known, done.invited) == (True, True)
    assert {each.email for each in _public_invitations()} == {"lea@alpilles.example"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": "123"}, "siret"),
        ({"email": "pas une adresse"}, "contact_email"),
        ({"postcode": "1380"}, "postcode"),
        ({"name": "···"}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"kind": "casino"}, "kind"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    istres: Any, mayor: User, now: datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        _admit(istres, mayor, now, **change)
    assert field in raised.value.message_dict
    assert not Shop.objects.exists()
    assert not Merchant.objects.exists()
    assert not _public_invitations()


def test_two_shops_of_one_name_have_two_addresses(istres: Any, mayor: User, now: datetime) -> None:
    _admit(istres, mayor, now)
    second = _admit(istres, mayor, now, siret="55210055400013").shop
    assert second.slug == "fromagerie-des-alpilles-2"


def test_withdrawn_with_its_reason_and_back(istres: Any, mayor: User, now: datetime) -> None:
    shop = _admit(istres, mayor, now).shop
    make_product(shop=shop)
    for _ in range(2):
        admission.withdraw(shop_id=shop.pk, reason="Bail terminé.", actor=mayor, now=now + HOUR)
    assert not Product.objects.for_sale().exists()
    letter = Message.objects.get(template="shops/withdrawn")
    assert "«\xa0Bail terminé.\xa0»" in letter.text
    assert "http://localhost/portail/" in letter.text
    for _ in range(2):
        admission.readmit(shop_id=shop.pk, actor=mayor, now=now + 2 * HOUR)
    assert Product.objects.for_sale().exists()
    assert Message.objects.filter(template="shops/readmitted").count() == 1
    assert list(
        AuditEvent.objects.filter(object_type="shops.shop").order_by("at").values_list("action", flat=True)
    ) == [
        "shop.admitted",
        "shop.withdrawn",
        "shop.readmitted",
    ]


def test_invited_again_only_while_nobody_acts_for_it(istres: Any, mayor: User, now: datetime) -> None:
    done = _admit(istres, mayor, now)
    assert admission.send_invitation_again(town=istres, shop_id=done.shop.pk, actor=mayor, now=now + HOUR)
    assert [each.revoked_at is None for each in _public_invitations()] == [False, True]
    make_member(merchant=done.merchant)
    assert not admission.send_invitation_again(town=istres, shop_id=done.shop.pk, actor=mayor, now=now + 2 * HOUR)


def test_a_shop_of_another_town_does_not_exist_here(istres: Any, viroflay: Any, mayor: User, now: datetime) -> None:
    shop = _admit(istres, mayor, now).shop
    with in_town(viroflay):
        for verb in (
            lambda: admission.withdraw(shop_id=shop.pk, reason="x", actor=mayor, now=now),
            lambda: admission.readmit(shop_id=shop.pk, actor=mayor, now=now),
            lambda: admission.send_invitation_again(town=viroflay, shop_id=uuid4(), actor=mayor, now=now),
        ):
            with pytest.raises(Shop.DoesNotExist):
                verb()
    shop.refresh_from_db()
    assert shop.withdrawn_at is None
