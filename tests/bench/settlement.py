"""How long settling a town takes, and how much memory, whatever was sold; and the bare GROUP BY of the same lines."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from billing.commissions.frozen import COLUMNS
from billing.settlements.models import SettledUntil, Statement
from billing.settlements.papers import sales_file
from billing.settlements.services import settle
from billing.settlements.settling import merchants_to_settle, read_ahead
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.factories import make_merchant

MERCHANTS, LINES, FEWER = 200, 1_000_000, 10
RUNS = 5
TARGET_RATIO = 3
# Within this, memory that a tenth of the lines did not need is noise of the allocator.
TARGET_GROWTH_MB = 8
# The week of Monday 16 to Sunday 22 November 2026, and the Monday after it.
SUNDAY = date(2026, 11, 22)
MONDAY = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)

_TERMS = ", ".join(COLUMNS)

# In the order of the week, as sales come: a merchant's lines are all over the table. Two sets of terms, one of them on
# sales HT; one or two of three VAT rates. PostgreSQL seals each line, as it does at the desk.
_SALES = """
INSERT INTO settlements_sale (id, kind, shop_order_id, order_number, merchant_id, handed_over_at, counts_on,
    gross_cents, ttc_by_vat_rate, held, fee_count, rate_bp, price_basis, base, commission_vat_bp, beneficiary,
    fixed_fee_cents, minimum_cents)
SELECT gen_random_uuid(), 'sale', gen_random_uuid(), 'BANC-' || line, merchant.id, at,
    (at AT TIME ZONE 'Europe/Paris')::date, food + other,
    CASE WHEN other = 0 THEN jsonb_build_object('550', food)
        ELSE jsonb_build_object('550', food, CASE WHEN line %% 5 = 0 THEN '1000' ELSE '2000' END, other) END,
    true, 1, CASE WHEN line %% 3 = 0 THEN 700 ELSE 500 END, 'HT', CASE WHEN line %% 3 = 0 THEN 'HT' ELSE 'TTC' END,
    2000, 'company', 0, 0
FROM generate_series(1, %(lines)s) AS line
JOIN unnest(%(merchants)s::uuid[]) WITH ORDINALITY AS merchant(id, rank)
    ON merchant.rank = 1 + (line %% %(count)s * 79) %% %(count)s,
LATERAL (SELECT timestamptz '2026-11-16 08:00+01' + line * interval '6 days' / %(lines)s AS at,
    500 + line %% 1993 AS food, CASE WHEN line %% 4 = 0 THEN 0 ELSE 300 + line %% 1777 END AS other) AS sold
