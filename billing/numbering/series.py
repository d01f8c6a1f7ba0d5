"""Numbers without a gap: one counter row per series, locked from before the first doubt until the commit.

A number taken in a transaction that is rolled back is taken back with it, and the next one waits to know.
"""

from datetime import date
from enum import StrEnum

from billing.numbering.models import Counter
from conciergeries.towns.models import Town
from shared.locks import lock_one

# An invoice's number has 35 characters at most (BR-FR-01): a town with a longer name is numbered by its INSEE code.
LONGEST_NAME = 20


class Kind(StrEnum):
    """What is numbered, and what its numbers begin with."""

    STATEMENT = ""
    INVOICE = "FA-"
    CREDIT_NOTE = "AV-"


def series_of(*, town: Town, kind: Kind, on: date) -> str:
    """The series of a town, a kind and a year of issue: ISTRES-2026, FA-ISTRES-2026."""
    name = town.slug.upper() if len(town.slug) <= LONGEST_NAME else town.insee
    return f"{kind.value}{name}-{on.year}"


def lock_counter(*, town: Town, kind: Kind, on: date) -> Counter:
    """Lock the series of the company that runs the town, begun if it is new, until the caller's transaction ends.

    Statements before invoices, invoices before credit notes: whoever locks several does it in the order of `Kind`.
    """
    key = {"issuer_siren": town.operating_company.siren, "series": series_of(town=town, kind=kind, on=on)}
    Counter.objects.bulk_create([Counter(**key)], ignore_conflicts=True)
    return lock_one(Counter.objects.all(), **key)


def take_number(*, counter: Counter) -> str:
    """The next number of a locked series, as it is printed: ISTRES-2026-00001."""
    counter.value += 1
    counter.save(update_fields=["value"])
    return number_of(series=counter.series, value=counter.value)


def number_of(*, series: str, value: int) -> str:
    return f"{series}-{value:05d}"
