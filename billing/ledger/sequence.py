"""The entries of one town, or of all those of a company, as one sequence whose numbers never change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import merge
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from billing.ledger.models import Entry, Posting
from conciergeries.towns.models import Town
from shared.tenancy import in_town

# What of each town is in memory at once, whatever the period.
PAGE = 500


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry with its postings, its number, and its day on the clocks of its town."""

    number: int
    day: date
    town: Town
    entry: Entry


def in_sequence(*, towns: Iterable[Town], first: date, last: date) -> Iterator[Numbered]:
    """The entries of whole days, both included: by day, in a day by town, in a town by moment.

    Numbers count from the first entry that these towns ever had, so that one entry has one number whatever the days
    that are asked for, and in whatever month the year begins. Between two entries any schema may be active.
    """
    ordered = sorted(towns, key=lambda town: str(town.insee))
    before = sum(_count_before(town, first) for town in ordered)
    found = merge(
        *(_entries(town, first=first, last=last) for town in ordered), key=lambda each: (each[0], each[1].insee)
    )
    for number, (day, town, entry) in enumerate(found, start=before + 1):
        yield Numbered(number, day, town, entry)


def _count_before(town: Town, day: date) -> int:
    with in_town(town):
        return Entry.objects.filter(at__lt=_midnight(town, day)).count()


def _entries(town: Town, *, first: date, last: date) -> Iterator[tuple[date, Town, Entry]]:
    """Page by page: `.iterator()` would bring the whole period at once, behind a pooler that has no cursors."""
    zone, end = ZoneInfo(town.timezone), _midnight(town, last + timedelta(days=1))
    after = Q(at__gte=_midnight(town, first))
    while True:
        page = _page(town, after=after, end=end)
        for entry in page:
            yield entry.at.astimezone(zone).date(), town, entry
        if len(page) < PAGE:
            return
        at, key = page[-1].at, page[-1].pk
        # The first condition is the index's.
        after = Q(at__gte=at) & (Q(at__gt=at) | Q(pk__gt=key))


def _page(town: Town, *, after: Q, end: datetime) -> list[Entry]:
    lines = Prefetch("postings", queryset=Posting.objects.order_by("-amount_cents", "pk"))
    with in_town(town):
        return list(Entry.objects.filter(after, at__lt=end).order_by("at", "pk").prefetch_related(lines)[:PAGE])


def _midnight(town: Town, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(town.timezone))