ORDER BY line
"""

# What each handover posts; without the checks of a commit, which are about each entry and not about settling.
_LEDGER = (
    "SET LOCAL session_replication_role = replica",
    """
    INSERT INTO ledger_entry (id, key, kind, label, reference, piece, at, stripe_id, posting_count)
    SELECT gen_random_uuid(), 'sale:' || shop_order_id, 'handed_over', 'Remise', shop_order_id, order_number,
        handed_over_at, '', 2
    FROM settlements_sale
    """,
    """
    INSERT INTO ledger_posting (id, entry_id, account, merchant_id, amount_cents)
    SELECT gen_random_uuid(), entry.id, side.account,
        CASE WHEN side.account = '46712' THEN merchant_id END, side.sign * gross_cents
    FROM settlements_sale JOIN ledger_entry AS entry ON entry.reference = shop_order_id,
    LATERAL (VALUES ('46711', 1), ('46712', -1)) AS side(account, sign)
    """,
    "SET LOCAL session_replication_role = origin",
)

_BARE = f"""
SELECT merchant_id, {_TERMS}, count(*), sum(gross_cents) FROM settlements_sale GROUP BY merchant_id, {_TERMS}
"""  # noqa: S608  (the names of our own columns)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One town settled: times in milliseconds, `peak_mb` since the process began.

    `bare_ms`: the sales added up by merchant and terms, and nothing else. `figures_ms`: all that the statements say of
    their sales, read by settling's own code: by VAT rate too, counts, fees, first days, seals. Medians, both.
    `settle_ms`: everything else besides, once: locks, what was carried, commissions, numbers, statements, entries,
    invoices and their XML, payouts, effects.
    `file_ms`: then, by a worker, one statement's file of sales.
    """

    lines: int
    statements: int
    bare_ms: float
    figures_ms: float
    settle_ms: float
    file_ms: float
    peak_mb: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What `./run bench settlement` prints. `ratio` is of the figures to the bare GROUP BY, with all the lines."""

    merchants: int
    fewer: Settled
    all: Settled
    ratio: float
    settle_ratio: float
    settle_ms_by_statement: float
    settle_us_by_line: float
    peak_mb: float
    peak_growth_mb: float
    is_within_target: bool


def lay_out(*, town: Any, lines: int, merchants: int = MERCHANTS) -> None:
    """Have so many merchants sell so many times in one week of a town."""
    sellers = [make_merchant(name=f"Commerce {rank}", town=town).pk for rank in range(merchants)]
    with in_town(town), transaction.atomic():
        SettledUntil.objects.bulk_create(SettledUntil(merchant_id=seller) for seller in sellers)
        with connection.cursor() as cursor:
            cursor.execute(_SALES, {"lines": lines, "merchants": sellers, "count": merchants})
            for statement in _LEDGER:
                cursor.execute(statement)


def tidy(town: Any) -> None:
    """What PostgreSQL does by itself within minutes: know what the tables hold, and what every transaction may see."""
    with in_town(town), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) settlements_sale, ledger_entry, ledger_posting, settlements_settleduntil")


def settle_town(*, town: Any, lines: int, runs: int = RUNS) -> Settled:
    """Measure, then settle the town's week for good."""
    with in_town(town):
        until = dict.fromkeys(merchants_to_settle(until=SUNDAY), SUNDAY)
        bare = statistics.median(_times(_group_by, runs))
        figures = statistics.median(_times(lambda: read_ahead(until), runs))
    settled, issued = _timed(lambda: settle(town=town, period_end=SUNDAY, now=MONDAY))
    count = len(issued)
    with in_town(town):
        statement = Statement.objects.order_by("number")[0]
        file, _made = _timed(lambda: sales_file(statement=statement, town=town))
    return Settled(
        lines=lines,
        statements=count,
        bare_ms=round(bare, 1),
        figures_ms=round(figures, 1),
        settle_ms=round(settled, 1),
        file_ms=round(file, 1),
        peak_mb=round(_peak_mb(), 1),
    )


def compare(*, merchants: int, fewer: Settled, everything: Settled) -> Figures:
    """Put side by side a town where little was sold and one where much was, measured in this order by one process."""
    growth = everything.peak_mb - fewer.peak_mb
    more_lines = everything.lines - fewer.lines
    ratio = everything.figures_ms / everything.bare_ms
    return Figures(
        merchants=merchants,
        fewer=fewer,
        all=everything,
        ratio=round(ratio, 2),
        settle_ratio=round(everything.settle_ms / everything.bare_ms, 2),
        settle_ms_by_statement=round(everything.settle_ms / max(everything.statements, 1), 1),
        settle_us_by_line=round((everything.settle_ms - fewer.settle_ms) * 1000 / more_lines, 2),
        peak_mb=everything.peak_mb,
        peak_growth_mb=round(growth, 1),
        is_within_target=ratio <= TARGET_RATIO and growth <= TARGET_GROWTH_MB,
    )


def _group_by() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BARE)
        cursor.fetchall()


def _times(work: Callable[[], Any], runs: int) -> list[float]:
    work()
    return [_timed(work)[0] for _run in range(runs)]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return (time.perf_counter() - began) * 1000, result


def _peak_mb() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows(figures: Figures) -> list[tuple[str, str]]:
    """The figures as a table, in French."""
    said = [("Commerçants", str(figures.merchants))]
    for each in (figures.fewer, figures.all):
        said += [
            (f"{each.lines} ventes : GROUP BY seul", f"{each.bare_ms} ms"),
            (f"{each.lines} ventes : chiffres des bordereaux", f"{each.figures_ms} ms"),
            (f"{each.lines} ventes : règlement entier", f"{each.settle_ms} ms, {each.statements} bordereaux"),
            (f"{each.lines} ventes : fichier d’un bordereau", f"{each.file_ms} ms"),
            (f"{each.lines} ventes : mémoire au plus", f"{each.peak_mb} Mo"),
        ]
    return [
        *said,
        ("Rapport des chiffres au GROUP BY", f"{figures.ratio} (visé : {TARGET_RATIO} au plus)"),
        ("Rapport du règlement entier", str(figures.settle_ratio)),
        ("Mémoire de plus", f"{figures.peak_growth_mb} Mo"),
    ]


def the_towns() -> tuple[Town, Town]:
    fewer, everything = (Town.objects.get(insee=insee) for insee in ("13047", "78686"))
    return fewer, everything
