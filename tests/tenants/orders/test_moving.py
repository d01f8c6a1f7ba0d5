"""Hours, rounds, closures and room that change under orders: nothing is saved before they are named."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, HubMember, Round
from tenants.hubs.queries import main_hub
from tenants.hubs.replanning import Decision
from tenants.orders.by_hand import Wanted, move_order
from tenants.orders.deciding import Broken, PromisesBrokenError, read_value
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Order, PaymentMode
from tenants.orders.moved import change_to_tell, note_change_told, orders_to_tell
from tenants.orders.moving import change_times
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
    change_times(town=town, change=change, decided=proposed(broken), accepted=True, reason=reason, user=user, now=NOW)
    return broken


def proposed(broken: list[Broken]) -> dict[UUID, Decision]:
    """What is decided when nothing else is chosen."""
    return {each.order.pk: read_value(each.value) for each in broken}


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
    assert "ne peut pas être assuré\u00a0: Dégât des eaux. Elle vous" in Message.objects.get(
        template="orders/moved"
    ).text.replace("\n", " ")


def test_only_what_was_shown_is_accepted(market: Market, bernard: User, order: Order, alice: Resident) -> None:
    [broken] = refused(market.town, bernard)
    another = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice)
    both = refused(market.town, bernard, decided=proposed([broken]), accepted=True)
    assert {each.order for each in both} == {order, another}
    assert refused(market.town, bernard, decided=proposed(both))


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
    HubMember.objects.create(hub=park, resident=alice, since=NOW)
    wanted = Wanted(hub_id=park.pk, start=friday)
    move_order(town=market.town, order_id=order.pk, wanted=wanted, actor=CONCIERGE, now=NOW)
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


def other_evening(broken: Broken) -> Decision:
    """The evening of tomorrow, which is not what is proposed."""
    return broken.hub.pk, EVENING + timedelta(days=1)


def test_another_window_is_chosen(market: Market, bernard: User, order: Order) -> None:
    def closed_tonight() -> None:
        HubChange.objects.create(kind="closure", first=EVENING.date(), last=EVENING.date(), created_at=NOW)

    [broken] = refused(market.town, bernard, closed_tonight)
    labels = [choice.label for choice in broken.choices]
    assert "mercredi 25\u00a0novembre, 18\u00a0h\u201320\u00a0h" in labels
    assert labels[-1].startswith("à appeler")
    decided = {order.pk: other_evening(broken)}
    change_times(town=market.town, change=closed_tonight, decided=decided, accepted=True, user=bernard, now=NOW)
    assert fresh(order).window_start == EVENING + timedelta(days=1)
    letter = Message.objects.get(template="orders/moved")
    assert "mercredi 25\u00a0novembre de 18\u00a0h à 20\u00a0h" in letter.subject


def test_a_call_is_decided(market: Market, bernard: User, order: Order) -> None:
    refused(market.town, bernard)
    change_times(town=market.town, change=noon_only, decided={order.pk: None}, accepted=True, user=bernard, now=NOW)
    assert fresh(order).window_start == EVENING
    assert "Nous vous appelons" in Message.objects.get(template="orders/moved").text
    assert list(orders_to_tell()) == [order]


def test_what_is_chosen_and_gone_is_said_and_nothing_is_done(market: Market, bernard: User, order: Order) -> None:
    gone = {order.pk: (market.hub.pk, EVENING)}
    [broken] = refused(market.town, bernard, decided=gone, accepted=True)
    assert broken.is_gone
    assert broken.window
    assert broken.window.start == TOMORROW_NOON
    assert fresh(order).window_start == EVENING
    assert not Message.objects.filter(template="orders/moved").exists()


def test_two_cannot_be_put_into_one_place(market: Market, bernard: User) -> None:
    orders = [make_order(town=market.town, lines=[(market.shirt, 1)]) for _ in range(2)]

    def one_place_at_noon() -> None:
        Hub.objects.update(hours="Mo-Sa 12:00-14:00", room=1)

    starts = sorted({each.window.start for each in refused(market.town, bernard, one_place_at_noon) if each.window})
    assert len(starts) == 2
    decided: dict[UUID, Decision] = {order.pk: (market.hub.pk, starts[0]) for order in orders}
    broken = refused(market.town, bernard, one_place_at_noon, decided=decided, accepted=True)
    assert sorted(each.is_gone for each in broken) == [False, True]


def test_each_merchant_gets_one_letter(market: Market, bernard: User) -> None:
    """Two orders of the tailor, one of which the dairy is part of: two letters, and not three."""
    first = make_order(town=market.town, lines=[(market.shirt, 1), (market.cheese, 1)])
    second = make_order(town=market.town, lines=[(market.shirt, 1)])
    accept(market.town, bernard)
    letters = {letter.to: letter for letter in Message.objects.filter(template="orders/refetched")}
    assert letters.keys() == {"mistral@boutique.example", "alpilles@boutique.example"}
    tailor, dairy = letters["mistral@boutique.example"], letters["alpilles@boutique.example"]
    assert first.number in tailor.text
    assert second.number in tailor.text
    assert tailor.subject == "2 commandes\u00a0: la concierge passera à une autre heure"
    assert "chez Fromagerie des Alpilles" in dairy.text
    assert second.number not in dairy.text
    departs = fresh(first).shop_orders.order_by("pk")[0].collection_departs_at
    assert departs
    assert f"{departs.astimezone(ZONE).day}\u00a0novembre" in dairy.text


def test_a_merchant_is_not_told_of_what_is_not_paid(market: Market, bernard: User) -> None:
    make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    accept(market.town, bernard)
    assert not Message.objects.filter(template="orders/refetched").exists()


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
