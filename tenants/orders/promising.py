"""What a town can promise for some products at a moment: everything loaded once, then asked for each hub."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.calendars import longest_pause
from tenants.hubs.facts import Item, Lead, Pause, Question, ShopFacts
from tenants.hubs.models import Hub
from tenants.hubs.promise import Promise, collect, promise
from tenants.hubs.queries import hub_facts, round_facts, rounds_with_times, with_times
from tenants.hubs.supply import Collected
from tenants.orders.room import taken
from tenants.shops import times
from tenants.shops.models import Product, Shop

if TYPE_CHECKING:
    from conciergeries.towns.models import Town


@dataclass(frozen=True)
class Prospects:
    """The questions of one basket at one moment, a hub each."""

    now: datetime
    hubs: Sequence[Hub]
    questions: Mapping[UUID, Question]

    def at(self, hub: Hub) -> Promise:
        """What one of the hubs can promise."""
        return promise(self.questions[hub.pk], now=self.now, collected=self._collected)

    @cached_property
    def _collected(self) -> Collected:
        """What the rounds can fetch, which the hubs share."""
        return collect(next(iter(self.questions.values())), now=self.now)

    def beyond_room(self, hub: Hub) -> Promise:
        """What it could promise if neither its windows nor the rounds were ever full: for who overbooks knowingly."""
        return promise(self.questions[hub.pk].without_limits(), now=self.now)

    def without(self, hub: Hub, products: Iterable[Product]) -> Promise:
        """What it could promise without some products."""
        left_out = {product.pk for product in products}
        question = self.questions[hub.pk]
        items = tuple(item for item in question.items if item.key not in left_out)
        return promise(replace(question, items=items), now=self.now)


def prospects(
    *,
    town: "Town",
    products: Iterable[Product],
    now: datetime,
    hubs: Iterable[Hub] | None = None,
    besides: Collection[UUID] = (),
) -> Prospects:
    """Load the prospects of these products at the open hubs, or at some.

    The places that the orders `besides` keep are not counted: they are this basket's own.

    Four statements, whatever the number of hubs, shops and products.
    """
    chosen = Hub.objects.filter(active=True) if hubs is None else Hub.objects.filter(pk__in=[hub.pk for hub in hubs])
    loaded = list(with_times(chosen, now=now).order_by("-is_main", "name", "pk"))
    rounds = list(rounds_with_times())
    products = list(products)
    shops = _shops(town=town, ids={product.shop_id for product in products}, now=now)
    items = tuple(item_of(product) for product in products)
    counts = taken(places=[*loaded, *rounds], besides=besides, now=now)
    collections = tuple(
        round_facts(each, town=town, taken=counts.get(each.pk, {})) for each in rounds if each.is_collection
    )
    questions = {
        hub.pk: Question(
            items=items,
            shops=shops,
            collections=collections,
            hub=hub_facts(hub, town=town, rounds=rounds, taken=counts.get(hub.pk, {}), trips=counts),
        )
        for hub in loaded
    }
    return Prospects(now=now, hubs=loaded, questions=questions)


def item_of(product: Product) -> Item:
    """What the promise reads of a product."""
    lead = Lead(
        hours=product.lead_hours if product.made_to_order else 0,
        opening_days=product.lead_days if product.made_to_order else 0,
        weekdays=product.weekdays,
    )
    return Item(key=product.pk, name=product.name, shop=product.shop_id, lead=lead)


def _shops(*, town: "Town", ids: set[UUID], now: datetime) -> dict[UUID, ShopFacts]:
    if not ids:
        return {}
    found: dict[UUID, ShopFacts] = {}
    shops: Iterable[Any] = times.with_times(Shop.objects.filter(pk__in=ids), now=now).order_by("pk")
    for shop in shops:
        pause = longest_pause(shop.paused)
        found[shop.pk] = ShopFacts(
            name=shop.name,
            calendar=times.shop_calendar(shop, town=town),
            preparation=timedelta(minutes=shop.preparation_minutes),
            pause=Pause(*pause) if pause else None,
        )
    return found
