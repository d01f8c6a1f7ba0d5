"""A hub's hours for agendas to subscribe to (RFC 5545), and as the data that search engines read. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar as Agenda
from icalendar import Event

from conciergeries.towns.models import Town
from shared.french import NBSP, fold, of, phone_link
from shared.hours import Calendar, Span
from shared.hours.schedule import days_between, midnight
from tenants.hubs.models import Hub
from tenants.site.opening import WHOLE_DAY, ComingDay, coming_days

# What was, for those who look back at this week; and as far as people plan.
_PAST, _AHEAD = timedelta(days=7), timedelta(days=90)
_REFRESHED = timedelta(hours=12)
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST_MINUTE = time(23, 59)


def feed(*, hub: Hub, calendar: Calendar, town: Town, url: str, today: date) -> bytes:
    """Each opening as an event in UTC, each day that is not as usual and closed as an event of the day.

    The same until the hours change or the day ends: an event's UID is its day, its hub and its instant.
    """
    agenda = Agenda()
    agenda.add("prodid", "-//Conciergeries//Horaires//FR")
    agenda.add("version", "2.0")
    agenda.add("method", "PUBLISH")
    agenda.add("x-wr-calname", f"{hub.name}, {town.name}")
    agenda.add("x-wr-timezone", calendar.zone)
    agenda.add("refresh-interval", _REFRESHED, parameters={"value": "DURATION"})
    agenda.add("x-published-ttl", "PT12H")
    stamp = datetime.combine(today, time(), tzinfo=UTC)
    for event in _events(hub=hub, calendar=calendar, town=town, today=today):
        event.add("dtstamp", stamp)
        event.add("url", url)
        if hub.address:
            event.add("location", _in_full(hub.address, town))
        agenda.add_component(event)
    return bytes(agenda.to_ical())


def _events(*, hub: Hub, calendar: Calendar, town: Town, today: date) -> Iterator[Event]:
    place = f"{hub.pk}@{town.slug}.conciergeries"
    for day in days_between(today - _PAST, today + _AHEAD):
        spans, why = calendar.on(day), calendar.why(day)
        reason = why.reason if why else ""
        for span in spans:
            event = _event(f"{span.start.astimezone(UTC):%Y%m%dT%H%MZ}-{place}", f"{hub.name}{NBSP}: ouvert", reason)
            event.add("dtstart", span.start.astimezone(UTC))
            event.add("dtend", span.end.astimezone(UTC))
            event.add("transp", "TRANSPARENT")
            yield event
        if why and not spans:
            event = _event(f"{day:%Y%m%d}-{place}", f"{hub.name}{NBSP}: fermé", reason)
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
            yield event


def _in_full(address: str, town: Town) -> str:
    """An address with its commune, which the town hall may have written already."""
    return address if fold(town.name) in fold(address) else f"{address}, {town.name}"


def _event(uid: str, summary: str, reason: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", f"{summary} ({reason})" if reason else summary)
    return event


def structured_data(*, hub: Hub, calendar: Calendar, town: Town, url: str, home: str, today: date) -> dict[str, Any]:
    """The hub in schema.org's words: the ordinary week in force, and the days of the next two weeks that differ."""
    number = hub.phone or town.phone
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "@id": url,
        "name": hub.name,
        "url": url,
        "address": {
            "@type": "PostalAddress",
            **({"streetAddress": hub.address} if hub.address else {}),
            "addressLocality": town.name,
            "addressCountry": "FR",
        },
        "parentOrganization": {"@type": "Organization", "name": f"La Conciergerie {of(town.name)}", "url": home},
        "openingHoursSpecification": list(_ordinary_hours(calendar, today)),
        "specialOpeningHoursSpecification": [
            each for day in coming_days(calendar, today=today) if day.reason for each in _special_hours(day)
        ],
    }
    return {**data, "telephone": phone_link(number)} if number else data


def _ordinary_hours(calendar: Calendar, today: date) -> Iterator[dict[str, str]]:
    """The hours of each day as it will next be, but for days that are not as usual: a week later then."""
    usual = Calendar(calendar.schedule, calendar.zone, calendar.territory, calendar.versions)
    for day in days_between(today, today + timedelta(days=6)):
        ordinary = day if not usual.why(day) else day + timedelta(days=7)
        for span in usual.on(ordinary):
            yield {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{_ENGLISH_DAYS[day.weekday()]}",
                **_opens_and_closes(span),
            }


def _special_hours(day: ComingDay) -> Iterator[dict[str, str]]:
    dated = {
        "@type": "OpeningHoursSpecification",
        "validFrom": day.day.isoformat(),
        "validThrough": day.day.isoformat(),
        "description": day.reason,
    }
    for span in day.spans:
        yield {**dated, **_opens_and_closes(span)}
    if day.is_closed:
        # Closed all day, as search engines read it.
        yield {**dated, "opens": "00:00", "closes": "00:00"}


def _opens_and_closes(span: Span) -> dict[str, str]:
    zone = ZoneInfo(str(span.start.tzinfo))
    ends_with_the_day = span.end == midnight(span.start.date() + timedelta(days=1), zone)
    closes = _LAST_MINUTE if ends_with_the_day or span.end - span.start > WHOLE_DAY else span.end.time()
    return {"opens": f"{span.start:%H:%M}", "closes": f"{closes:%H:%M}"}
