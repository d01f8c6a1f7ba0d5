"""Who may open the town hall, in which town."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.commissions.models import CommissionTerms
from shared.accounts.invitations import invite
from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.hubs.models import HubKind, HubMember
from tenants.hubs.queries import main_hub
from tenants.shops.models import Shop
from tenants.staff.models import Staff, StaffRole
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_resident, make_satellite, make_staff, make_user
from tests.tenants.staff.pages import signed_in

pytestmark = pytest.mark.django_db

PLAIN = [
    "home",
    "hubs",
    "add_hub",
    "rounds",
    "add_round",
    "promise",
    "money",
    "sales",
    "deposits",
    "deposits_file",
    "settlements",
    "would_be",
    "settlement_rules",
    "adjust",
    "transfers",
    "exports",
    "journal_entries",
    "daily_totals",
    "sellers",
    "commission",
    "set_terms",
    "staff",
    "shops",
    "admit",
    "look",
    "incidents",
    "to_see",
    "journal",
]


def _pages_of_things() -> list[str]:
    """Pages about something of the current town, and verbs on it."""
    hub, shop, member = main_hub(), Shop.objects.first(), Staff.objects.first()
    assert hub is not None
    assert shop is not None
    assert member is not None
    terms = CommissionTerms.objects.first()
    assert terms is not None
    base, resident = make_satellite(name="Base", slug="base", kind=HubKind.RESTRICTED), make_resident(name="Dana Blanc")
    HubMember.objects.create(hub=base, resident=resident, since=TUESDAY)
    invitation = invite(email="x@istres.example", role_key="concierge", invited_by=None, now=TUESDAY).invitation
    return [
        reverse("town_hall:hub", args=[hub.pk]),
        reverse("town_hall:add_member", args=[base.pk, resident.pk]),
        reverse("town_hall:remove_member", args=[base.pk, resident.pk]),
        reverse("town_hall:withdraw", args=[shop.pk]),
        reverse("town_hall:readmit", args=[shop.pk]),
        reverse("town_hall:departure", args=[shop.pk]),
        reverse("town_hall:return", args=[shop.pk]),
        reverse("town_hall:invite_again", args=[shop.pk]),
        reverse("town_hall:deactivate", args=[member.pk]),
        reverse("town_hall:reactivate", args=[member.pk]),
        reverse("town_hall:revoke", args=[invitation.pk]),
        reverse("town_hall:again_refund", args=[uuid4()]),
        reverse("town_hall:again_payout", args=[uuid4()]),
        reverse("town_hall:withdraw_terms", args=[terms.pk]),
    ]


def test_the_town_hall_opens_every_page(hall: Client, market: Market) -> None:
    for name in PLAIN:
        answer = hall.get(reverse(f"town_hall:{name}"))
        # A file closes itself once it is read.
        assert list(answer), name
        assert answer.status_code == 200, name
    for page in _pages_of_things():
        assert hall.get(page).status_code in {200, 405}, page


def test_a_stranger_is_sent_to_sign_in(
    market: Market, bernard: User, istres: Any, browse: Callable[[Any], Client]
) -> None:
    for page in [*(reverse(f"town_hall:{name}") for name in PLAIN), *_pages_of_things()]:
        answer = browse(istres).post(page)
        assert (answer.status_code, answer["Location"]) == (302, f"/compte/login/?next={page}")


@pytest.mark.parametrize("who", ["concierge", "resident", "nobody", "former"])
def test_nobody_else_comes_in(market: Market, bernard: User, istres: Any, who: str) -> None:
    people: dict[str, Callable[[], User | None]] = {
        "concierge": make_staff,
        "resident": lambda: make_resident().user,
        "nobody": lambda: make_user(name="Chloé"),
        "former": lambda: Staff.objects.create(user=make_user(), role="town_hall", active=False, since=TUESDAY).user,
    }
    user = people[who]()
    assert user is not None
    client = signed_in(town=istres, user=user)
    for page in [*(reverse(f"town_hall:{name}") for name in PLAIN), *_pages_of_things()]:
        assert client.get(page).status_code == 403, page
        assert client.post(page).status_code == 403, page


def test_things_of_another_town_do_not_exist(hall: Client, market: Market, istres: Any, viroflay: Any) -> None:
    with in_town(viroflay):
        make_market(town=viroflay)
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        theirs = _pages_of_things()
    for page in theirs:
        assert hall.post(page, {"reason": "x"}).status_code == 404, page
    with in_town(istres):
        ours = _pages_of_things()
    client = signed_in(town=viroflay, user=bruno)
    for page in ours:
        assert client.post(page, {"reason": "x"}).status_code == 404, page
    client.defaults["HTTP_HOST"] = istres.host
    assert client.get(reverse("town_hall:home")).status_code == 302


def test_unknown_things_are_not_found(hall: Client) -> None:
    for name in ("hub", "withdraw", "readmit", "invite_again", "deactivate", "reactivate", "revoke", "withdraw_terms"):
        assert hall.post(reverse(f"town_hall:{name}", args=[uuid4()])).status_code == 404, name


def test_verbs_are_posts(hall: Client, market: Market) -> None:
    shop = Shop.objects.first()
    assert shop is not None
    for name in ("readmit", "invite_again"):
        assert hall.get(reverse(f"town_hall:{name}", args=[shop.pk])).status_code == 405
