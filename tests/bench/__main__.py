"""`./run bench [WHAT] [--json]`: the durations of a demo and its pages, the promise, settling, or opening a town."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from tests.bench import pages
from tests.tools.servers import resolve_localhost

Rows = list[tuple[str, str]]


def bench_pages(_lines: int | None) -> tuple[dict[str, Any], Rows]:
    figures = pages.measure()
    return asdict(figures), pages.rows(figures)


def bench_promise(_lines: int | None) -> tuple[dict[str, Any], Rows]:
    from shared.tenancy import in_town  # noqa: PLC0415  (needs Django set up)
    from tests.bench import promise  # noqa: PLC0415  (the same)

    town = promise.the_town()
    with in_town(town):
        figures = promise.measure(town=town, products=promise.lay_out())
    return asdict(figures), promise.rows(figures)


def bench_opening(_lines: int | None) -> tuple[dict[str, Any], Rows]:
    from conciergeries.towns.models import Town  # noqa: PLC0415  (needs Django set up)
    from tests.bench import opening  # noqa: PLC0415  (the same)
    from tests.bench.promise import NOW  # noqa: PLC0415  (the same)

    company = Town.objects.select_related("operating_company").get(insee="13047").operating_company
    figures = opening.measure(company=company, now=NOW)
    return asdict(figures), opening.rows(figures)


def bench_settlement(lines: int | None) -> tuple[dict[str, Any], Rows]:
    from tests.bench import settlement  # noqa: PLC0415  (needs Django set up)

    much = lines or settlement.LINES
    settled = []
    # Little first: the peak of a process only ever rises.
    for town, count in zip(settlement.the_towns(), (much // settlement.FEWER, much), strict=True):
        settlement.lay_out(town=town, lines=count)
        settlement.tidy(town)
        settled.append(settlement.settle_town(town=town, lines=count))
    fewer, everything = settled
    figures = settlement.compare(merchants=settlement.MERCHANTS, fewer=fewer, everything=everything)
    return asdict(figures), settlement.rows(figures)


def in_test_towns(bench: Callable[[int | None], tuple[dict[str, Any], Rows]], lines: int | None) -> Any:
    """Run a bench in towns of its own, on servers of its own."""
    from conciergeries.embedded.stack import throw_away_servers  # noqa: PLC0415  (the pages' bench needs no servers)

    os.environ["DJANGO_SETTINGS_MODULE"] = "conciergeries.settings.test"
    with throw_away_servers() as servers:
        os.environ |= servers.environment()
        import django  # noqa: PLC0415  (its settings are known since a moment)
        from django.core.management import call_command  # noqa: PLC0415  (the same)

        django.setup()
        from tests.bench.promise import NOW  # noqa: PLC0415  (needs Django set up)
        from tests.towns import open_test_towns  # noqa: PLC0415  (the same)

        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        open_test_towns(now=NOW)
        return bench(lines)


BENCHES: dict[str, Callable[[int | None], tuple[dict[str, Any], Rows]]] = {
    "pages": bench_pages,
    "promise": partial(in_test_towns, bench_promise),
    "settlement": partial(in_test_towns, bench_settlement),
    "opening": partial(in_test_towns, bench_opening),
}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="Les durées de la démonstration, de la promesse, du règlement et d’une ouverture.",
    )
    parser.add_argument("what", nargs="?", choices=BENCHES, default="pages", help="ce qui est mesuré (pages)")
    parser.add_argument("--json", action="store_true", help="un objet JSON au lieu d'un tableau")
    parser.add_argument("--lines", type=int, help="settlement : le nombre de ventes (un million)")
    arguments = parser.parse_args()
    resolve_localhost()
    figures, rows = BENCHES[arguments.what](arguments.lines)
    if arguments.json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
        return 0
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        sys.stdout.write(f"{name.ljust(width)}  {value.replace('.', ',')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
