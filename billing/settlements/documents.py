"""The fingerprint of a statement: one canonical text, one SHA-256, so that anyone can check that nothing moved."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from billing.commissions.frozen import COLUMNS
from billing.settlements.models import Adjustment, Sale, Statement, StatementSegment

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
SALE = (*COLUMNS, "shop_order_id", "order_number", "handed_over_at", "gross_cents", "ttc_by_vat_rate", "fee_count")
REFUND = (*SALE, "kind", "corrects_id", "cause")
# Said only of what the merchant was paid itself, for the same reason.
UNHELD = ("held",)


def fingerprint(statement: Statement, segments: Iterable[StatementSegment]) -> str:
    """The SHA-256 of a statement, its segments and the sales that joined it, in hexadecimal.

    The sales are read one after the other: memory does not grow with them.
    """
    sales = hashlib.sha256()
    joined = Sale.objects.filter(statement_id=statement.pk).order_by("handed_over_at", "shop_order_id", "pk")
    for sale in joined.iterator():
        # A sale says what it said before there were refunds: the fingerprints of that time stay good.
        names = REFUND if sale.is_refund else SALE
        sales.update(canonical(_fields(sale, names if sale.held else (*names, *UNHELD))).encode() + b"\n")
    whole = {
        **_fields(statement, HEADER),
        **{name: cents for name, cents in _fields(statement, WHEN_ANY).items() if cents},
        "segments": [_fields(segment, SEGMENT) for segment in segments],
        "sales_sha256": sales.hexdigest(),
    }
    adjustments = Adjustment.objects.filter(statement_id=statement.pk).order_by("added_at", "pk")
    if adjustments:
        whole["adjustments"] = [_fields(each, ADJUSTMENT) for each in adjustments]
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


def is_intact(statement: Statement) -> bool:
    """Whether a statement still has the fingerprint it was issued with."""
    return fingerprint(statement, statement.segments.order_by("position")) == statement.hash


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no choice left: the same facts always give the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _fields(row: Adjustment | Statement | StatementSegment | Sale, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
