"""The demo: starts every program of the platform, watches them, and ends them all together."""

import contextlib
import http.client
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from conciergeries.embedded import programs
from conciergeries.embedded.children import Child, Children, tail
from conciergeries.embedded.data import DataFolder
from conciergeries.embedded.environment import (
    DOMAIN,
    NOWHERE,
    own_stripe_key,
    platform_environment,
    with_machine,
)
from conciergeries.embedded.ports import Port, first_free_port
from conciergeries.embedded.stack import launch_servers
from conciergeries.embedded.telling import LogFollower, Narrator

FIRST_STRIPE_PORT = 12111
WEB_SECONDS = 90.0


class WebDidNotStart(Exception):  # noqa: N818  (told to a person, in French)
    """The web server runs but does not serve the home page."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The whole platform, running and answering."""

    url: str
    port: int
    environment: dict[str, str]
    folder: DataFolder
    children: Children


@contextmanager
def running_platform(*, folder: DataFolder, port: Port, narrator: Narrator, seed: bool) -> Iterator[Platform]:
    """Run the whole platform on a data folder for as long as the block lasts.

    Raises ChildDied when a program ends, StopRequested on Ctrl-C or SIGTERM.
    """
    with ExitStack() as stack:
        children = Children()
        # Entered first, left last: a second Ctrl-C must not cut the stop short.
        stack.enter_context(_signals_to(children))
        stack.enter_context(children)
        stack.callback(narrator.step, "Arrêt de tous les programmes")
        if folder.begin():
            narrator.step("La première préparation avait été interrompue : elle reprend de zéro")
        _turn_logs(folder.logs)
        narrator.step("PostgreSQL et Valkey")
        servers = launch_servers(children=children, data_dir=folder.servers(), logs=folder.logs, durable=True)
        stripe_port = None if own_stripe_key() else stack.enter_context(first_free_port(FIRST_STRIPE_PORT))
        environment = platform_environment(
            folder=folder,
            servers=servers.environment(),
            port=port.number,
            stripe_url=f"http://{DOMAIN}:{stripe_port.number}" if stripe_port else NOWHERE,
        )
        env = with_machine(environment)
        if stripe_port:
            narrator.step("Stripe simulé : aucune carte n'est débitée")
            children.start(
                programs.fake_stripe(
                    env=env,
                    logs=folder.logs,
                    port=stripe_port.number,
                    data=folder.path / "stripe.sqlite3",
                    webhook_url=f"http://{DOMAIN}:{port.number}/stripe/webhook/default/",
                )
            )
        # Everything imports Django at once, while the servers start: the imports are most of the time it takes.
        preparing = children.start(programs.prepare(env=env, logs=folder.logs, seed=seed))
        children.start(programs.web(env=env, logs=folder.logs, port=port.number))
        narrator.step("Préparation des données, serveur web")
        servers.wait()
        stack.enter_context(folder.published(environment))
        _wait_and_tell(children=children, child=preparing, narrator=narrator)
        folder.prepared()
        _wait_for_web(children=children, port=port.number, log=folder.logs / "web.log")
        # After the web server, which people wait for. What happens meanwhile waits in the outbox.
        narrator.step("Worker et beat Celery")
        children.start(programs.worker(env=env, logs=folder.logs))
        children.start(programs.beat(env=env, logs=folder.logs, schedule=folder.path / "celerybeat-schedule"))
        yield Platform(
            url=f"http://{DOMAIN}:{port.number}/",
            port=port.number,
            environment=environment,
            folder=folder,
            children=children,
        )


@contextmanager
def _signals_to(children: Children) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into a wish that the children's owner sees.

    A flag rather than an exception: an exception between a fork and the note of it would lose a child.
    """

    def ask(_number: int, _frame: FrameType | None) -> None:
        children.stop_requested = True

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _turn_logs(logs: Path) -> None:
    """Begin new logs, keeping those of the time before."""
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        if not log.name.endswith(".previous.log"):
            log.rename(log.with_suffix(".previous.log"))


def _wait_and_tell(*, children: Children, child: Child, narrator: Narrator) -> None:
    """Wait for the preparation, showing what it tells."""
    follower = LogFollower(child.program.log)
    while child.process.poll() is None:
        children.check(but=child)
        for line in follower.told():
            narrator.step(line)
        time.sleep(0.05)
    for line in follower.told():
        narrator.step(line)
    children.wait(child)


def _wait_for_web(*, children: Children, port: int, log: Path) -> None:
    """Wait until the home page is served: importing the project is most of it."""
    deadline = time.monotonic() + WEB_SECONDS
    while True:
        children.check()
        status = _home_status(port)
        if status == http.client.OK:
            return
        if status >= http.client.INTERNAL_SERVER_ERROR or time.monotonic() > deadline:
            raise WebDidNotStart(f"La page d'accueil ne s'affiche pas (réponse {status}). Fin de {log} :\n{tail(log)}")
        time.sleep(0.05)


def _home_status(port: int) -> int:
    """Give the status of the platform's home page; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WEB_SECONDS)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/", headers={"Host": f"{DOMAIN}:{port}"})
        return connection.getresponse().status
    return 0
