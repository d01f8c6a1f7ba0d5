"""The last places of a window, wanted by fifty people in as many processes; and by processes that die."""

import os
import pickle
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import Town
from conciergeries.towns.schemas.making import make_schema
from conciergeries.towns.steps import run_steps
from shared.tenancy import activate_public, in_town
from tenants.desk.ordering import why_not
from tenants.hubs.models import Hub
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.placing import EXPIRE, PAYMENT_TIME, WindowGoneError, Wish, place_order
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, first_window, make_basket, make_market, make_resident, run_effects

PEOPLE, PLACES = 50, 3
SCHEMA = "trois_places"
SOON = 15


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[Market]:
    """A town of its own, whose hub takes three orders a window."""
    with django_db_blocker.unblock():
        activate_public()
        town = Town(
            schema_name=SCHEMA,
            slug="trois-places",
            insee="99002",
            name="Trois-Places",
            department="99",
            operating_company=Town.objects.get(schema_name="istres").operating_company,
            ready=True,
        )
        town.save()
        make_schema(schema=town.schema_name, now=NOW)
        before = set(Merchant.objects.values_list("pk", flat=True))
        with in_town(town):
            run_steps(town=town, now=NOW)
            found = make_market(town=town)
            Product.objects.exclude(stock=None).update(stock=500)
            Hub.objects.filter(pk=found.hub.pk).update(room=PLACES)
        yield found
        activate_public()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        mine = set(Merchant.objects.values_list("pk", flat=True)) - before
        MerchantPresence.objects.filter(merchant__in=mine)._raw_delete("default")  # noqa: SLF001  (a cascade would visit towns' tables, which public has not)
        Merchant.objects.filter(pk__in=mine)._raw_delete("default")  # noqa: SLF001  (the same)
        Town.objects.filter(pk=town.pk)._raw_delete("default")  # noqa: SLF001  (the same)


class Person:
    """Somebody about to press the button: their basket, their form."""

    def __init__(self, market: Market, number: int) -> None:
        self.resident: Resident = make_resident(name=f"Habitant {number}", account=False)
        self.basket: Basket = make_basket(lines=[(market.shirt, 1)])
        self.token: UUID = uuid4()

    def order(self, market: Market, hub: Hub, start: Any) -> Order:
        wish = Wish(
            hub=hub,
            window_start=start,
            payment_mode=PaymentMode.CARD,
            channel=Channel.WEB,
            token=self.token,
        )
        return place_order(
            town=market.town, basket=self.basket, resident=self.resident, wish=wish, actor=CUSTOMER, now=NOW
        )


def in_process(town: Town, work: Callable[[], Any]) -> tuple[int, int]:
    """Start `work` in a process of its own, with its own connection; its number, and where its answer comes.

    Its parent must hold no connection: two processes on one would speak at once.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    answer: Any = None
    try:
        os.close(reading)
        with in_town(town):
            answer = work()
    except BaseException as error:  # noqa: BLE001  (whatever it is, the parent judges)
        answer = error
    finally:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(answer))
        # Nothing of the parent's is put away here.
        os._exit(0)


def answer_of(child: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer)  # noqa: S301  (our own child wrote it)


def placed(market: Market) -> int:
    return Order.objects.filter(cancelled_at=None).count()


@pytest.fixture
def window(market: Market) -> Any:
    """The first window, with all its places free."""
    with in_town(market.town):
        for order in Order.objects.filter(cancelled_at=None).order_by("pk"):
            Order.objects.filter(pk=order.pk).update(cancelled_at=NOW)
        return first_window(town=market.town, products=[market.shirt], now=NOW)


def test_fifty_people_want_the_last_three_places(market: Market, window: Any) -> None:
    assert window.room == PLACES
    with in_town(market.town):
        people = [Person(market, number) for number in range(PEOPLE)]
    go = os.pipe()
    connection.close()

    def press(person: Person) -> Callable[[], str]:
        def work() -> str:
            connection.ensure_connection()
            os.close(go[1])
            # Everybody waits for the same end of file.
            os.read(go[0], 1)
            try:
                return person.order(market, market.hub, window.start).number
            except WindowGoneError as error:
                return why_not(error)

        return work

    ready = [in_process(market.town, press(person)) for person in people]
    os.close(go[0])
    os.close(go[1])
    answers = Counter(answer_of(*each) for each in ready)
    told = answers.pop(why_not(WindowGoneError()))
    assert (sum(answers.values()), told) == (PLACES, PEOPLE - PLACES), answers
    with in_town(market.town):
        held = Order.objects.filter(cancelled_at=None)
        assert set(held.values_list("number", flat=True)) == set(answers)
        assert {order.window_start for order in held.order_by("pk")} == {window.start}
        # Nobody's basket is lost, whether they have a place or not.
        assert Basket.objects.filter(pk__in=[one.basket.pk for one in people], lines__isnull=False).count() == PEOPLE


def test_who_dies_while_ordering_gives_the_place_back(market: Market, window: Any) -> None:
    with in_town(market.town):
        dying, *others = [Person(market, number) for number in range(PLACES + 1)]
    said, says = os.pipe()
    connection.close()

    def hold() -> None:
        with transaction.atomic():
            dying.order(market, market.hub, window.start)
            os.write(says, b"!")
            time.sleep(SOON)

    child, reading = in_process(market.town, hold)
    os.close(says)
    assert os.read(said, 1) == b"!"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for each in (reading, said):
        os.close(each)
    with in_town(market.town):
        for person in others:
            person.order(market, market.hub, window.start)
        assert placed(market) == PLACES
        assert not Order.objects.filter(checkout_token=dying.token).exists()


def test_who_dies_before_paying_gives_the_place_back_in_time(market: Market, window: Any) -> None:
    with in_town(market.town):
        *people, last = [Person(market, number) for number in range(PLACES + 1)]
    connection.close()

    def order(person: Person) -> Callable[[], None]:
        def work() -> None:
            person.order(market, market.hub, window.start)
            os.kill(os.getpid(), signal.SIGKILL)

        return work

    for child, reading in [in_process(market.town, order(person)) for person in people]:
        os.close(reading)
        _pid, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
    with in_town(market.town):
        assert placed(market) == PLACES
        with pytest.raises(WindowGoneError):
            last.order(market, market.hub, window.start)
        run_effects(now=NOW + PAYMENT_TIME, kinds=[EXPIRE])
        assert placed(market) == 0
        assert last.order(market, market.hub, window.start).window_start == window.start
