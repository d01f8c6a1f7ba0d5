"""Two towns, their Stripes and one clock that only moves forward; workers and beat do their work when they are told."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import stripe

from billing.payments.catching_up import catch_up
from billing.payments.routing import take_in
from billing.payments.services import open_account, refresh_account
from billing.settlements.models import Means
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.services import wake_payouts
from conciergeries.merchants.models import Merchant, MerchantAccount, MerchantPresence
from conciergeries.towns.models import OperatingCompany, Town
from shared.accounts.models import User
from shared.due.models import DueWork
from shared.due.services import claim_due, do_work
from shared.notifications.models import Message
from shared.notifications.services import SEND
from shared.outbox.delivery import deliver
from shared.outbox.models import Effect
from shared.tenancy import in_public, in_town
from tenants.hubs.models import Hub
from tenants.orders.confirming import CONFIRMED
from tenants.shops.models import Product, Shop
from tests.billing.settlements.ruling import rule
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_product, make_user, pay_in_shops
from tests.tenants.orders.weighing import make_weighed
from tests.tools.fake_stripe import FakeStripe

# Letters, and papers that typst takes half a second to make: they move no money.
NO_MONEY = (SEND, CONFIRMED, PAPERS_DUE)
# What Stripe may answer that is tried again later: the network, its funds, a movement it has not counted yet.
TRIED_AGAIN = ("APIConnectionError", "APIError", "FeeUnknownError", "InvalidRequestError: Request req")
# How often beat asks Stripe for the events that it could not bring.
CATCHES_UP = timedelta(hours=6)
COMPANY_IBAN = "DE89370400440532013000"
PLENTY = 10_000_000
# What Stripe keeps of each payment, refund and dispute.
FEES = {"fee_bp": 150, "fee_cents": 25, "refund_fee": 10, "dispute_fee": 1500}
HUB_FEE = 300


class WorkFailedError(AssertionError):
    """A worker met an error that no later try will cure."""


@dataclass
class Place:
    """One town: what it sells, the Stripe of its company, and the events that are still on their way."""

    town: Town
    fake: FakeStripe
    market: Market
    products: list[Product]
    merchants: list[Merchant]
    # A cheaper one and a dearer one than the wine that is ordered.
    other_wines: list[Product]
    snapshot: bytes = b""
    seen: set[str] = field(default_factory=set)
    on_the_way: list[dict[str, Any]] = field(default_factory=list)

    @property
    def alias(self) -> str:
        return str(self.town.operating_company.stripe_alias)

    def hear(self) -> list[dict[str, Any]]:
        """The events that Stripe has not brought yet, the oldest first."""
        with self.fake.store.transaction():
            rows = self.fake.store.rows("SELECT id FROM objects WHERE kind IN ('event', 'v2.core.event') ORDER BY seq")
            new = [self.fake.store.find(key) for (key,) in rows if key not in self.seen]
        for event in new:
            if event is not None:
                self.seen.add(event.id)
                self.on_the_way.append(event.body)
        return self.on_the_way


class World:
    """Both towns. What it does is done at `now`."""

    def __init__(self, places: list[Place], clerk: User) -> None:
        self.places = places
        # Who has a merchant's account on the platform.
        self.clerk = clerk
        self.now = TUESDAY

    def begin(self) -> None:
        """As it was when it was made: the database is rolled back by the caller, Stripe is here."""
        self.now = TUESDAY
        for place in self.places:
            place.fake.server.faults.clear()
            place.fake.store.restore(place.snapshot)
            place.seen, place.on_the_way = set(), []
            place.hear()
            place.on_the_way.clear()
            place.fake.set_clock(self.now)

    @contextmanager
    def inside(self, place: Place) -> Iterator[Town]:
        with in_town(place.town):
            yield place.town

    def wait(self, how_long: timedelta) -> None:
        """Let time go by; whoever works all day long has worked by then, and Stripe was asked for what it keeps."""
        first = min(how_long, CATCHES_UP)
        for span in (first, how_long - first):
            self.now += span
            for place in self.places:
                place.fake.set_clock(self.now)
                if span >= CATCHES_UP:
                    self.catch_up(place)
            self.work()
            self.beat()
            self.work()
            if first == how_long:
                break

    def tell(self, place: Place, event: dict[str, Any]) -> None:
        """Have Stripe bring an event, which is then delivered as far as Stripe knows."""
        with in_public():
            take_in(event=event, alias=place.alias, now=self.now)
        with place.fake.store.transaction():
            place.fake.store.rows("UPDATE deliveries SET state = 'delivered' WHERE event = ?", event["id"])

    def catch_up(self, place: Place) -> None:
        """Ask Stripe for the events that it could not bring, as beat does every six hours."""
        with in_public(), suppress(stripe.StripeError):
            catch_up(alias=place.alias, now=self.now)

    def beat(self) -> None:
        """Hand out what is due, and wake the payouts that wait."""
        with in_public():
            due = claim_due(now=self.now)
        for place in self.places:
            schema = place.town.schema_name
            with in_town(place.town):
                for (where, kind), subjects in due.items():
                    if where == schema:
                        do_work(kind=kind, subjects=subjects, now=self.now)
                wake_payouts(now=self.now)
        failed = DueWork.objects.exclude(last_error="").values_list("schema", "kind", "last_error").first()
        if failed:
            raise WorkFailedError(failed)

    def work(self) -> None:
        """Carry out every effect that is due, as the workers would, until none is left."""
        again = True
        while again:
            with in_public():
                again = self._work_here()
            for place in self.places:
                with in_town(place.town):
                    again = self._work_here() or again

    def work_here(self) -> None:
        """The same, of the current town alone."""
        while self._work_here():
            # What was done may have left more to do.
            continue

    def _work_here(self) -> bool:
        due = Effect.objects.filter(done_at=None, due_at__lte=self.now).exclude(kind__in=NO_MONEY)
        effects = list(due.order_by("created_at", "pk"))
        for effect in effects:
            if not deliver(effect_id=str(effect.pk), now=self.now):
                effect.refresh_from_db()
                if effect.last_error and not effect.last_error.startswith(TRIED_AGAIN):
                    raise WorkFailedError(f"{effect.kind} {effect.payload}: {effect.last_error}")
        return bool(effects)

    def post_letters(self, template: str) -> None:
        """Have the letters of a kind leave, of the current town alone: what is done once they have is done, too."""
        self.work_here()
        waiting = Message.objects.filter(template=template, sent_at=None).order_by("pk")
        keys = [str(key) for key in waiting.values_list("pk", flat=True)]
        due = Effect.objects.filter(kind=SEND, done_at=None, payload__message_id__in=keys).order_by("created_at", "pk")
        for key in list(due.values_list("pk", flat=True)):
            deliver(effect_id=str(key), now=self.now)
        self.work_here()

    def next_effect_at(self) -> datetime | None:
        """When the next effect is due, in any schema; None when there is none."""
        found: list[datetime] = []
        for town in (None, *(place.town for place in self.places)):
            with in_town(town) if town is not None else in_public():
                waiting = Effect.objects.filter(done_at=None).exclude(kind__in=NO_MONEY).order_by("due_at")
                found += waiting.values_list("due_at", flat=True)[:1]
        return min(found, default=None)


def make_world(towns: list[Town], stripes: dict[str, FakeStripe]) -> World:
    """Two towns that sell, pay by Stripe or by bank, and share one merchant; every account may receive transfers."""
    places = []
    for town in towns:
        OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban=COMPANY_IBAN)
        town.operating_company.refresh_from_db()
        with in_town(town):
            market = make_market(town=town)
            # The dairy's other product is sold by weight.
            products = [market.shirt, market.cheese, market.wine, make_weighed(shop=market.cheese.shop, now=TUESDAY)]
            Product.objects.exclude(stock=None).update(stock=PLENTY // 1000)
            wines = [
                make_product(shop=market.wine.shop, name=f"Vin à {cents}", price_cents=cents, stock=PLENTY // 1000)
                for cents in (900, 2150)
            ]
            merchants = [Shop.objects.get(pk=product.shop_id).merchant for product, _ in market.everything]
        fake = stripes[town.operating_company.stripe_alias]
        places.append(Place(pay_in_shops(town=town), fake, market, products, merchants, wines))
    first, second = places
    # One wine merchant sells in both; collecting costs something in the second.
    shared = first.merchants[2]
    with in_town(second.town):
        Shop.objects.filter(pk=second.market.wine.shop_id).update(merchant=shared)
        Hub.objects.filter(pk=second.market.hub.pk).update(fee_cents=HUB_FEE)
        second.market.hub.refresh_from_db()
    MerchantPresence.objects.create(merchant=shared, town=second.town, since=TUESDAY)
    second.merchants[2] = shared
    for place in places:
        place.fake.set_clock(TUESDAY)
        place.fake.set_webhook("http://127.0.0.1:9/")
        place.fake.hold_webhooks()
        place.fake.add_to_balance(PLENTY)
        place.fake.set_fees(**FEES)
        for merchant in place.merchants:
            account = open_account(merchant=merchant, company=place.town.operating_company, now=TUESDAY)
            place.fake.set_transfers(account.stripe_account_id)
            refresh_account(account_id=account.stripe_account_id, now=TUESDAY)
        place.snapshot = place.fake.store.snapshot()
    with in_town(second.town):
        # Before the machine's clock begins: its second town pays by bank.
        rule(means=Means.SEPA)
    with in_public():
        clerk = make_user(name="Alice")
    world = World(places, clerk)
    world.work()
    return world


def account_of(place: Place, merchant: Merchant) -> MerchantAccount:
    return MerchantAccount.objects.get(merchant=merchant, company=place.town.operating_company)
