"""What a person of a merchant may see: their merchants, the towns those sell in, and there their own rows only.

Every page looks an object up inside one town *and* among one's own merchants; anything else is a 404, as if it were
not there. In a town that a merchant has left, its orders and its papers are there; its window is not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from conciergeries.merchants.models import Merchant, MerchantMember, MerchantPresence
from conciergeries.merchants.presence import left_here
from conciergeries.towns.models import Town
from shared.accounts.permissions import require_role
from shared.tenancy import in_town
from tenants.orders.events import Actor
from tenants.orders.models import Line, ShopOrder, Substitution
from tenants.orders.queries import parts_of_merchants
from tenants.shops.models import Product, Shop, ShopChange, ShopPause

P = ParamSpec("P")


@dataclass(frozen=True, kw_only=True)
class Access:
    """One signed-in person, and the merchants they act for."""

    user: Any
    merchants: dict[UUID, Merchant]

    @property
    def actor(self) -> Actor:
        return Actor(str(self.user), "portal")

    @property
    def has_several(self) -> bool:
        return len(self.merchants) > 1

    def towns(self) -> list[Town]:
        """The towns where any of the merchants sells or sold, by name; a suspended one too, whose statements remain."""
        present = MerchantPresence.objects.filter(merchant__in=self.merchants).values("town")
        return list(
            Town.objects.select_related("operating_company").filter(pk__in=present, ready=True).order_by("name")
        )

    def town(self, slug: str) -> Town:
        """Raises Http404 for a town where none of the merchants ever sold."""
        found = next((town for town in self.towns() if town.slug == slug), None)
        if found is None:
            raise Http404
        return found

    def merchant(self, merchant_id: UUID) -> Merchant:
        """Raises Http404 for somebody else's."""
        if merchant_id not in self.merchants:
            raise Http404
        return self.merchants[merchant_id]

    # --- Inside a town ---

    def left(self) -> list[tuple[Merchant, datetime]]:
        """Those of the merchants that have left the current town, and when."""
        left = left_here()
        return [(merchant, left[key]) for key, merchant in self.merchants.items() if key in left]

    def _selling(self) -> list[UUID]:
        left = left_here()
        return [key for key in self.merchants if key not in left]

    def shops(self) -> list[Shop]:
        return list(Shop.objects.filter(merchant_id__in=self._selling()).order_by("name", "pk"))

    def shop(self, shop_id: UUID) -> Shop:
        return get_object_or_404(Shop, pk=shop_id, merchant_id__in=self._selling())

    def product(self, shop_id: UUID, product_id: UUID) -> Product:
        mine = Product.objects.select_related("shop").filter(shop__merchant_id__in=self._selling())
        return get_object_or_404(mine, pk=product_id, shop_id=shop_id)

    def change(self, shop_id: UUID, change_id: UUID) -> ShopChange:
        mine = ShopChange.objects.select_related("shop").filter(shop__merchant_id__in=self._selling())
        return get_object_or_404(mine, pk=change_id, shop_id=shop_id)

    def pause(self, shop_id: UUID, pause_id: UUID) -> ShopPause:
        mine = ShopPause.objects.filter(shop__merchant_id__in=self._selling())
        return get_object_or_404(mine, pk=pause_id, shop_id=shop_id)

    def part(self, part_id: UUID) -> ShopOrder:
        return get_object_or_404(parts_of_merchants(self.merchants), pk=part_id)

    def line(self, line_id: UUID) -> Line:
        mine = Line.objects.filter(shop_order__in=parts_of_merchants(self.merchants).order_by().values("pk"))
        return get_object_or_404(mine.select_related("shop_order__order", "shop_order__shop"), pk=line_id)

    def substitution(self, substitution_id: UUID) -> Substitution:
        mine = parts_of_merchants(self.merchants).order_by().values("pk")
        found = Substitution.objects.filter(line__shop_order__in=mine).select_related("line")
        return get_object_or_404(found, pk=substitution_id)


def access_of(request: HttpRequest) -> Access:
    """Read in public, on the platform's host: from a town, the same members would be other people."""
    members = MerchantMember.objects.filter(user=request.user).select_related("merchant")
    return Access(user=request.user, merchants={member.merchant_id: member.merchant for member in members})


@contextmanager
def there(town: Town) -> Iterator[None]:
    """Work in a town, by its own clock."""
    with in_town(town), timezone.override(ZoneInfo(town.timezone)):
        yield


Page = Callable[Concatenate[HttpRequest, Access, P], HttpResponseBase]


def merchants_only(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the person's access; a stranger signs in, anybody else is refused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, access_of(request), *args, **kwargs)

    return require_role("merchant")(guarded)
