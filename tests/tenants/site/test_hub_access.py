"""The code of a restricted hub, typed once; tried too often, no more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind, HubMember
from tenants.residents.models import Resident
from tests.factories import Market, make_basket, make_satellite
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

CODE = "mirage-2000"
BASE = "/points-de-retrait/base/"
ENTER = f"{BASE}acces/"
QUIT = f"{BASE}quitter/"


def make_base() -> Hub:
    return make_satellite(
        name="Base aérienne",
        slug="base",
        kind=HubKind.RESTRICTED,
        access_code=make_password(CODE),
        access_notes="Poste de garde, porte 2",
        address="Route de la base",
    )


@pytest.fixture
def base(market: Market) -> Hub:
    return make_base()


def test_a_resident_with_the_code_may_collect_there(
    base: Hub, market: Market, as_alice: Client, alice: Resident
) -> None:
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    assert "Base aérienne" not in words(as_alice.get("/panier/"))
    asked = as_alice.get(ENTER)
    assert "Le code de « Base aérienne »" in words(asked)
    done = as_alice.post(ENTER, {"code": CODE}, follow=True)
    assert done.redirect_chain == [(BASE, 302)]
    assert "vous pouvez maintenant choisir « Base aérienne »" in words(done)
    assert "Vous en êtes membre" in words(done)
    assert "Base aérienne" in words(as_alice.get("/panier/"))
    assert form_to(as_alice.get("/commande/?retrait=base"), "/commande/").data["retrait"] == "base"
    assert as_alice.get(ENTER)["Location"] == BASE


def test_what_only_members_need_is_theirs(base: Hub, as_alice: Client, as_chloe: Client) -> None:
    as_alice.post(ENTER, {"code": CODE})
    for path in (BASE, "/points-de-retrait/"):
        assert "porte 2" in words(as_alice.get(path))
        theirs = words(as_chloe.get(path))
        assert "porte 2" not in theirs
        assert "Réservé à ses membres" in theirs
        assert "Commandez avant" not in theirs.split("Base aérienne", 1)[1]


def test_home_shows_everybodys_hubs(base: Hub, visitor: Client) -> None:
    assert "Base aérienne" not in words(visitor.get("/"))


def test_the_form_sent_for_a_hub_that_is_not_ones_own_says_so(
    base: Hub, market: Market, as_alice: Client, alice: Resident
) -> None:
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    form = form_to(as_alice.get("/commande/"), "/commande/")
    page = as_alice.post("/commande/", {**form.data, "retrait": "base", "paiement": "desk"})
    assert page.status_code == 409
    assert "ne vous est plus proposé" in words(page)
    assert form_to(page, "/commande/").data["retrait"] == "conciergerie"


@pytest.mark.parametrize("code", ["", "mauvais", "x" * 5000, "\x00", "🛩️"])
def test_a_wrong_code_is_said_beside_its_field(base: Hub, as_alice: Client, code: str) -> None:
    page = as_alice.post(ENTER, {"code": code})
    assert page.status_code == 422
    assert "Code d’accès : " in words(page)
    assert not HubMember.objects.exists()


def test_too_many_tries_are_stopped(base: Hub, as_alice: Client) -> None:
    tries = [as_alice.post(ENTER, {"code": f"essai-{number}"}).status_code for number in range(6)]
    assert tries == [422] * 5 + [429]
    stopped = as_alice.post(ENTER, {"code": CODE})
    assert stopped.status_code == 429
    assert "Trop d’essais" in words(stopped)
    assert not HubMember.objects.exists()


def test_one_must_be_signed_in(base: Hub, visitor: Client) -> None:
    for path in (ENTER, QUIT):
        for method in (visitor.get, visitor.post):
            assert method(path)["Location"] == f"/compte/login/?next={path}"


@pytest.mark.parametrize("slug", ["conciergerie", "nulle-part", "ferme", "là", "a" * 500])
def test_there_is_no_code_elsewhere(base: Hub, as_alice: Client, slug: str) -> None:
    make_satellite(name="Fermé", slug="ferme", kind=HubKind.RESTRICTED, active=False)
    for page in ("acces", "quitter"):
        for method in (as_alice.get, as_alice.post):
            assert method(f"/points-de-retrait/{slug}/{page}/").status_code == 404


def test_leaving_asks_first(base: Hub, as_alice: Client) -> None:
    assert as_alice.get(QUIT)["Location"] == BASE
    as_alice.post(ENTER, {"code": CODE})
    assert "Ne plus être membre de « Base aérienne » ?" in words(as_alice.get(QUIT))
    assert HubMember.objects.count() == 1
    done = as_alice.post(QUIT, follow=True)
    assert "Vous n’êtes plus membre" in words(done)
    assert not HubMember.objects.exists()


def test_another_towns_hub_is_not_found(
    base: Hub, as_alice: Client, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    with in_town(viroflay):
        make_satellite(name="Lycée", slug="lycee", kind=HubKind.RESTRICTED, access_code=make_password(CODE))
    assert as_alice.post("/points-de-retrait/lycee/acces/", {"code": CODE}).status_code == 404
    assert browse(viroflay).get(BASE).status_code == 404


def test_where_one_collects_is_ones_own_data(base: Hub, as_alice: Client) -> None:
    as_alice.post(ENTER, {"code": CODE})
    told = as_alice.get("/compte/donnees/export.json").json()
    assert [each["point"] for each in told["points_de_retrait_reserves"]] == ["Base aérienne"]
    as_alice.post("/compte/donnees/effacer/")
    assert not HubMember.objects.exists()
