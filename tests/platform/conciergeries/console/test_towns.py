"""Every town and its health on one page; one town, its first member, its suspension."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.ledger.checking import Finding, Kind, Report
from billing.ledger.nightly import keep
from conciergeries.console.queries import Health, find_towns, health_of
from conciergeries.towns.models import Town
from shared.accounts.invitations import InvitationClosedError, accept, open_invitation
from shared.accounts.models import Invitation
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_public, in_town
from tests.conftest import TUESDAY
from tests.factories import make_market, make_order


def test_the_list_shows_each_town_with_its_state(console: Client, istres: Any, viroflay: Any) -> None:
    Town.objects.filter(pk=viroflay.pk).update(suspended_at=TUESDAY)
    page = console.get("/console/").content.decode()
    assert page.count("<tr>") == 3
    assert "En service" in page
    assert "Suspendue" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Istres", "Viroflay"]),
        ("istr", ["Istres"]),
        ("78220", ["Viroflay"]),
        ("13047", ["Istres"]),
        ("78", ["Viroflay"]),
        ("  viroflay  ", ["Viroflay"]),
        ("nulle part", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ("x" * 500, []),
    ],
)
def test_towns_are_searched(console: Client, istres: Any, viroflay: Any, query: str, names: list[str]) -> None:
    assert [town.name for town in find_towns(query.strip())] == names
    page = console.get("/console/", {"q": query}).content.decode()
    assert [name for name in ("Istres", "Viroflay") if f">{name}</a>" in page] == names


def test_health_counts_what_waits_in_each_town_in_one_statement(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        market = make_market(town=istres)
        make_order(town=istres, lines=market.everything)
        Effect.objects.all().delete()
    with in_town(viroflay):
        old = TUESDAY - timedelta(minutes=5)
        Effect.objects.all().delete()
        # One never tried, one that keeps failing and is due later, one planned for tomorrow.
        Effect.objects.create(kind="x", created_at=old, due_at=old)
        Effect.objects.create(kind="x", created_at=old, due_at=TUESDAY + timedelta(hours=1), attempts=3)
        Effect.objects.create(kind="x", created_at=old, due_at=TUESDAY + timedelta(days=1))
        Effect.objects.create(kind="x", created_at=old, due_at=old, done_at=old)

    assert Town.objects.count() == 2  # back in public, whose SET is no part of the count
    with CaptureQueriesContext(connection) as queries:
        health = health_of(towns=[istres, viroflay], now=TUESDAY)

    assert len(queries) == 1
    assert health["istres"] == Health(unanswered=3, live=1, late_effects=0)
    assert health["viroflay"] == Health(unanswered=0, live=0, late_effects=2)
    assert not health["viroflay"].is_well


def test_a_town_without_tables_is_not_read(istres: Any) -> None:
    istres.ready = False
    assert health_of(towns=[istres], now=TUESDAY) == {}


def test_a_towns_page_says_what_it_is(console: Client, istres: Any) -> None:
    page = console.get(f"/console/communes/{istres.pk}/").content.decode()
    for said in ("13047", "13118, 13800", "istres.localhost", "Conciergeries de Provence", "Inviter à la mairie"):
        assert said in page


def test_the_town_hall_is_invited_inside_its_town_and_on_its_host(console: Client, istres: Any, viroflay: Any) -> None:
    answer = console.post(f"/console/communes/{istres.pk}/inviter/", {"email": "Alice@Istres.example"})
    assert answer.status_code == HTTPStatus.FOUND

    with in_public():
        assert not Invitation.objects.exists()
        event = AuditEvent.objects.get(action="town_hall_invited")
        assert (event.actor_label, event.details["town"]) == ("Odile Perrin", "Istres")
    with in_town(viroflay):
        assert not Invitation.objects.exists()
    with in_town(istres):
        message = Message.objects.get(to="alice@istres.example")
        assert "Odile Perrin" in message.text
        token = message.text.split("http://istres.localhost/invitation/")[1].split("/")[0]
        alice = accept(token=token, name="Alice", password=None, now=timezone.now())
        assert alice.email == "alice@istres.example"

    page = console.get(f"/console/communes/{istres.pk}/").content.decode()
    assert "Alice, mairie" in page


def test_an_invitation_waits_on_the_page_and_a_second_one_replaces_it(console: Client, istres: Any) -> None:
    for _ in range(2):
        console.post(f"/console/communes/{istres.pk}/inviter/", {"email": "alice@istres.example"})
    page = console.get(f"/console/communes/{istres.pk}/").content.decode()
    assert page.count("invitation envoyée") == 1
    with in_town(istres):
        first = Message.objects.order_by("created_at")[0].text
        token = first.split("/invitation/")[1].split("/")[0]
        with pytest.raises(InvitationClosedError):
            open_invitation(token=token, now=timezone.now())


@pytest.mark.parametrize("email", ["", "alice", "alice@", "a b@c.example"])
def test_a_bad_address_is_said_beside_its_field(console: Client, istres: Any, email: str) -> None:
    answer = console.post(f"/console/communes/{istres.pk}/inviter/", {"email": email})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_email_error"' in answer.content.decode()
    with in_town(istres):
        assert not Message.objects.exists()


def test_a_town_that_is_not_open_invites_nobody(console: Client, istres: Any) -> None:
    Town.objects.filter(pk=istres.pk).update(ready=False)
    answer = console.post(f"/console/communes/{istres.pk}/inviter/", {"email": "alice@istres.example"})
    assert answer.status_code == HTTPStatus.CONFLICT


def test_suspending_asks_why_closes_the_doors_and_leaves_a_trace(
    console: Client, istres: Any, viroflay: Any, django_capture_on_commit_callbacks: Any
) -> None:
    url = f"/console/communes/{istres.pk}/suspendre/"
    assert console.get(url).status_code == HTTPStatus.OK
    assert console.post(url, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    with django_capture_on_commit_callbacks(execute=True):
        console.post(url, {"reason": "Contrat fini"})

    assert Client(HTTP_HOST=istres.host).get("/mentions-legales/").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert Client(HTTP_HOST=viroflay.host).get("/mentions-legales/").status_code == HTTPStatus.OK
    with in_public():
        event = AuditEvent.objects.get(action="town_suspended")
        assert (event.actor_label, event.details) == ("Odile Perrin", {"town": "Istres", "reason": "Contrat fini"})
    assert "Suspendue depuis" in console.get(f"/console/communes/{istres.pk}/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        console.post(f"/console/communes/{istres.pk}/reprendre/")
    assert Client(HTTP_HOST=istres.host).get("/mentions-legales/").status_code == HTTPStatus.OK
    with in_public():
        assert AuditEvent.objects.filter(action="town_resumed").count() == 1


def test_suspending_twice_is_once(console: Client, istres: Any) -> None:
    for reason in ("Un", "Deux"):
        console.post(f"/console/communes/{istres.pk}/suspendre/", {"reason": reason})
    with in_public():
        assert AuditEvent.objects.filter(action="town_suspended").count() == 1


def test_what_the_ledgers_check_found_is_on_the_towns_page(console: Client, istres: Any, viroflay: Any) -> None:
    assert "pas encore contrôlé" in console.get(f"/console/communes/{istres.pk}/").content.decode()
    wrong = Finding(kind=Kind.ORDERS, subject="46711 4821", message="Commande 4821 : 12 € d’un côté, 10 € de l’autre.")
    for town, found in ((istres, [wrong]), (viroflay, [])):
        with in_town(town):
            keep(report=Report(9, found, {Kind.STRIPE: "sans réponse"}), town=town, now=TUESDAY)
    health = health_of(towns=[istres, viroflay], now=TUESDAY)
    assert (health["istres"].differences, health["istres"].is_well) == (1, False)
    assert (health["viroflay"].ledger_checked_at, health["viroflay"].is_well) == (TUESDAY, True)
    page = console.get(f"/console/communes/{istres.pk}/").content.decode()
    for said in ("1\u00a0écart", wrong.message, "sans réponse de Stripe"):
        assert said in page
    assert "Concorde" in console.get(f"/console/communes/{viroflay.pk}/").content.decode()
    listed = console.get("/console/").content.decode()
    assert (listed.count("1\u00a0écart"), listed.count("Concorde")) == (1, 1)
