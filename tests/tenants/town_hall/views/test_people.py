"""Staff, shops, look and journal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.accounts.models import Invitation, User
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.notifications.models import Message
from shared.tenancy import in_public, in_town
from tenants.shops.models import Product, Shop
from tenants.staff.models import Staff, StaffRole
from tests.conftest import TUESDAY
from tests.factories import Market, make_staff
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

SHOP = {
    "name": "Fromagerie des Alpilles",
    "siret": "73282932000074",
    "address": "12 rue de la République",
    "postcode": "13800",
    "city": "Istres",
    "email": "lea@alpilles.example",
    "kind": "cheese-board",
}


def test_inviting_and_changing_ones_mind(hall: Client) -> None:
    page = reverse("town_hall:staff")
    for _double_click in range(2):
        assert hall.post(page, {"email": "nadia@istres.example", "role": "concierge"}).status_code == 302
    invitation = Invitation.objects.get()
    letter = Message.objects.get(template="account/invitation")
    assert "http://istres.localhost/invitation/" in letter.text
    assert "nadia@istres.example" in text_of(hall.get(page))
    for said in ("est annulée", "n’était plus en attente"):
        answer = hall.post(reverse("town_hall:revoke", args=[invitation.pk]), follow=True)
        assert said in text_of(answer)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"email": "nadia", "role": "concierge"}, "Saisissez une adresse de courriel valide."),
        ({"email": "nadia@istres.example", "role": "merchant"}, "Sélectionnez un choix valide"),
        ({"email": "bernard@istres.example", "role": "town_hall"}, "Cette personne tient déjà ce rôle."),
    ],
)
def test_an_invitation_that_cannot_be(hall: Client, said: dict[str, str], why: str) -> None:
    assert why in text_of(hall.post(reverse("town_hall:staff"), said), 422)
    assert not Invitation.objects.exists()


def test_letting_somebody_go(hall: Client, bernard: User) -> None:
    nadia = Staff.objects.get(user=make_staff(name="Nadia Kessler"))
    page = reverse("town_hall:deactivate", args=[nadia.pk])
    assert "Retirer Nadia Kessler ?" in text_of(hall.get(page))
    for _double_click in range(2):
        assert hall.post(page).status_code == 302
    assert "accès fermé" in text_of(hall.get(reverse("town_hall:staff")))
    assert "est de nouveau concierge" in text_of(
        hall.post(reverse("town_hall:reactivate", args=[nadia.pk]), follow=True)
    )
    me = Staff.objects.get(user=bernard)
    answer = hall.post(reverse("town_hall:deactivate", args=[me.pk]), follow=True)
    assert "Vous ne pouvez pas vous retirer vous-même" in text_of(answer)
    assert Staff.objects.get(pk=me.pk).active


def test_admitting_a_shop(hall: Client) -> None:
    page = reverse("town_hall:admit")
    answer = hall.post(page, SHOP, follow=True)
    assert "est admise : l’invitation part à lea@alpilles.example" in text_of(answer)
    assert "invitation en attente" in text_of(answer)
    assert "est déjà une boutique de la commune" in text_of(hall.post(page, SHOP, follow=True))
    assert Shop.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"siret": "73282932000075"}, "Ce SIRET n’est pas valide"),
        ({"siret": ""}, "Ce champ est obligatoire."),
        ({"email": "x"}, "Saisissez une adresse de courriel valide."),
        ({"kind": "tobacco"}, "Sélectionnez un choix valide"),
        ({"kind": ""}, "Ce champ est obligatoire."),
        ({"name": "···"}, "Donnez un nom qui contienne des lettres."),
    ],
)
def test_an_admission_that_cannot_be(hall: Client, change: dict[str, str], why: str) -> None:
    assert why in text_of(hall.post(reverse("town_hall:admit"), {**SHOP, **change}), 422)
    assert not Shop.objects.exists()
    assert not Merchant.objects.exists()


def test_withdrawing_takes_a_reason(hall: Client, market: Market) -> None:
    shop = market.wine.shop
    page = reverse("town_hall:withdraw", args=[shop.pk])
    assert "Ce champ est obligatoire." in text_of(hall.post(page, {"reason": "  "}), 422)
    for _double_click in range(2):
        assert hall.post(page, {"reason": "Départ à la retraite."}).status_code == 302
    assert market.wine not in Product.objects.for_sale()
    assert Message.objects.filter(template="shops/withdrawn").count() == 1
    assert "Retirées" in text_of(hall.get(reverse("town_hall:shops")))
    assert "est de retour" in text_of(hall.post(reverse("town_hall:readmit", args=[shop.pk]), follow=True))


def test_inviting_a_merchant_again(hall: Client, market: Market) -> None:
    page = reverse("town_hall:invite_again", args=[market.wine.shop.pk])
    for _double_click in range(2):
        assert "Une nouvelle invitation part" in text_of(hall.post(page, follow=True))
    with in_public():
        assert Invitation.objects.count() == 1


LOOK = {"accent": "#7A1F3D", "tagline": "Tout le centre", "phone": "04 42 11 22 33", "email": "bonjour@istres.example"}


def test_the_look_is_worn_at_once(
    hall: Client, istres: Any, viroflay: Any, browse: Callable[[Any], Client], django_capture_on_commit_callbacks: Any
) -> None:
    other = Town.objects.get(pk=viroflay.pk).accent
    with django_capture_on_commit_callbacks(execute=True):
        for said in ("toutes les pages le portent", "Rien n’avait changé"):
            answer = hall.post(reverse("town_hall:look"), LOOK)
            assert answer.status_code == 302, said
    town = Town.objects.get(pk=istres.pk)
    assert (town.accent, town.tagline, town.phone, town.email) == (
        "#7a1f3d",
        "Tout le centre",
        "+33442112233",
        "bonjour@istres.example",
    )
    assert Town.objects.get(pk=viroflay.pk).accent == other
    with in_town(istres):
        assert AuditEvent.objects.filter(action="look.set").count() == 1
    assert "--accent:#7a1f3d" in browse(istres).get("/couleurs.css").content.decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"accent": "#ffcc00"}, "Cette couleur est trop claire pour être lue"),
        ({"accent": "rouge"}, "n’est pas écrite comme #0d5c63"),
        ({"phone": "12"}, "Ce numéro de téléphone n’est pas valide."),
        ({"phone": ""}, "Ce champ est obligatoire."),
        ({"email": "x"}, "Saisissez une adresse de courriel valide."),
        ({"tagline": "x" * 121}, "120 caractères"),
    ],
)
def test_a_look_that_cannot_be(hall: Client, istres: Any, change: dict[str, str], why: str) -> None:
    before = Town.objects.get(pk=istres.pk)
    assert why in text_of(hall.post(reverse("town_hall:look"), {**LOOK, **change}), 422)
    after = Town.objects.get(pk=istres.pk)
    assert (after.accent, after.phone) == (before.accent, before.phone)


def test_a_colour_too_light_comes_with_a_near_one(hall: Client, istres: Any) -> None:
    answer = hall.post(reverse("town_hall:look"), {**LOOK, "accent": "#ffcc00"})
    assert "Prendre #996800" in text_of(answer, 422)
    hall.post(reverse("town_hall:look"), {**LOOK, "accent": ["#ffcc00", "#996800"]})
    assert Town.objects.get(pk=istres.pk).accent == "#996800"


def test_the_journal_page_by_page(hall: Client, bernard: User, market: Market) -> None:
    assert "Rien encore" not in text_of(hall.get(reverse("town_hall:journal")))
    hall.post(reverse("town_hall:withdraw", args=[market.wine.shop.pk]), {"reason": "Fermé."})
    page = text_of(hall.get(reverse("town_hall:journal")))
    assert "Bernard Faure a retiré une boutique Cave des Heures Claires" in page
    for _ in range(40):
        record(actor=bernard, action="hub.set", target=market.hub, details={"name": "La conciergerie"}, now=TUESDAY)
    assert "Suivante" in text_of(hall.get(reverse("town_hall:journal")))
    for number in ("2", "99", "x"):
        assert hall.get(reverse("town_hall:journal"), {"page": number}).status_code == 200


def test_the_journal_of_another_town_is_not_shown(hall: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        record(actor=bruno, action="hub.set", target=market.hub, details={"name": "Viroflay"}, now=TUESDAY)
    assert "Bruno Tran" not in text_of(hall.get(reverse("town_hall:journal")))
