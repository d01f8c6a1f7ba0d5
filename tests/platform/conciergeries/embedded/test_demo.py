"""The demo's whole life, with every real program: it starts, serves, says what it does, and leaves nothing behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conciergeries.embedded.environment import ROOT
from conciergeries.embedded.ports import first_free_port
from tests.platform.conciergeries.embedded.conftest import open_to_all
from tests.platform.conciergeries.embedded.processes import Process, descendants, is_running, wait_until

COLD_SECONDS = 120.0
"""Far above what it takes: the machine may run other things beside the tests."""


@dataclass
class Demo:
    """A demo in a process of its own, and what it says."""

    process: subprocess.Popen[bytes]
    output: Path
    port: int
    data: Path

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "Prêt" in self.said()

    def get(self, host: str, path: str = "/") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def family(self) -> list[Process]:
        return descendants(self.process.pid)


def environment() -> dict[str, str]:
    """A person's shell: nothing of what this run's own servers put in the environment."""
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DATA_DIR")
    return {name: value for name, value in os.environ.items() if name not in ours and "STRIPE" not in name}


def conciergeries(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (the command under test)
        [sys.executable, "-m", "conciergeries", *arguments],
        cwd=ROOT,
        env=environment() | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=COLD_SECONDS,
    )


@contextmanager
def launched_demo(data: Path) -> Iterator[Demo]:
    """A demo that may not be ready yet."""
    with first_free_port(18200) as free:
        port = free.number
    output = data.with_name("output")
    with output.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (the command under test)
            [sys.executable, "-m", "conciergeries", "demo", "--data", str(data), "--port", str(port)],
            cwd=ROOT,
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Demo(process=process, output=output, port=port, data=data)
    finally:
        process.kill()
        process.wait()


@contextmanager
def started_demo(data: Path) -> Iterator[Demo]:
    """A demo that is ready."""
    with launched_demo(data) as demo:
        wait_until(demo.is_ready, seconds=COLD_SECONDS)
        yield demo


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its second demo starts warm."""
    folder = tmp_path_factory.mktemp("demo")
    open_to_all(folder)
    return folder / "data"


def test_a_demo_lives_and_leaves_nothing(data: Path) -> None:
    with started_demo(data) as demo:
        family = demo.family()
        commands = " ".join(process.command for process in family)
        for program in ("postgres", "valkey-server", "granian", "worker", "beat", "fake_stripe", "watchdog"):
            assert program in commands
        said = demo.said()
        assert f"http://localhost:{demo.port}/" in said
        for account in json.loads((data / "demo-accounts.json").read_text(encoding="utf-8")):
            assert account["email"] in said
        assert demo.get("localhost")[0] == 200
        assert "Istres" in demo.get("istres.localhost")[1]
        assert "Viroflay" in demo.get("viroflay.localhost")[1]

        busy = conciergeries("demo", "--data", str(data))
        assert (busy.returncode, "sert déjà à une autre démonstration" in busy.stdout) == (1, True)
        taken = conciergeries("demo", "--data", str(data.with_name("other")), "--port", str(demo.port))
        assert (taken.returncode, f"Le port {demo.port} est déjà pris" in taken.stdout) == (1, True)
        script = "from conciergeries.towns.models import Town; print(sorted(t.name for t in Town.objects.all()))"
        managed = conciergeries("manage", "shell", "--no-imports", "-c", script, env={"DATA_DIR": str(data)})
        assert "['Istres', 'Viroflay']" in managed.stdout, managed.stderr

        family = demo.family()
        sockets = Path(json.loads((data / "running.json").read_text())["DATABASE_URL"].partition("host=")[2])
        assert sockets.is_dir()
        began = time.monotonic()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(timeout=10) == 0
        assert time.monotonic() - began < 5
        assert [process for process in family if is_running(process.pid)] == []
        assert not sockets.exists()
        assert not (data / "running.json").exists()
        assert "Tout est arrêté" in demo.said()


def test_a_program_that_dies_is_named_and_takes_the_others_with_it(data: Path) -> None:
    with started_demo(data) as demo:
        family = demo.family()
        (beat,) = [process for process in family if " beat " in process.command]
        os.kill(beat.pid, signal.SIGKILL)
        assert demo.process.wait(timeout=10) == 1
        assert "Celery beat s'est arrêté (code -9)" in demo.said()
        assert [process for process in family if is_running(process.pid)] == []


def test_ctrl_c_during_the_first_start_leaves_nothing_running(folder: Path) -> None:
    with launched_demo(folder / "data") as demo:
        wait_until(lambda: "Préparation des données" in demo.said(), seconds=COLD_SECONDS)
        family = demo.family()
        demo.process.send_signal(signal.SIGTERM)
        assert demo.process.wait(timeout=10) == 0
        assert [process for process in family if is_running(process.pid)] == []
        assert "Prêt" not in demo.said()
        # The next start begins from nothing again.
        assert (folder / "data" / "first-start").exists()


def test_a_command_of_django_starts_the_servers_when_no_demo_runs(data: Path) -> None:
    done = conciergeries("manage", "showmigrations", "towns", env={"DATA_DIR": str(data.with_name("managed"))})
    assert done.returncode == 0, done.stderr
    assert "[ ] 0001_initial" in done.stdout


def test_somebody_s_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    for arguments in (["demo", "--data", str(tmp_path), "--reset"], ["manage", "check"]):
        done = conciergeries(*arguments, env={"DATA_DIR": str(tmp_path)})
        assert done.returncode == 1
        assert "n'est pas vide" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_a_key_that_moves_real_money_is_refused_before_anything_starts(tmp_path: Path) -> None:
    done = conciergeries("demo", "--data", str(tmp_path / "demo"), env={"STRIPE_SECRET_KEY": "sk_live_x"})
    assert (done.returncode, "clé de production" in done.stdout) == (1, True)
    assert not (tmp_path / "demo").exists()
