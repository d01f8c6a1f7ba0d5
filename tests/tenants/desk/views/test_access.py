"""Who may open the desk, in which town."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tenants.staff.models import Staff, StaffRole
from tests.factories import make_market, make_order, make_staff, make_user
from tests.tenants.staff.pages import signed_in

pytestmark = pytest.mark.django_db


def _pages(order: Order) -> list[str]:
    part = order.shop_orders.order_by("pk").first()
    assert part is not None
    return [
        reverse("desk:today"),
        reverse("desk:collect"),
        reverse("desk:arrivals"),
        reverse("desk:handover"),
        reverse("desk:phone_order"),
        reverse("desk:to_see"),
        reverse("desk:handover_order", args=[order.pk]),
        reverse("desk:order", args=[order.pk]),
        reverse("desk:cancel", args=[order.pk]),
        reverse("desk:tell", args=[order.pk]),
        reverse("desk:move", args=[order.pk]),
        reverse("desk:answer", args=[part.pk]),
    ]


def test_the_concierge_opens_every_page(desk: Client, order: Order) -> None:
    for page in _pages(order):
        assert desk.get(page).status_code == 200, page


def test_a_stranger_is_sent_to_sign_in(order: Order, istres: Any, browse: Callable[[Any], Client]) -> None:
    for page in _pages(order):
        answer = browse(istres).get(page)
        assert answer.status_code == 302
        assert answer["Location"] == f"/compte/login/?next={page}"


@pytest.mark.parametrize("who", ["resident", "town_hall", "nobody", "former"])
def test_nobody_else_comes_in(order: Order, istres: Any, alice: Resident, who: str) -> None:
    people: dict[str, Callable[[], User]] = {
        "resident": lambda: alice.user,  # type: ignore[dict-item,return-value]  # Alice has an account
        "town_hall": lambda: make_staff(role=StaffRole.TOWN_HALL),
        "nobody": lambda: make_user(name="Chloé"),
        "former": lambda: (
            Staff.objects.create(user=make_user(), role="concierge", active=False, since=order.placed_at).user
        ),
    }
    client = signed_in(town=istres, user=people[who]())
    for page in _pages(order):
        assert client.get(page).status_code == 403, page
        assert client.post(page).status_code == 403, page


def test_the_concierge_of_another_town_sees_nothing_here(
    order: Order, istres: Any, viroflay: Any, desk: Client
) -> None:
    with in_town(viroflay):
        bruno = make_staff(name="Bruno Tran")
        theirs = make_order(town=viroflay, lines=make_market(town=viroflay).everything)
        pages = _pages(theirs)
    client = signed_in(town=viroflay, user=bruno)
    # With the order of one town at the host of the other: it does not exist there.
    for page in pages[6:]:
        assert desk.get(page).status_code == 404, page
    for page in _pages_of(order, istres)[6:]:
        assert client.get(page).status_code == 404, page
    # With the cookie of one town at the host of the other: nobody is signed in.
    client.defaults["HTTP_HOST"] = istres.host
    assert client.get(reverse("desk:today")).status_code == 302


def _pages_of(order: Order, town: Any) -> list[str]:
    with in_town(town):
        return _pages(order)


def test_unknown_things_are_not_found(desk: Client) -> None:
    for name in ("handover_order", "order", "cancel", "tell", "move", "placed", "answer", "call", "review"):
        page = reverse(f"desk:{name}", args=[uuid4()])
        assert desk.get(page).status_code == 404, page
        assert desk.post(page).status_code in {404, 405}, page


@pytest.mark.parametrize("page", ["collect", "arrivals", "undo_collect", "undo_arrival"])
def test_bad_ticks_change_nothing(desk: Client, order: Order, page: str) -> None:
    address = reverse(f"desk:{page}")
    known = str(order.shop_orders.order_by("pk").values_list("pk", flat=True)[0])
    assert desk.post(address, {"part": "not a key"}).status_code == 404
    assert desk.post(address, {"part": str(uuid4())}).status_code == 404
    assert desk.post(address, {"part": [known, str(uuid4())]}).status_code == 404
    assert desk.post(address, {}).status_code == 302
    assert set(order.shop_orders.values_list("state", flat=True)) == {"placed"}


def test_verbs_are_posts(desk: Client) -> None:
    assert desk.get(reverse("desk:undo_collect")).status_code == 405
    assert desk.get(reverse("desk:undo_arrival")).status_code == 405
    assert desk.post(reverse("desk:today")).status_code == 405
