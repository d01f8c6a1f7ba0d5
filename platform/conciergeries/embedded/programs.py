"""The commands that make up the running platform, each with its log."""

import sys
from collections.abc import Mapping
from pathlib import Path

from conciergeries.embedded.children import Program
from conciergeries.embedded.environment import ROOT

CELERY_APP = "conciergeries.celery:app"


def prepare(*, env: Mapping[str, str], logs: Path, seed: bool) -> Program:
    """Bring the database up to date and fill it, in one process: Django takes longer to import than to do it."""
    return _python(
        "préparation", "prepare.log", ["conciergeries", "prepare", *([] if seed else ["--no-seed"])], env, logs
    )


def web(*, env: Mapping[str, str], logs: Path, port: int) -> Program:
    """Serve the pages."""
    arguments = [
        "granian",
        *("--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port)),
        # One process: each imports the whole project, which is most of what starting costs on two cores.
        *("--workers", "1", "--blocking-threads", "4"),
        "--no-ws",
        "conciergeries.wsgi:application",
    ]
    return _python("le serveur web", "web.log", arguments, env, logs)


def worker(*, env: Mapping[str, str], logs: Path) -> Program:
    """Carry out the tasks: e-mails, refunds, transfers."""
    # Mingle, gossip and heartbeats are for several workers: alone, they only slow the start down.
    alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    arguments = ["celery", "-A", CELERY_APP, "worker", "--concurrency", "2", "--loglevel", "INFO", *alone]
    return _python("le worker Celery", "worker.log", arguments, env, logs)


def beat(*, env: Mapping[str, str], logs: Path, schedule: Path) -> Program:
    """Start the tasks whose hour has come."""
    arguments = ["celery", "-A", CELERY_APP, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(schedule)]
    return _python("Celery beat", "beat.log", arguments, env, logs)


def fake_stripe(*, env: Mapping[str, str], logs: Path, port: int, data: Path, webhook_url: str) -> Program:
    """Stand in for Stripe: it lives with the tests' tools, out of reach of a real installation."""
    arguments = [
        "tests.tools.fake_stripe",
        *("--port", str(port)),
        *("--data", str(data)),
        # The address that the pages' security policy lets forms lead to.
        *("--public-url", env["STRIPE_API_URL"]),
        *("--webhook-url", webhook_url),
        *("--webhook-secret", env["STRIPE_WEBHOOK_SECRET"]),
        # What was taken in cash at the desk is paid out through Stripe too: the company keeps a float there.
        *("--opening-balance", "1000000"),
        # What Stripe keeps of a European card, and of a chargeback.
        *("--fee-bp", "150", "--fee-cents", "25", "--dispute-fee", "2000"),
        "--quiet",
    ]
    return _python("Stripe simulé", "stripe.log", arguments, env, logs)


def _python(name: str, log: str, arguments: list[str], env: Mapping[str, str], logs: Path) -> Program:
    return Program(name=name, command=[sys.executable, "-m", *arguments], env=env, log=logs / log, cwd=ROOT)
