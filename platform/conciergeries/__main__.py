"""The command line: `python -m conciergeries`, which `./run` calls."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Run the command given on the command line; give its exit code."""
    if sys.argv[1:2] == ["manage"]:
        from conciergeries.embedded.demo import EXPECTED  # noqa: PLC0415  (each command imports only what it needs)
        from conciergeries.embedded.manage import manage  # noqa: PLC0415  (the same)

        try:
            manage(sys.argv[2:])
        except EXPECTED as error:
            sys.stderr.write(f"Erreur : {error}\n")
            return 1
        return 0
    arguments = _parser().parse_args()
    if arguments.command == "prepare":
        from conciergeries.embedded.prepare import prepare  # noqa: PLC0415  (the same)

        prepare(seed=not arguments.no_seed)
        return 0
    from conciergeries.embedded.demo import demo  # noqa: PLC0415  (the same)

    return demo(data=arguments.data, port=arguments.port, reset=arguments.reset)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conciergeries", description="La plateforme, en ligne de commande.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="la démonstration, avec ses propres serveurs")
    demo.add_argument("--port", type=int, help="port du site (par défaut : le premier libre à partir de 8000)")
    demo.add_argument("--data", type=Path, help="dossier des données (par défaut : var/demo)")
    demo.add_argument("--reset", action="store_true", help="repartir de zéro")
    commands.add_parser("manage", help="une commande de Django")
    prepare = commands.add_parser("prepare", help="migrer et remplir la base de la démonstration")
    prepare.add_argument("--no-seed", action="store_true", help="migrer seulement")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # Before the demo listens to signals, or in one of Django's commands: no traceback for a Ctrl-C.
        sys.exit(130)
