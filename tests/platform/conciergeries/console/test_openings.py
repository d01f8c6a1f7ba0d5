"""Opening a commune from the console."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conciergeries.towns.models import Town, TownOpening
from conciergeries.towns.provisioning import request_opening
from shared.outbox.models import Effect
from shared.tenancy import in_public

NEW = "/console/communes/nouvelle/"


def _post(console: Client, **data: Any) -> Any:
    return console.post(NEW, data)


def test_a_commune_is_found_on_the_official_list(console: Client, istres: Any) -> None:
    page = console.get(NEW, {"q": "salon de prov"}).content.decode()
    for said in ("Salon-de-Provence", "INSEE 13103", "13300", "Bouches-du-Rhône", "hab."):
        assert said in page


def test_as_one_types_only_the_results_come_back(console: Client, istres: Any) -> None:
    part = console.get(NEW, {"q": "78220"}, HTTP_HX_REQUEST="true").content.decode()
    assert "Viroflay" in part
    assert "<html" not in part
    assert 'id="resultats"' in part


@pytest.mark.parametrize("query", ["", "zzzzzz", "é" * 300, "<script>", "00000"])
def test_a_search_without_an_answer_says_so(console: Client, query: str) -> None:
    page = console.get(NEW, {"q": query})
    assert page.status_code == HTTPStatus.OK
    assert 'name="insee"' not in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_a_commune_that_is_open_cannot_be_picked(console: Client, istres: Any) -> None:
    page = console.get(NEW, {"q": "13047"}).content.decode()
    assert "déjà ouverte" in page
    assert "disabled" in page


def test_opening_asks_the_worker_and_shows_the_steps(console: Client, istres: Any) -> None:
    answer = _post(console, insee="13103", company=istres.operating_company.pk, q="salon")
    assert answer.status_code == HTTPStatus.FOUND
    with in_public():
        opening = TownOpening.objects.get(insee="13103")
        assert opening.requested_by == "Odile Perrin"
        assert Effect.objects.filter(kind="towns.open", payload={"opening_id": str(opening.pk)}).exists()

    page = console.get(answer["Location"]).content.decode()
    assert "de Salon-de-Provence" in page
    # Every second with a script, every other without.
    assert 'data-hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    part = console.get(f"{answer['Location']}avancement/").content.decode()
    assert "<html" not in part
    assert 'id="avancement"' in part


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"insee": ""}, "Choisissez la commune"),
        ({"insee": "99999"}, "Aucune commune"),
        ({"insee": "<b>"}, "Aucune commune"),
        ({"company": ""}, "Choisissez l’exploitant"),
        ({"company": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}, "n’existe pas"),
        ({"company": "pas un identifiant"}, "n’existe pas"),
    ],
)
def test_bad_answers_are_said_and_open_nothing(console: Client, istres: Any, change: Any, said: str) -> None:
    answer = _post(console, **{"insee": "13103", "company": istres.operating_company.pk, **change})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    with in_public():
        assert not TownOpening.objects.filter(state="pending").exists()


def test_a_commune_is_not_opened_twice(console: Client, istres: Any) -> None:
    company = istres.operating_company
    answer = _post(console, insee="13047", company=company.pk)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Istres a déjà sa conciergerie" in answer.content.decode()

    assert _post(console, insee="13103", company=company.pk).status_code == HTTPStatus.FOUND
    assert _post(console, insee="13103", company=company.pk).status_code == HTTPStatus.CONFLICT


def _opening(istres: Any, state: str, **fields: Any) -> TownOpening:
    return TownOpening.objects.create(
        insee="13103",
        name="Salon-de-Provence",
        slug="salon-de-provence",
        operating_company=istres.operating_company,
        state=state,
        requested_by="Odile",
        requested_at=timezone.now(),
        **fields,
    )


def test_a_failed_opening_says_why_and_is_tried_again(console: Client, istres: Any) -> None:
    failed = _opening(istres, "failed", error="RuntimeError : plus de place")
    page = console.get(f"/console/ouvertures/{failed.pk}/").content.decode()
    assert "plus de place" in page
    assert "Réessayer" in page
    assert "every 1s" not in page

    answer = console.post(f"/console/ouvertures/{failed.pk}/reessayer/")
    with in_public():
        again = TownOpening.objects.get(insee="13103", state="pending")
    assert answer["Location"] == f"/console/ouvertures/{again.pk}/"
    # A second click finds the first at work.
    assert console.post(f"/console/ouvertures/{failed.pk}/reessayer/")["Location"] == "/console/"


def test_only_what_failed_is_tried_again(console: Client, istres: Any) -> None:
    running = _opening(istres, "running", started_at=timezone.now())
    assert console.post(f"/console/ouvertures/{running.pk}/reessayer/").status_code == HTTPStatus.NOT_FOUND


def test_an_opening_that_is_done_leads_to_the_town(console: Client, istres: Any) -> None:
    with in_public():
        done = TownOpening.objects.get(insee="13047")
        done.finished_at = (done.started_at or timezone.now()) + timedelta(seconds=2)
        done.save()
    page = console.get(f"/console/ouvertures/{done.pk}/").content.decode()
    assert f"/console/communes/{istres.pk}/" in page
    assert "http://istres.localhost/" in page
    assert "refresh" not in page


def test_openings_under_way_are_on_the_first_page(console: Client, istres: Any) -> None:
    request_opening(insee="13103", operating_company=istres.operating_company, requested_by=None, now=timezone.now())
    assert "Salon-de-Provence" in console.get("/console/").content.decode()


def test_with_no_company_one_is_led_to_add_it(console: Client, istres: Any) -> None:
    page = console.get(NEW, {"q": "salon"}).content.decode()
    assert "/console/exploitants/nouveau/?suite=/console/communes/nouvelle/" in page


def test_an_empty_platform_invites_to_open_the_first_town(console: Client, db: None) -> None:
    with in_public():
        Town.objects.update(ready=False)
    assert console.get("/console/").status_code == HTTPStatus.OK
