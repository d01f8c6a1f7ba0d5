"""The host names of towns: which may be a town's own, and who is served there."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conciergeries.towns.domains import (
    BadHostError,
    PlatformHostError,
    add_domain,
    make_main,
    read_host,
    remove_domain,
)
from conciergeries.towns.hosts import town_of_host
from conciergeries.towns.models import Domain, Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_public, in_town
from shared.web.addresses import absolute_url
from tests.conftest import TUESDAY

OWN = "conciergerie.istres.example"


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("conciergerie.istres.fr", "conciergerie.istres.fr"),
        ("  Conciergerie.ISTRES.fr. ", "conciergerie.istres.fr"),
        ("https://www.istres.fr/conciergerie/?a=b#c", "istres.fr"),
        ("http://istres.fr", "istres.fr"),
        ("évry.example", "xn--vry-9la.example"),
        ("a-b.c1.example", "a-b.c1.example"),
    ],
)
def test_a_name_is_read_as_people_write_it(typed: str, host: str) -> None:
    assert read_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "istres",
        "localhost",
        "istres fr",
        "mairie@istres.fr",
        "-istres.fr",
        "istres-.fr",
        "ist_res.fr",
        "istres..fr",
        ".fr",
        "192.0.2.7",
        "[2001:db8::1]",
        "istres.fr:8000",
        "*.istres.fr",
        f"{'a' * 64}.fr",
        "é" * 300,
        "🧀",
        "\x00.fr",
    ],
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(BadHostError, match="pas un nom de domaine"):
        read_host(typed)


def test_a_name_too_long_for_a_host_is_refused() -> None:
    with pytest.raises(BadHostError, match="trop long"):
        read_host(".".join(["abcdefghi"] * 21))


@pytest.mark.parametrize("typed", ["autre.localhost", "istres.localhost", "a.b.localhost"])
def test_the_platforms_hosts_are_its_own(typed: str) -> None:
    with pytest.raises(BadHostError, match="celles de la plateforme"):
        read_host(typed)


def test_a_town_is_served_at_its_own_domain_and_no_other_town_is(
    istres: Any, viroflay: Any, browse: Callable[[Any], Client], django_capture_on_commit_callbacks: Any
) -> None:
    own = Client(HTTP_HOST=OWN)
    assert own.get("/mentions-legales/").status_code == HTTPStatus.NOT_FOUND
    with django_capture_on_commit_callbacks(execute=True):
        domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    assert town_of_host(OWN) == istres
    assert own.get("/mentions-legales/").status_code == HTTPStatus.OK
    assert Client(HTTP_HOST=f"www.{OWN}").get("/mentions-legales/").status_code == HTTPStatus.OK
    assert "Viroflay" in browse(viroflay).get("/mentions-legales/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        assert remove_domain(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY) == OWN
    assert own.get("/mentions-legales/").status_code == HTTPStatus.NOT_FOUND
    assert browse(istres).get("/mentions-legales/").status_code == HTTPStatus.OK


def _hosts(town: Any) -> dict[str, bool]:
    return dict(Domain.objects.filter(tenant=town).values_list("domain", "is_primary"))


def test_letters_lead_to_the_main_address(istres: Any, viroflay: Any) -> None:
    domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    assert _hosts(istres) == {"istres.localhost": True, OWN: False}
    for _twice in range(2):
        make_main(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY)
    assert _hosts(istres) == {"istres.localhost": False, OWN: True}
    for town, host in ((istres, OWN), (viroflay, "viroflay.localhost")):
        again = Town.objects.get(pk=town.pk)
        assert again.host == host
        with in_town(again):
            assert absolute_url("/panier/") == f"http://{host}/panier/"
    remove_domain(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY)
    assert _hosts(istres) == {"istres.localhost": True}
    assert Town.objects.get(pk=istres.pk).host == "istres.localhost"


def test_a_visitor_stays_at_the_address_they_came_by(istres: Any) -> None:
    domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    make_main(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY)
    again = Town.objects.get(pk=istres.pk)
    again.domain_url = "istres.localhost"
    assert again.host == "istres.localhost"


def test_the_platforms_host_stays(istres: Any) -> None:
    platform = Domain.objects.get(domain="istres.localhost")
    with pytest.raises(PlatformHostError):
        remove_domain(town_id=istres.pk, domain_id=platform.pk, actor=None, now=TUESDAY)


def test_a_name_that_a_town_has_is_taken(istres: Any, viroflay: Any) -> None:
    add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    for town in (istres, viroflay):
        with pytest.raises(BadHostError, match="déjà celle de la conciergerie d’Istres"):
            add_domain(town_id=town.pk, host=OWN, actor=None, now=TUESDAY)
    assert _hosts(viroflay) == {"viroflay.localhost": True}


def test_another_towns_address_is_not_there(istres: Any, viroflay: Any) -> None:
    domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    for key in (domain.pk, uuid4()):
        with pytest.raises(Domain.DoesNotExist):
            make_main(town_id=viroflay.pk, domain_id=key, actor=None, now=TUESDAY)
        with pytest.raises(Domain.DoesNotExist):
            remove_domain(town_id=viroflay.pk, domain_id=key, actor=None, now=TUESDAY)
    assert OWN in _hosts(istres)


def test_each_change_leaves_a_trace(istres: Any) -> None:
    domain = add_domain(town_id=istres.pk, host=OWN, actor=None, now=TUESDAY)
    make_main(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY)
    remove_domain(town_id=istres.pk, domain_id=domain.pk, actor=None, now=TUESDAY)
    with in_public():
        trail = AuditEvent.objects.filter(action__startswith="domain_").values_list("action", "details")
        assert sorted(action for action, _details in trail) == ["domain_added", "domain_made_main", "domain_removed"]
        assert all(details == {"town": "Istres", "host": OWN} for _action, details in trail)
