"""`./run bench [promise] [--json]`: the durations of a demo and its pages, or those of the promise."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tests.bench import pages
from tests.tools.servers import resolve_localhost

Rows = list[tuple[str, str]]


def bench_pages() -> tuple[dict[str, Any], Rows]:
    figures = pages.measure()
    return asdict(figures), pages.rows(figures)


def bench_promise() -> tuple[dict[str, Any], Rows]:
    """Measure in a town of its own, on servers of its own."""
    from conciergeries.embedded.stack import throw_away_servers  # noqa: PLC0415  (the pages' bench needs no servers)

    os.environ["DJANGO_SETTINGS_MODULE"] = "conciergeries.settings.test"
    with throw_away_servers() as servers:
        os.environ |= servers.environment()
        return _promise_figures()


def _promise_figures() -> tuple[dict[str, Any], Rows]:
    import django  # noqa: PLC0415  (its settings are known since a moment)
    from django.core.management import call_command  # noqa: PLC0415  (the same)

    django.setup()
    from shared.tenancy import in_town  # noqa: PLC0415  (needs Django set up)
    from tests.bench import promise  # noqa: PLC0415  (the same)
    from tests.towns import open_test_towns  # noqa: PLC0415  (the same)

    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    open_test_towns(now=promise.NOW)
    town = promise.the_town()
    with in_town(town):
        figures = promise.measure(town=town, products=promise.lay_out())
    return asdict(figures), promise.rows(figures)


BENCHES: dict[str, Callable[[], tuple[dict[str, Any], Rows]]] = {"pages": bench_pages, "promise": bench_promise}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="./run bench", description="Les durées de la démonstration et de la promesse."
    )
    parser.add_argument("what", nargs="?", choices=BENCHES, default="pages", help="ce qui est mesuré (pages)")
    parser.add_argument("--json", action="store_true", help="un objet JSON au lieu d'un tableau")
    arguments = parser.parse_args()
    resolve_localhost()
    figures, rows = BENCHES[arguments.what]()
    if arguments.json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
        return 0
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        sys.stdout.write(f"{name.ljust(width)}  {value.replace('.', ',')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
