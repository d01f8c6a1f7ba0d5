"""The members of a restricted hub: seen, named and taken out by the town hall."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client
from django.urls import reverse

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind, HubMember, JoinedBy
from tenants.orders.models import Order
from tenants.orders.personal_data import FORGOTTEN
from tenants.residents.models import Resident
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order, make_resident, make_satellite, make_staff
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(market: Market) -> Hub:
    return make_satellite(
        name="Base aérienne",
        slug="base",
        kind=HubKind.RESTRICTED,
        address="Route de la base",
        access_code=make_password("mirage-2000"),
    )


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin", email="alice@exemple.example", phone="+33639980001")


def _page(hub: Hub) -> str:
    return reverse("town_hall:members", args=[hub.pk])


def _verb(name: str, hub: Hub, resident: UUID) -> str:
    return reverse(f"town_hall:{name}_member", args=[hub.pk, resident])


def _join(hub: Hub, resident: Resident, joined_by: JoinedBy = JoinedBy.CODE) -> None:
    HubMember.objects.create(hub=hub, resident=resident, since=TUESDAY, joined_by=joined_by)


def _facts(hub: Hub, **change: str) -> dict[str, str]:
    facts = {
        "name": hub.name,
        "kind": hub.kind,
        "address": hub.address,
        "cutoff_minutes": str(hub.cutoff_minutes),
        "kept_days": str(hub.kept_days),
        "closed_on_holidays": "on",
        "active": "on",
    }
    week = {f"d{day}_0_{end}": value for day in range(6) for end, value in (("from", "18:00"), ("to", "20:00"))}
    return {**facts, **week, **change}


def test_nobody_yet_then_who_and_how(hall: Client, base: Hub, alice: Resident) -> None:
    assert "Aucun membre encore" in text_of(hall.get(_page(base)))
    _join(base, alice)
    _join(base, make_resident(name="Denise Aubanel"), JoinedBy.TOWN_HALL)
    page = text_of(hall.get(_page(base)))
    assert "Alice Martin" in page
    assert "avec le code" in page
    assert "Denise Aubanel" in page
    assert "par la mairie" in page


def test_the_page_is_linked_from_the_list_and_the_hub(hall: Client, base: Hub, market: Market) -> None:
    for page in (reverse("town_hall:hubs"), reverse("town_hall:hub", args=[base.pk])):
        assert _page(base) in hall.get(page).content.decode()
    assert "/membres/" not in hall.get(reverse("town_hall:hub", args=[market.hub.pk])).content.decode()


@pytest.mark.parametrize("words", ["alice", "06 39 98 00 01", "alice@exemple"])
def test_a_resident_is_found_and_named_once(hall: Client, base: Hub, alice: Resident, words: str) -> None:
    verb = _verb("add", base, alice.pk)
    assert verb in hall.get(_page(base), {"q": words}).content.decode()
    for said in ("est membre", "était déjà membre"):
        assert f"Alice Martin {said}" in text_of(hall.post(verb, follow=True))
    assert HubMember.objects.get().joined_by == JoinedBy.TOWN_HALL
    assert AuditEvent.objects.filter(action="hub.member_named").count() == 1
    assert verb not in hall.get(_page(base), {"q": words}).content.decode()


@pytest.mark.parametrize("words", ["zzz", "\x00", "zz@\x00", "%", "x" * 5000])
def test_nobody_is_found(hall: Client, base: Hub, alice: Resident, words: str) -> None:
    page = hall.get(_page(base), {"q": words})
    assert page.status_code == 200
    assert "Alice" not in text_of(page)


def test_an_erased_person_is_neither_found_nor_named(hall: Client, base: Hub) -> None:
    gone = make_resident(name=FORGOTTEN, email="x@efface.invalid", account=False)
    Resident.objects.filter(pk=gone.pk).update(email="x@efface.invalid")
    assert "Aucun habitant trouvé" in text_of(hall.get(_page(base), {"q": "effacée"}))
    assert hall.post(_verb("add", base, gone.pk)).status_code == 404


def test_removing_asks_first_and_keeps_the_orders(hall: Client, base: Hub, market: Market, alice: Resident) -> None:
    _join(base, alice)
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice)
    verb = _verb("remove", base, alice.pk)
    asked = text_of(hall.get(verb))
    assert "Retirer Alice Martin des membres" in asked
    assert "commandes déjà passées restent" in asked
    assert HubMember.objects.exists()
    for said in ("n’est plus membre", "n’était pas membre"):
        assert f"Alice Martin {said}" in text_of(hall.post(verb, follow=True))
    assert not HubMember.objects.exists()
    assert Order.objects.get(pk=order.pk).cancelled_at is None
    assert AuditEvent.objects.filter(action="hub.member_removed").count() == 1
    assert hall.get(verb).status_code == 404


def test_a_member_of_one_hub_is_not_taken_out_through_another(hall: Client, base: Hub, alice: Resident) -> None:
    other = make_satellite(name="Usine", slug="usine", kind=HubKind.RESTRICTED)
    _join(base, alice)
    assert "n’était pas membre de « Usine »" in text_of(hall.post(_verb("remove", other, alice.pk), follow=True))
    assert HubMember.objects.get().hub == base
    assert "Alice" not in text_of(hall.get(_page(other)))


def test_many_members_take_pages(hall: Client, base: Hub) -> None:
    for number in range(31):
        _join(base, make_resident(name=f"Membre {number:02}", account=False))
    first, second = hall.get(_page(base)), hall.get(_page(base), {"page": "2"})
    assert first.content.decode().count("/retirer/") == 30
    assert second.content.decode().count("/retirer/") == 1


def test_everybodys_hub_and_unknown_ids_are_not_found(hall: Client, base: Hub, market: Market, alice: Resident) -> None:
    assert hall.get(_page(market.hub)).status_code == 404
    for name in ("add", "remove"):
        assert hall.post(_verb(name, market.hub, alice.pk)).status_code == 404
        assert hall.post(_verb(name, base, uuid4())).status_code == 404
    assert hall.get(reverse("town_hall:members", args=[uuid4()])).status_code == 404


def test_another_town_sees_nothing(hall: Client, base: Hub, alice: Resident, viroflay: Any) -> None:
    _join(base, alice)
    with in_town(viroflay):
        make_market(town=viroflay)
        theirs = make_satellite(name="Usine", slug="usine", kind=HubKind.RESTRICTED)
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        stranger = make_resident(name="Bruno Tessier")
    client = signed_in(town=viroflay, user=bruno)
    assert client.get(_page(base)).status_code == 404
    assert client.post(_verb("remove", theirs, alice.pk)).status_code == 404
    assert hall.get(_page(theirs)).status_code == 404
    assert hall.post(_verb("add", base, stranger.pk)).status_code == 404
    assert "Alice" not in text_of(client.get(_page(theirs), {"q": "alice"}))


def test_only_the_town_hall_opens_it(base: Hub, istres: Any, browse: Callable[[Any], Client]) -> None:
    assert browse(istres).get(_page(base)).status_code == 302
    assert signed_in(town=istres, user=make_staff()).get(_page(base)).status_code == 403


@pytest.mark.parametrize(("ticked", "kept"), [(True, {"Denise Aubanel"}), (False, {"Alice Martin", "Denise Aubanel"})])
def test_another_code_may_be_asked_of_those_who_had_the_old_one(
    hall: Client, base: Hub, alice: Resident, *, ticked: bool, kept: set[str]
) -> None:
    _join(base, alice)
    _join(base, make_resident(name="Denise Aubanel"), JoinedBy.TOWN_HALL)
    change = _facts(base, access_code="tramontane", **({"ask_again": "on"} if ticked else {}))
    assert hall.post(reverse("town_hall:hub", args=[base.pk]), change).status_code == 302
    base.refresh_from_db()
    assert check_password("tramontane", base.access_code)
    assert set(HubMember.objects.values_list("resident__name", flat=True)) == kept
    changed = AuditEvent.objects.get(action="hub.set").details["changed"]
    assert changed.get("members_removed") == (1 if ticked else None)


def test_nobody_is_sent_away_without_another_code(hall: Client, base: Hub, alice: Resident) -> None:
    _join(base, alice)
    page = hall.post(reverse("town_hall:hub", args=[base.pk]), _facts(base, ask_again="on"))
    assert page.status_code == 422
    assert "Écrivez le nouveau code" in page.content.decode()
    assert HubMember.objects.exists()
