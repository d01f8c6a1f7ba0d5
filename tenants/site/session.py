"""Who is visiting a town's site, and with which basket."""

from datetime import datetime
from typing import cast

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.tenancy import in_public_schema
from tenants.orders.basket import adopt, basket_for, find_basket
from tenants.orders.basket_counter import SESSION_KEY
from tenants.orders.models import Basket
from tenants.residents.models import Resident
from tenants.residents.services import resident_of


def town_of(request: HttpRequest) -> Town:
    """The town whose host was asked for: the site is served on no other."""
    return cast("Town", request.tenant)  # type: ignore[attr-defined]  # set by the towns' middleware


def resident_here(request: HttpRequest) -> Resident | None:
    """The resident who is signed in; None for a visitor, and for an account that has never ordered."""
    if not request.user.is_authenticated:
        return None
    return Resident.objects.filter(user_id=request.user.pk).first()


def signed_in_resident(request: HttpRequest, *, now: datetime) -> Resident:
    """The resident that the signed-in account is, made if need be. For pages behind sign-in."""
    return resident_of(user=cast("User", request.user), now=now)


def current_basket(request: HttpRequest) -> Basket | None:
    """The visitor's basket, if they have begun one."""
    basket = find_basket(basket_id=request.session.get(SESSION_KEY), resident=resident_here(request))
    if basket is not None and request.session.get(SESSION_KEY) != str(basket.pk):
        # Begun on another device: the header counts it from here on.
        request.session[SESSION_KEY] = str(basket.pk)
    return basket


def ensure_basket(request: HttpRequest, *, now: datetime) -> Basket:
    """The visitor's basket, begun if need be."""
    basket = basket_for(basket_id=request.session.get(SESSION_KEY), resident=resident_here(request), now=now)
    request.session[SESSION_KEY] = str(basket.pk)
    return basket


@receiver(user_logged_in, dispatch_uid="tenants.site.keep_basket")
def keep_basket(request: HttpRequest, user: User, **_signal: object) -> None:
    """Keep the basket of the visitor who signs in, and find again the one they left on another device."""
    if in_public_schema():
        return
    now = timezone.now()
    begun = find_basket(basket_id=request.session.get(SESSION_KEY), resident=None)
    if begun is None:
        own = Basket.objects.filter(resident__user=user).first()
        if own is not None:
            request.session[SESSION_KEY] = str(own.pk)
        return
    basket = adopt(basket=begun, resident=resident_of(user=user, now=now), now=now)
    request.session[SESSION_KEY] = str(basket.pk)
