"""Numbers without a gap: one counter row per series, locked from before the first doubt until the commit.

A number taken in a transaction that is rolled back is taken back with it, and the next one waits to know.
"""

from datetime import date

from billing.settlements.models import Counter
from shared.locks import lock_one


def series_of(*, slug: str, on: date) -> str:
    """The series of a town and a year of issue: ISTRES-2026."""
    return f"{slug.upper()}-{on.year}"


def lock_counter(*, series: str) -> Counter:
    """Lock a series, begun if it is new, until the caller's transaction ends."""
    Counter.objects.bulk_create([Counter(series=series)], ignore_conflicts=True)
    return lock_one(Counter.objects.all(), series=series)


def take_number(*, counter: Counter) -> str:
    """The next number of a locked series, as it is printed: ISTRES-2026-00001."""
    counter.value += 1
    counter.save(update_fields=["value"])
    return f"{counter.series}-{counter.value:05d}"
