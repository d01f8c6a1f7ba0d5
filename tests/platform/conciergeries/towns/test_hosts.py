"""The cache of hosts is never older than the town."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conciergeries.towns.hosts import forget_hosts, town_of_host
from conciergeries.towns.models import Domain
from shared.tenancy import in_public

Browse = Callable[[Any], Client]


def test_a_known_host_is_asked_of_the_database_once(istres: Any) -> None:
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert town_of_host("istres.localhost") == istres
    with CaptureQueriesContext(connection) as second:
        found = town_of_host("istres.localhost")
        assert found is not None
        # The company comes along: the legal notice asks for it on every host.
        assert found.operating_company.name
    assert len(first) > 0
    assert len(second) == 0


def test_an_unknown_host_is_not_remembered(db: None) -> None:
    """Anybody could fill the cache with invented names; and a town opened the next minute must be found."""
    assert town_of_host("chloe.localhost") is None
    assert caches["platform"].get("town-of-host:chloe.localhost") is None


def test_a_suspended_town_closes_at_once_and_opens_at_once(
    istres: Any, viroflay: Any, browse: Browse, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    def status(town: Any) -> int:
        return browse(town).get("/mentions-legales/").status_code

    assert status(istres) == HTTPStatus.OK
    for suspended_at, expected in ((now, HTTPStatus.SERVICE_UNAVAILABLE), (None, HTTPStatus.OK)):
        with in_public(), django_capture_on_commit_callbacks(execute=True):
            istres.suspended_at = suspended_at
            istres.save(update_fields=["suspended_at"])
        assert status(istres) == expected
        assert status(viroflay) == HTTPStatus.OK


def test_a_removed_domain_is_forgotten(istres: Any, django_capture_on_commit_callbacks: Any) -> None:
    extra = Domain.objects.create(domain="autre.example", tenant=istres, is_primary=False)
    assert town_of_host("autre.example") == istres
    with django_capture_on_commit_callbacks(execute=True):
        extra.delete()
    assert town_of_host("autre.example") is None
    assert town_of_host("istres.localhost") == istres


def test_a_company_that_changes_its_name_is_known_by_it_at_once(
    istres: Any, viroflay: Any, django_capture_on_commit_callbacks: Any
) -> None:
    company = istres.operating_company
    for host in ("istres.localhost", "viroflay.localhost"):
        assert town_of_host(host) is not None
    with in_public(), django_capture_on_commit_callbacks(execute=True):
        company.name = "Conciergeries du Midi"
        company.save(update_fields=["name"])
    found, other = town_of_host("istres.localhost"), town_of_host("viroflay.localhost")
    assert found is not None
    assert found.operating_company.name == "Conciergeries du Midi"
    assert other is not None
    assert other.operating_company.name != "Conciergeries du Midi"


def test_forgetting_a_host_that_is_not_known_is_nothing(db: None) -> None:
    forget_hosts("chloe.localhost")
    assert town_of_host("chloe.localhost") is None
