"""A hub's hours for agendas and for search engines."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar as Agenda

from shared.hours import Calendar, Exceptional, Schedule
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange
from tenants.site.hub_feed import feed, structured_data
from tests.factories import Market, make_satellite

pytestmark = pytest.mark.django_db

FEED = "/points-de-retrait/conciergerie/horaires.ics"
TUESDAY = date(2026, 11, 24)


def close(hub: Hub, day: date, now: datetime, **more: str) -> None:
    HubChange.objects.create(
        hub=hub, kind="closure", first=day, last=day, created_at=now, **{"reason": "inventaire", **more}
    )


def events(body: bytes) -> list[tuple[str, Any, Any]]:
    read = Agenda.from_ical(body)
    return [
        (str(event["SUMMARY"]).replace("\u00a0", " "), event.decoded("DTSTART"), event.decoded("DTEND"))
        for event in read.walk("VEVENT")
    ]


def test_openings_and_closed_days_are_events(market: Market, visitor: Client, now: datetime) -> None:
    close(market.hub, date(2026, 11, 26), now)
    response = visitor.get(FEED)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = events(response.content)
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert ("La conciergerie : ouvert", noon, noon + timedelta(hours=2)) in found
    assert ("La conciergerie : fermé (inventaire)", date(2026, 11, 26), date(2026, 11, 27)) in found
    assert ("La conciergerie : fermé (Noël)", date(2026, 12, 25), date(2026, 12, 26)) in found
    assert not [each for each in found if each[1] == noon + timedelta(days=2)]


def test_it_is_what_rfc_5545_asks(market: Market, visitor: Client, now: datetime) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(name="La conciergerie; des Écoles, ici\\là " + "é" * 60)
    body = visitor.get(FEED).content
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")
    read = Agenda.from_ical(body)
    assert read["VERSION"] == "2.0"
    assert read["PRODID"]
    every = read.walk("VEVENT")
    uids = [str(event["UID"]) for event in every]
    assert len(set(uids)) == len(uids) > 100
    assert all(event["DTSTAMP"] for event in every)
    assert str(every[0]["SUMMARY"]).startswith("La conciergerie; des Écoles, ici\\là")


def test_an_event_keeps_its_uid_when_others_change(market: Market, visitor: Client, now: datetime) -> None:
    def uids() -> set[str]:
        return {str(event["UID"]) for event in Agenda.from_ical(visitor.get(FEED).content).walk("VEVENT")}

    before = uids()
    close(market.hub, date(2026, 11, 26), now)
    after = uids()
    assert len(before - after) == 2
    assert len(after - before) == 1


def test_it_is_kept_and_asked_again(market: Market, visitor: Client, now: datetime) -> None:
    first = visitor.get(FEED)
    assert "public" in first["Cache-Control"]
    assert "max-age=3600" in first["Cache-Control"]
    assert "Cookie" not in first.get("Vary", "")
    same = visitor.get(FEED, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    close(market.hub, date(2026, 11, 26), now)
    assert visitor.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_each_town_has_its_own(market: Market, visitor: Client, viroflay: Any, browse: Callable[[Any], Client]) -> None:
    with in_town(viroflay):
        Hub.objects.update(hours="Sa 10:00-12:00", name="La halle")
    theirs = browse(viroflay).get(FEED)
    assert "La halle" in theirs.content.decode()
    assert "La halle" not in visitor.get(FEED).content.decode()
    assert f"http://{viroflay.host}/points-de-retrait/conciergerie/" in theirs.content.decode().replace("\r\n ", "")


@pytest.mark.parametrize("slug", ["nulle-part", "tube"])
def test_a_hub_that_takes_no_orders_has_none(market: Market, visitor: Client, slug: str) -> None:
    make_satellite(active=False)
    assert visitor.get(f"/points-de-retrait/{slug}/horaires.ics").status_code == 404


def test_days_of_twenty_five_hours_and_nights(market: Market) -> None:
    calendar = Calendar(Schedule("Sa 22:00-04:00"), "Europe/Paris")
    body = feed(hub=market.hub, calendar=calendar, town=market.town, url="https://x.example/", today=date(2026, 10, 24))
    # The night of the clocks' change lasts seven hours.
    night = (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC))
    assert night in [(start, end) for _said, start, end in events(body)]


def test_search_engines_read_the_week_and_what_differs(market: Market) -> None:
    closed = Exceptional(TUESDAY, TUESDAY, closed=True, reason="inventaire")
    calendar = Calendar(Schedule("Mo-Fr 12:00-14:00; Sa 18:00-24:00; PH off"), "Europe/Paris", "", (), (closed,))
    data = structured_data(
        hub=market.hub,
        calendar=calendar,
        town=market.town,
        url="https://x.example/h/",
        home="https://x.example/",
        today=TUESDAY,
    )
    hours = {each["dayOfWeek"].rsplit("/", 1)[1]: each for each in data["openingHoursSpecification"]}
    assert sorted(hours) == ["Friday", "Monday", "Saturday", "Thursday", "Tuesday", "Wednesday"]
    assert (hours["Tuesday"]["opens"], hours["Tuesday"]["closes"]) == ("12:00", "14:00")
    assert hours["Saturday"]["closes"] == "23:59"
    assert data["specialOpeningHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": "2026-11-24",
            "validThrough": "2026-11-24",
            "description": "inventaire",
            "opens": "00:00",
            "closes": "00:00",
        }
    ]
