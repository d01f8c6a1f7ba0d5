"""The fingerprint of a statement: one canonical text, one SHA-256, so that anyone can check that nothing moved."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from billing.commissions.frozen import COLUMNS
from billing.settlements.models import Adjustment, Statement, StatementSegment

HEADER = (
    "number",
    "merchant_id",
    "merchant_name",
    "merchant_siret",
    "iban_last4",
    "issuer_name",
    "issuer_siren",
    "issuer_vat_number",
    "town_name",
    "period_start",
    "period_end",
    "sales_count",
    "gross_cents",
    "commission_ht_cents",
    "vat_cents",
    "opening_cents",
    "net_cents",
    "issued_at",
)
# Said only where there are any: a statement without them has the fingerprint that it always had.
WHEN_ANY = ("adjustments_cents", "other_cents", "unheld_cents", "due_cents")
ADJUSTMENT = ("id", "amount_cents", "reason", "borne_by", "added_by", "added_at")
SEGMENT = (
    *COLUMNS,
    "position",
    "kind",
    "sales_count",
    "fee_count",
    "gross_cents",
    "base_cents",
    "commission_ht_cents",
    "vat_cents",
)
_SEALS = """
SELECT count(*), coalesce(sum(settlements_sale_seal(sale)), 0) FROM settlements_sale AS sale
WHERE merchant_id = %s AND counts_on BETWEEN %s AND %s
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a statement commits to of its sales: how many lines, and the sum of their seals.

    The seal of a line is the SHA-256 of all that it says, as a number. Added up they need no order, so that PostgreSQL
    sums them in the pass that makes the figures.
    """

    lines: int
    seal: int


def fingerprint(statement: Statement, segments: Iterable[StatementSegment], sales: Sealed) -> str:
    """The SHA-256 of a statement, its segments, its adjustments and the sales that it covers, in hexadecimal."""
    whole = {
        **_fields(statement, HEADER),
        **{name: cents for name, cents in _fields(statement, WHEN_ANY).items() if cents},
        "segments": [_fields(segment, SEGMENT) for segment in segments],
        "lines": sales.lines,
        "lines_seal": f"{sales.seal:x}",
    }
    adjustments = Adjustment.objects.filter(statement_id=statement.pk).order_by("added_at", "pk")
    if adjustments:
        whole["adjustments"] = [_fields(each, ADJUSTMENT) for each in adjustments]
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


def is_intact(statement: Statement) -> bool:
    """Whether a statement and the sales that it covers still have the fingerprint it was issued with."""
    segments = statement.segments.order_by("position")
    return fingerprint(statement, segments, _sealed_again(statement)) == statement.hash


def _sealed_again(statement: Statement) -> Sealed:
    """The seals worked out anew from what the sales say now; the kept ones are not trusted."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALS, [statement.merchant_id, statement.period_start, statement.period_end])
        lines, seal = cursor.fetchone()
    return Sealed(lines, int(seal))


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no choice left: the same facts always give the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _fields(row: Adjustment | Statement | StatementSegment, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
