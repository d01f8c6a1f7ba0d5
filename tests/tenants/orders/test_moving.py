"""Hours, rounds, closures and room that change under orders: nothing is saved before they are named."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, Round
from tenants.hubs.queries import main_hub
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Order, PaymentMode
from tenants.orders.moved import change_to_tell, note_change_told, orders_to_tell
from tenants.orders.moving import Broken, PromisesBrokenError, change_times, move_to_window
from tenants.orders.placing import WindowGoneError
from tenants.residents.models import Resident
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY as NOW
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident, make_satellite, make_staff

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Europe/Paris")
EVENING = datetime(2026, 11, 24, 18, tzinfo=ZONE)
TOMORROW_NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)


@pytest.fixture
def bernard(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def order(market: Market, alice: Resident) -> Order:
    """For six this evening."""
    made = make_order(town=market.town, lines=market.everything, resident=alice)
    assert made.window_start == EVENING
    return made


def noon_only() -> Hub:
    hub = Hub.objects.get(is_main=True)
    hub.hours = "Mo-Sa 12:00-14:00"
    hub.save(update_fields=["hours"])
    return hub


def refused(town: Any, user: User, change: Any = noon_only, **more: Any) -> list[Broken]:
    """What is listed instead of saving."""
    with pytest.raises(PromisesBrokenError) as raised:
        change_times(town=town, change=change, user=user, now=NOW, **more)
    return raised.value.broken


def accept(town: Any, user: User, change: Any = noon_only, *, reason: str = "") -> list[Broken]:
    broken = refused(town, user, change, reason=reason)
    accepted = [each.token for each in broken]
    change_times(town=town, change=change, accepted=accepted, reason=reason, user=user, now=NOW)
    return broken


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_orders_are_named_with_what_is_proposed_and_what_will_be_written(
    market: Market, bernard: User, order: Order
) -> None:
    [broken] = refused(market.town, bernard)
    assert (broken.order, broken.hub) == (order, market.hub)
    assert broken.window
    assert broken.window.start == TOMORROW_NOON
    assert broken.said.sentence == (
        "Le retrait de votre commande A0-00, prévu mardi 24\u00a0novembre de 18\u00a0h à 20\u00a0h, ne peut pas être "
        "assuré\u00a0: ce point de retrait sera fermé à cette heure. "
        "Elle vous attendra mercredi 25\u00a0novembre de 12\u00a0h à 14\u00a0h."
    )
    hub = main_hub()
    assert hub
    assert hub.hours == market.hub.hours
    assert fresh(order).window_start == EVENING
    assert not Message.objects.filter(template="orders/moved").exists()


def test_accepted_they_move_and_are_written_to(market: Market, bernard: User, order: Order) -> None:
    accept(market.town, bernard)
    hub = main_hub()
    assert hub
    assert hub.hours == "Mo-Sa 12:00-14:00"
    moved = fresh(order)
    assert (moved.window_start, moved.window_end) == (TOMORROW_NOON, TOMORROW_NOON + timedelta(hours=2))
    departures = {part.collection_departs_at for part in moved.shop_orders.all()}
    assert all(departs and departs < TOMORROW_NOON for departs in departures)
    letter = Message.objects.get(template="orders/moved")
    assert letter.to == order.customer_email
    assert letter.subject == (
        "Commande A0-00\u00a0: votre retrait change, mercredi 25\u00a0novembre de 12\u00a0h à 14\u00a0h"
    )
    assert "ce point de retrait sera fermé à cette heure" in letter.text
    assert "mercredi 25\u00a0novembre de 12\u00a0h à 14\u00a0h" in letter.html
    event = moved.events.get(kind="moved")
    assert (event.actor, event.channel, event.data["by"]) == ("Bernard Faure", "town_hall", "email")
    trail = AuditEvent.objects.get(action="order.moved")
    assert (trail.actor_label, trail.details["order"]) == ("Bernard Faure", "A0-00")
    assert list(orders_to_tell()) == []


def test_the_town_halls_own_reason_is_what_people_read(market: Market, bernard: User, order: Order) -> None:
    accept(market.town, bernard, reason="Dégât des eaux.")
    assert "ne peut pas être assuré\u00a0: dégât des eaux. Elle vous" in Message.objects.get(
        template="orders/moved"
    ).text.replace("\n", " ")


def test_only_what_was_shown_is_accepted(market: Market, bernard: User, order: Order, alice: Resident) -> None:
    [broken] = refused(market.town, bernard)
    another = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice)
    both = refused(market.town, bernard, accepted=[broken.token])
    assert {each.order for each in both} == {order, another}
    assert refused(market.town, bernard, accepted=[broken.token, f"{another.pk}|{market.hub.pk}|"])


def test_somebody_without_an_address_is_called(market: Market, bernard: User) -> None:
    simone = make_resident(name="Simone Roche", account=False)
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=simone)
    [broken] = accept(market.town, bernard)
    assert not Message.objects.filter(template="orders/moved").exists()
    assert list(orders_to_tell()) == [order]
    assert change_to_tell(order) == broken.said.sentence
    assert note_change_told(order_id=order.pk, actor=CONCIERGE, now=NOW + timedelta(minutes=5))
    assert not note_change_told(order_id=order.pk, actor=CONCIERGE, now=NOW + timedelta(minutes=6))
    assert list(orders_to_tell()) == []
    assert order.events.filter(kind="change_told").count() == 1


def test_with_nothing_to_propose_everybody_is_called(market: Market, bernard: User, order: Order) -> None:
    def stop_rounds() -> None:
        Round.objects.update(active=False)

    [broken] = accept(market.town, bernard, stop_rounds)
    assert broken.window is None
    assert fresh(order).window_start == EVENING
    assert "Nous vous appelons" in Message.objects.get(template="orders/moved").text
    assert list(orders_to_tell()) == [order]


def test_a_closure_of_the_whole_conciergerie(market: Market, bernard: User, order: Order) -> None:
    def close() -> None:
        HubChange.objects.create(
            kind="closure", first=EVENING.date(), last=EVENING.date(), reason="grève", created_at=NOW
        )

    [broken] = accept(market.town, bernard, close, reason="grève")
    assert broken.window
    assert broken.window.start == TOMORROW_NOON
    assert fresh(order).window_start == TOMORROW_NOON


def test_a_round_moved_without_harm_takes_its_orders_along(market: Market, bernard: User, order: Order) -> None:
    def earlier() -> None:
        Round.objects.update(hours="Mo-Sa 16:00-16:45")

    change_times(town=market.town, change=earlier, user=bernard, now=NOW)
    kept = fresh(order)
    assert kept.window_start == EVENING
    assert {part.collection_departs_at for part in kept.shop_orders.all()} == {datetime(2026, 11, 24, 16, tzinfo=ZONE)}
    assert kept.events.filter(kind="rerouted").exists()
    assert not Message.objects.filter(template="orders/moved").exists()


def test_a_round_that_is_deleted_leaves_its_orders_to_another(market: Market, bernard: User, order: Order) -> None:
    other = Round.objects.create(name="Le soir", hours="Mo-Sa 16:00-16:45")

    def delete() -> None:
        Round.objects.exclude(pk=other.pk).delete()

    change_times(town=market.town, change=delete, user=bernard, now=NOW)
    assert set(fresh(order).shop_orders.values_list("collection", flat=True)) == {other.pk}


def test_what_the_concierge_has_in_hand_needs_no_round(market: Market, bernard: User, order: Order) -> None:
    for part in order.shop_orders.order_by("pk"):
        collect(part_id=part.pk, actor=CONCIERGE, now=NOW)
        arrive(part_id=part.pk, actor=CONCIERGE, now=NOW)
    change_times(town=market.town, change=lambda: Round.objects.update(active=False), user=bernard, now=NOW)
    assert fresh(order).window_start == EVENING


def test_less_room_moves_those_who_came_last(market: Market, bernard: User) -> None:
    orders = [
        make_order(town=market.town, lines=[(market.shirt, 1)], now=NOW + timedelta(seconds=number))
        for number in range(3)
    ]

    def for_one() -> None:
        Hub.objects.update(room=1)

    accept(market.town, bernard, for_one)
    starts = [fresh(order).window_start for order in orders]
    assert starts[0] == orders[0].window_start
    assert len(set(starts)) == 3


def test_more_than_there_is_room_for_already_is_nobodys_business(market: Market, bernard: User) -> None:
    """The concierge took two orders knowingly: changing something else does not bring it up."""
    for _ in range(2):
        make_order(town=market.town, lines=[(market.shirt, 1)])
    Hub.objects.update(room=1)
    change_times(town=market.town, change=lambda: Hub.objects.update(parking="derrière"), user=bernard, now=NOW)


def test_a_hub_that_stops_sends_its_orders_to_the_main_one(market: Market, bernard: User, alice: Resident) -> None:
    park = make_satellite(kind=HubKind.RESTRICTED)
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice)
    friday = datetime(2026, 11, 27, 14, tzinfo=ZONE)
    move_to_window(town=market.town, order_id=order.pk, hub=park, start=friday, actor=CONCIERGE, now=NOW)
    placed = fresh(order)
    assert (placed.hub, placed.window_start, placed.run_departs_at) == (
        park,
        friday,
        datetime(2026, 11, 27, 12, 30, tzinfo=ZONE),
    )
    [broken] = accept(market.town, bernard, lambda: Hub.objects.filter(pk=park.pk).update(active=False))
    moved = fresh(order)
    assert (moved.hub, moved.window_start.date(), moved.run) == (market.hub, friday.date(), None)
    assert "à la conciergerie" in broken.said.sentence


def test_awaited_payments_are_orders_too(market: Market, bernard: User, alice: Resident) -> None:
    order = make_order(town=market.town, lines=market.everything, resident=alice, payment_mode=PaymentMode.CARD)
    accept(market.town, bernard)
    assert fresh(order).window_start == TOMORROW_NOON


def test_a_window_that_cannot_be_promised_is_refused(market: Market, order: Order) -> None:
    def move(hub: Hub = market.hub, start: datetime = TOMORROW_NOON) -> Order:
        return move_to_window(town=market.town, order_id=order.pk, hub=hub, start=start, actor=CONCIERGE, now=NOW)

    for start in (EVENING + timedelta(hours=1), TOMORROW_NOON - timedelta(days=7), TOMORROW_NOON + timedelta(days=60)):
        with pytest.raises(WindowGoneError):
            move(start=start)
    with pytest.raises(WindowGoneError):
        move(hub=Hub(pk=uuid4()))
    for _twice in range(2):
        assert move().window_start == TOMORROW_NOON
    assert order.events.filter(kind="moved").count() == 1
    full = Hub.objects.get(pk=market.hub.pk)
    full.room = 0
    full.save()
    with pytest.raises(WindowGoneError):
        move(start=EVENING)


def test_orders_of_another_town_do_not_move(market: Market, bernard: User, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        other = make_order(town=viroflay, lines=[(theirs.shirt, 1)])
    order = make_order(town=market.town, lines=[(market.shirt, 1)])
    accept(market.town, bernard)
    assert fresh(order).window_start == TOMORROW_NOON
    with in_town(viroflay):
        assert Order.objects.get().window_start == other.window_start
        assert not Message.objects.filter(template="orders/moved").exists()
