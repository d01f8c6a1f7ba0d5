"""Opening a town: in order, or not at all, and never twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_exists

from conciergeries.towns import steps
from conciergeries.towns.effects import StillOpeningError, open_town
from conciergeries.towns.models import Domain, OperatingCompany, Town, TownOpening
from conciergeries.towns.own_tables import check_own_tables
from conciergeries.towns.provisioning import (
    GIVEN_UP_AFTER,
    AlreadyOpenError,
    UnknownCommuneError,
    request_opening,
    run_opening,
)
from conciergeries.towns.steps import OpeningStep
from shared.audit.models import AuditEvent
from shared.outbox.models import Effect
from shared.tenancy import in_public_schema, in_town
from tenants.hubs.models import Hub

SALON = "13103"  # Salon-de-Provence: a commune that the tests have not opened


def _check_now(*, town: Town, now: datetime) -> None:
    connection.check_constraints()


# What PostgreSQL leaves until the commit is checked in a step of its own: in a test, which never commits, it would
# otherwise forbid to drop the tables.
_SETTLE = {"settle": OpeningStep("settle", "Contrôle", _check_now)}


@pytest.fixture
def company(istres: Any) -> OperatingCompany:
    found: OperatingCompany = istres.operating_company
    return found


@pytest.fixture
def broken_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A step that fails, until it is mended."""
    broken = True

    def run(*, town: Town, now: datetime) -> None:
        if broken:
            raise RuntimeError("the hub has no key")

    monkeypatch.setattr(steps, "_steps", {**steps._steps, **_SETTLE, "test": OpeningStep("test", "Essai", run)})  # noqa: SLF001

    def mend() -> None:
        nonlocal broken
        broken = False

    return mend


def _ask(company: OperatingCompany, now: datetime, insee: str = SALON) -> TownOpening:
    return request_opening(insee=insee, operating_company=company, requested_by=None, now=now)


def test_asking_writes_the_wish_the_effect_and_the_trace_together(company: OperatingCompany, now: datetime) -> None:
    opening = _ask(company, now)

    assert (opening.name, opening.slug, opening.state) == ("Salon-de-Provence", "salon-de-provence", "pending")
    assert Effect.objects.filter(kind="towns.open", payload={"opening_id": str(opening.pk)}).count() == 1
    event = AuditEvent.objects.get(object_id=str(opening.pk))
    assert (event.action, event.actor_label) == ("town_opening_requested", "plateforme")
    assert "None" not in opening.requested_by


def test_a_town_is_opened_step_by_step_and_served_at_once(
    company: OperatingCompany, now: datetime, browse: Callable[[Any], Client]
) -> None:
    opening = _ask(company, now)
    town = run_opening(opening_id=str(opening.pk), now=now)

    assert town is not None
    assert in_public_schema()
    opening.refresh_from_db()
    assert opening.state == "done"
    assert [step["state"] for step in opening.steps] == ["done"] * len(opening.steps)
    assert all(step["seconds"] is not None for step in opening.steps)
    assert (town.insee, town.schema_name, town.department, town.ready) == (SALON, "salon_de_provence", "13", True)
    check_own_tables(town.schema_name)
    with in_town(town):
        assert Hub.objects.filter(is_main=True).count() == 1
    assert browse(town).get("/mentions-legales/").status_code == HTTPStatus.OK


def test_an_opening_that_fails_half_way_leaves_nothing_and_can_be_tried_again(
    company: OperatingCompany, now: datetime, broken_step: Callable[[], None]
) -> None:
    opening = _ask(company, now)

    assert run_opening(opening_id=str(opening.pk), now=now) is None

    opening.refresh_from_db()
    assert opening.state == "failed"
    assert "the hub has no key" in opening.error
    assert [step["state"] for step in opening.steps if step["key"] == "test"] == ["failed"]
    assert [step["state"] for step in opening.steps if step["key"] in {"domain", "check"}] == ["waiting", "waiting"]
    assert not schema_exists("salon_de_provence")
    assert not Town.objects.filter(insee=SALON).exists()
    assert not Domain.objects.filter(domain__startswith="salon").exists()
    assert in_public_schema()

    broken_step()
    again = _ask(company, now)
    assert again.pk != opening.pk
    assert run_opening(opening_id=str(again.pk), now=now) is not None


def test_what_a_worker_left_when_it_died_is_cleared_by_the_next(
    company: OperatingCompany, now: datetime, broken_step: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Not an Exception: nothing in the platform catches it, as nothing catches SIGKILL."""

    def die(**_facts: Any) -> None:
        raise Killed

    opening = _ask(company, now)
    mended = steps._steps  # noqa: SLF001  (the registry of the test)
    monkeypatch.setattr(steps, "_steps", {**_SETTLE, "test": OpeningStep("test", "Essai", die)})
    with pytest.raises(Killed):
        run_opening(opening_id=str(opening.pk), now=now)
    monkeypatch.setattr(steps, "_steps", mended)
    assert schema_exists("salon_de_provence")
    broken_step()

    # While it might still be alive, nobody touches its work, and the outbox is told to ask again.
    with pytest.raises(StillOpeningError):
        open_town(payload={"opening_id": str(opening.pk)}, now=now + timedelta(minutes=1))
    open_town(payload={"opening_id": str(opening.pk)}, now=now + GIVEN_UP_AFTER + timedelta(seconds=1))

    opening.refresh_from_db()
    assert opening.state == "done"
    assert Town.objects.get(insee=SALON).ready


def test_a_worker_that_died_after_the_door_was_open_left_an_open_town(
    istres: Any, company: OperatingCompany, now: datetime
) -> None:
    opening = TownOpening.objects.create(
        insee="13047",
        name="Istres",
        slug="istres",
        operating_company=company,
        state="running",
        requested_by="",
        requested_at=now,
        started_at=now,
    )
    open_town(payload={"opening_id": str(opening.pk)}, now=now + GIVEN_UP_AFTER + timedelta(seconds=1))

    opening.refresh_from_db()
    assert opening.state == "done"
    assert schema_exists("istres")


def test_a_commune_is_opened_once(istres: Any, company: OperatingCompany, now: datetime) -> None:
    with pytest.raises(AlreadyOpenError, match="Istres"):
        _ask(company, now, insee="13047")
    _ask(company, now)
    with pytest.raises(AlreadyOpenError, match="Salon"):
        _ask(company, now)


def test_an_opening_is_carried_out_by_one_worker(company: OperatingCompany, now: datetime) -> None:
    opening = _ask(company, now)
    assert run_opening(opening_id=str(opening.pk), now=now) is not None
    assert run_opening(opening_id=str(opening.pk), now=now) is None
    open_town(payload={"opening_id": str(opening.pk)}, now=now)
    assert Town.objects.filter(insee=SALON).count() == 1


@pytest.mark.parametrize("insee", ["", "00000", "99999", "istres", "2A", "13047; DROP SCHEMA istres"])
def test_what_is_no_commune_is_not_opened(company: OperatingCompany, now: datetime, insee: str) -> None:
    with pytest.raises(UnknownCommuneError):
        _ask(company, now, insee=insee)


def test_a_town_far_away_has_its_own_clock_and_holidays(company: OperatingCompany, now: datetime) -> None:
    opening = _ask(company, now, insee="97411")
    town = run_opening(opening_id=str(opening.pk), now=now)
    assert town is not None
    assert (town.timezone, town.territory) == ("Indian/Reunion", "974")
