"""The figures of what merchants sold over spans of days, by PostgreSQL: no sale is copied into this process."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection

from billing.commissions.arithmetic import Sales
from billing.commissions.frozen import COLUMNS, terms_of
from billing.commissions.terms import Terms
from billing.settlements.models import SaleKind, Statement
from billing.settlements.periods import Period

# Those of nearly all goods in France. Any other is looked for only where these do not add up to what was sold.
USUAL_VAT_RATES = (210, 550, 1000, 2000)

_TERMS = ", ".join(COLUMNS)

# One pass over the lines, whoever and how many are asked. By kind too: all amounts of a row then have one sign, so that
# the sum of its parts is the whole if, and only if, no VAT rate is missing.
_FIGURES = """
SELECT asked.merchant_id, kind, {terms}, count(*), sum(fee_count), min(counts_on), sum(gross_cents),
    coalesce(sum(gross_cents) FILTER (WHERE NOT held), 0), sum(seal), {by_rate}
FROM unnest(%(merchants)s::uuid[], %(firsts)s::date[], %(lasts)s::date[]) AS asked(merchant_id, first, last)
JOIN settlements_sale AS sale
    ON sale.merchant_id = asked.merchant_id AND counts_on >= asked.first AND counts_on <= asked.last
GROUP BY asked.merchant_id, kind, {terms}
ORDER BY asked.merchant_id, {terms}, kind
"""
_BY_RATE = "coalesce(sum((ttc_by_vat_rate ->> '{rate}')::bigint), 0)"

_RATES = """
SELECT DISTINCT jsonb_object_keys(ttc_by_vat_rate)::int
FROM unnest(%(merchants)s::uuid[], %(firsts)s::date[], %(lasts)s::date[]) AS asked(merchant_id, first, last)
JOIN settlements_sale AS sale
    ON sale.merchant_id = asked.merchant_id AND counts_on >= asked.first AND counts_on <= asked.last
"""


@dataclass(slots=True)
class Group:
    """What was sold and given back under one set of terms. `sales` counts no refund; `fees` are due fixed fees."""

    sales: int = 0
    fees: int = 0
    gross_by_vat_rate: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Figures:
    """What one merchant sold over a span of days. `lines` are its sales and its refunds, `seal` their seals' sum.

    Sales are only ever added: over the same days, as many lines are the same lines.
    """

    period: Period
    groups: dict[Terms, Group] = field(default_factory=dict)
    lines: int = 0
    sales: int = 0
    unheld_cents: int = 0
    seal: int = 0
    first_day: date | None = None

    @property
    def by_terms(self) -> list[Sales]:
        """What a commission is worked out of."""
        return [Sales(terms, group.gross_by_vat_rate, group.fees) for terms, group in self.groups.items()]

    @property
    def gross_by_vat_rate(self) -> dict[int, int]:
        """Cents with VAT by VAT rate of the goods, whatever the terms, in order of rates."""
        totals: dict[int, int] = {}
        for group in self.groups.values():
            for rate, cents in group.gross_by_vat_rate.items():
                totals[rate] = totals.get(rate, 0) + cents
        return dict(sorted(totals.items()))


def figures_of_statement(statement: Statement) -> Figures:
    """The figures of the sales that a statement covers."""
    merchant, period = statement.merchant_id, Period(statement.period_start, statement.period_end)
    return figures_of({merchant: period})[merchant]


def figures_of(asked: Mapping[UUID, Period]) -> dict[UUID, Figures]:
    """The figures of each merchant over the days asked for it, in one pass, however many merchants and lines."""
    found, unfinished = _read(asked, USUAL_VAT_RATES)
    if unfinished:
        again = {merchant: asked[merchant] for merchant in unfinished}
        found |= _read(again, _rates(again))[0]
    return found


def _read(asked: Mapping[UUID, Period], rates: Collection[int]) -> tuple[dict[UUID, Figures], set[UUID]]:
    """The figures by these VAT rates, and for whom there are others."""
    found = {merchant: Figures(period) for merchant, period in asked.items()}
    unfinished = set()
    by_rate = ", ".join(_BY_RATE.format(rate=int(rate)) for rate in rates)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(terms=_TERMS, by_rate=by_rate), _parameters(asked))
        for merchant, kind, *rest in cursor.fetchall():
            columns, (lines, fees, first_day, gross, unheld, seal, *parts) = rest[: len(COLUMNS)], rest[len(COLUMNS) :]
            if sum(parts) != gross:
                unfinished.add(merchant)
            figures = found[merchant]
            group = figures.groups.setdefault(terms_of(dict(zip(COLUMNS, columns, strict=True))), Group())
            sales = lines if kind == SaleKind.SALE else 0
            group.sales += sales
            group.fees += int(fees)
            _add(group.gross_by_vat_rate, zip(rates, parts, strict=True))
            figures.lines += lines
            figures.sales += sales
            figures.unheld_cents += int(unheld)
            figures.seal += int(seal)
            figures.first_day = min(first_day, figures.first_day or first_day)
    return found, unfinished


def _add(totals: dict[int, int], parts: Iterable[tuple[int, int]]) -> None:
    for rate, cents in parts:
        if cents:
            totals[rate] = totals.get(rate, 0) + int(cents)


def _rates(asked: Mapping[UUID, Period]) -> list[int]:
    """Every VAT rate of what was sold."""
    with connection.cursor() as cursor:
        cursor.execute(_RATES, _parameters(asked))
        return sorted(rate for (rate,) in cursor.fetchall())


def _parameters(asked: Mapping[UUID, Period]) -> dict[str, list[object]]:
    return {
        "merchants": list(asked),
        "firsts": [period.first for period in asked.values()],
        "lasts": [period.last for period in asked.values()],
    }
