"""What may not be issued: rules of EN 16931 and of the French reform that the official schema cannot see.

The tests hold these against the official schematrons; here they are asked of every invoice before it has a number.
"""

import re
from collections.abc import Iterator

from billing.invoices.facts import Paper, Party
from billing.invoices.mentions import DISCOUNT, LATE_COSTS, LATE_INTEREST

_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")
_SIREN, _SIRET = re.compile(r"\d{9}"), re.compile(r"\d{14}")
_YEARS = range(2000, 2100)
# BR-FR-16, in basis points.
VAT_RATES = frozenset({0, 90, 105, 175, 210, 550, 700, 850, 920, 960, 1000, 1300, 1960, 2000, 2060})


def broken_rules(paper: Paper) -> list[str]:
    """The rules that a paper breaks, by their official names; empty when it may be issued."""
    return [rule for rule, holds in _rules(paper) if not holds]


def _rules(paper: Paper) -> Iterator[tuple[str, bool]]:
    yield "BR-FR-01, BR-FR-02", bool(_NUMBER.fullmatch(paper.number))
    days = (paper.issued_on, paper.period_start, paper.period_end, *(each.issued_on for each in paper.cited))
    yield "BR-FR-03", all(day.year in _YEARS for day in days)
    subjects = [subject for subject, _words in paper.notes]
    for subject in (LATE_COSTS, LATE_INTEREST, DISCOUNT):
        yield f"BR-FR-05, BR-FR-06 ({subject})", subjects.count(subject) == 1
    yield "BR-FR-09, BR-FR-10", _is_known(paper.seller) and _is_known(paper.buyer)
    yield "BR-FR-16", all(line.vat_rate_bp in VAT_RATES for line in paper.lines)
    yield "BR-FR-CO-05", bool(paper.cited) or not paper.is_credit_note
    yield "BR-FR-DEC-03", bool(paper.lines) and all(line.ht_cents for line in paper.lines)
    yield "BR-08, BR-10", all(_has_address(party) for party in (paper.seller, paper.buyer))
    yield "BR-CO-09", all(not party.vat_number or party.vat_number.startswith("FR") for party in _both(paper))
    yield "BR-E-10", paper.exemption is not None or all(line.vat_rate_bp for line in paper.lines)
    yield "BR-E-05", paper.exemption is None or not any(line.vat_rate_bp for line in paper.lines)
    yield "BR-CO-15", paper.ttc_cents > 0
    yield "BR-CO-16", paper.due is None or (0 < paper.due_cents <= paper.ttc_cents and not paper.is_credit_note)
    yield "BR-50", paper.due is None or bool(paper.due.iban)
    yield "BG-14", paper.period_start <= paper.period_end


def _both(paper: Paper) -> tuple[Party, Party]:
    return paper.seller, paper.buyer


def _is_known(party: Party) -> bool:
    if not _SIREN.fullmatch(party.siren):
        return False
    return not party.siret or bool(_SIRET.fullmatch(party.siret) and party.siret.startswith(party.siren))


def _has_address(party: Party) -> bool:
    return all((party.name, party.address, party.postcode, party.city))
