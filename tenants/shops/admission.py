"""Admitting shops to a town, and withdrawing them.

A merchant is one row of the public schema for all the towns it sells in, known by its SIRET. A town admits a *shop*;
it decides nothing about the merchant's other towns, and cannot give anybody a key to them: the people of a merchant
that the platform knows already are written to at the address they gave themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from stdnum.fr import siret as siret_rules

from billing.commissions.services import tell_newcomer
from conciergeries.merchants.models import Merchant, MerchantMember, MerchantPresence
from shared.accounts.invitations import invite
from shared.accounts.models import Invitation, User
from shared.audit.services import record
from shared.french import of
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.tenancy import in_public
from shared.web.addresses import absolute_url
from tenants.shops.models import Shop, ShopKind

ROLE = "merchant"
# A second click is not a second invitation.
SAME_CLICK = timedelta(minutes=1)


class AlreadyAdmittedError(ValueError):
    """The merchant has a shop in this town: `shop`, perhaps withdrawn."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        super().__init__(f"{shop} is admitted already")


class HasLeftError(ValueError):
    """The merchant has left the town: to have it back is another decision (tenants.shops.leaving)."""


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A shop admitted; `known` when the platform knew the merchant, `invited` when somebody was offered its login."""

    shop: Shop
    merchant: Merchant
    known: bool
    invited: bool


@transaction.atomic
def admit(
    *,
    town: Any,
    siret: str,
    name: str,
    address: str,
    postcode: str,
    city: str,
    email: str,
    kind: ShopKind,
    is_craft: bool,
    actor: Any,
    now: datetime,
) -> Admission:
    """Give a merchant a window in this town, all or nothing. Call it inside the town.

    The merchant is found by its SIRET or made; whoever keeps it is invited on the platform's host, or told when they
    have their login already. Raises AlreadyAdmittedError, and
    django.core.exceptions.ValidationError tied to fields.
    """
    siret = siret_rules.compact(siret)
    email = User.objects.normalize_email(email)
    with in_public():
        merchant, made = _merchant(
            Merchant(siret=siret, name=name, contact_email=email, address=address, postcode=postcode, city=city)
        )
    shop = Shop.objects.filter(merchant_id=merchant.pk).first()
    if shop is not None:
        raise AlreadyAdmittedError(shop)
    shop = Shop(merchant=merchant, name=name, slug=_free_slug(name), kind=kind, is_craft=is_craft, admitted_at=now)
    shop.clean_fields(exclude=["merchant"])
    shop.save(force_insert=True)
    with in_public():
        MerchantPresence.objects.get_or_create(merchant=merchant, town=town, defaults={"since": now})
        invited = _offer_login(merchant=merchant, town=town, actor=actor, now=now)
    if not invited:
        _write_to(merchant, "shops/admitted", now, shop=shop)
    tell_newcomer(town=town, merchant_id=merchant.pk, now=now)
    details = {"name": name, "siret": siret, "merchant": str(merchant.pk), "known": not made, "invited": invited}
    record(actor=actor, action="shop.admitted", target=shop, details=details, now=now)
    return Admission(shop=shop, merchant=merchant, known=not made, invited=invited)


def _merchant(new: Merchant) -> tuple[Merchant, bool]:
    """The merchant of this SIRET, locked: two admissions of the same one wait for each other."""
    new.clean_fields()
    facts = ("id", "name", "contact_email", "address", "postcode", "city")
    found, made = Merchant.objects.get_or_create(siret=new.siret, defaults={name: getattr(new, name) for name in facts})
    merchant = lock_one(Merchant.objects.all(), pk=found.pk)
    return merchant, made


def _offer_login(*, merchant: Merchant, town: Any, actor: Any, now: datetime) -> bool:
    """Invite the merchant's own address, unless somebody acts for it already."""
    if MerchantMember.objects.filter(merchant=merchant).exists():
        return False
    just_sent = Invitation.objects.filter(
        role=ROLE,
        context__merchant_id=str(merchant.pk),
        created_at__gt=now - SAME_CLICK,
        accepted_at=None,
        revoked_at=None,
    )
    if not just_sent.exists():
        context = {
            "merchant_id": str(merchant.pk),
            "merchant": f"{merchant.name}, pour la conciergerie {of(town.name)}",
        }
        invite(email=merchant.contact_email, role_key=ROLE, invited_by=actor, now=now, context=context)
    return True


def _free_slug(name: str) -> str:
    slug = slugify(name)[:90]
    if not slug:
        raise ValidationError({"name": "Donnez un nom qui contienne des lettres."})
    taken = set(Shop.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(found for found in (slug, *(f"{slug}-{number}" for number in range(2, 999))) if found not in taken)


@transaction.atomic
def send_invitation_again(*, town: Any, shop_id: UUID, actor: Any, now: datetime) -> bool:
    """Invite the merchant of a shop once more; False when somebody acts for it by now. Raises Shop.DoesNotExist."""
    merchant = Shop.objects.select_related("merchant").get(pk=shop_id).merchant
    with in_public():
        return _offer_login(merchant=merchant, town=town, actor=actor, now=now)


@transaction.atomic
def withdraw(*, shop_id: UUID, reason: str, actor: Any, now: datetime) -> Shop:
    """Take a shop out of the site, with a reason its merchant is told; orders under way go on. Twice is once.

    Raises Shop.DoesNotExist.
    """
    shop = lock_one(Shop.objects.select_related("merchant"), pk=shop_id)
    if shop.withdrawn_at:
        return shop
    shop.withdrawn_at = now
    shop.save(update_fields=["withdrawn_at"])
    _write_to(shop.merchant, "shops/withdrawn", now, shop=shop, reason=reason)
    record(actor=actor, action="shop.withdrawn", target=shop, details={"name": shop.name, "reason": reason}, now=now)
    return shop


@transaction.atomic
def readmit(*, shop_id: UUID, actor: Any, now: datetime) -> Shop:
    """Put a withdrawn shop back on the site. Twice is once. Raises Shop.DoesNotExist, HasLeftError."""
    shop = lock_one(Shop.objects.select_related("merchant"), pk=shop_id)
    if not shop.withdrawn_at:
        return shop
    if shop.departures.filter(left_at__isnull=False, returned_at=None).exists():
        raise HasLeftError
    shop.withdrawn_at = None
    shop.admitted_at = shop.admitted_at or now
    shop.save(update_fields=["withdrawn_at", "admitted_at"])
    _write_to(shop.merchant, "shops/readmitted", now, shop=shop)
    record(actor=actor, action="shop.readmitted", target=shop, details={"name": shop.name}, now=now)
    return shop


def _write_to(merchant: Merchant, template: str, now: datetime, **context: Any) -> None:
    with in_public():
        portal = absolute_url("/portail/")
    notify(to=merchant.contact_email, template=template, context={"portal": portal, **context}, now=now)
