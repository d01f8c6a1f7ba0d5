"""The command line, and a memory that survives a kill."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.fake_stripe.controls import Controls
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import new_session
from tests.tools.test_fake_stripe.receiver import Endpoint

ROOT = Path(__file__).parents[3]


@contextmanager
def started(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "tests.tools.fake_stripe", "--port", "0", "--quiet", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    assert process.stdout is not None
    try:
        word, url = process.stdout.readline().split()
        assert word == "ready"
        yield url, process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def client_of(url: str) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_a", base_addresses={"api": url}, max_network_retries=0)


def test_a_kill_forgets_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    arguments = ("--data", str(tmp_path / "deep" / "stripe.sqlite3"), "--webhook-url", endpoint.url)
    with started(*arguments) as (url, process):
        client, controls = client_of(url), Controls(url)
        controls.hold_webhooks()
        controls.advance(3600)
        session = new_session(client)
        controls.pay(session.id)
        key = client.v1.payment_intents.create(
            params={"amount": 450, "currency": "eur"}, options={"idempotency_key": "intent-1"}
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert endpoint.received == []
    with started(*arguments) as (url, _):
        client, controls = client_of(url), Controls(url)
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        replayed = client.v1.payment_intents.create(
            params={"amount": 450, "currency": "eur"}, options={"idempotency_key": "intent-1"}
        )
        assert replayed.id == key.id
        assert client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"}).created > time.time() + 3000
        controls.release_webhooks()
        assert controls.drain()
    assert "checkout.session.completed" in endpoint.types()


def test_terminate_ends_it_quickly() -> None:
    with started() as (_, process):
        asked = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - asked < 5


def test_a_live_key_is_refused_at_the_start() -> None:
    command = [sys.executable, "-m", "tests.tools.fake_stripe", "--key", "sk_live_abc"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert refused.returncode == 2
    assert "--key must be a test key" in refused.stderr


def test_it_is_never_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages
    assert not any(package.startswith("tests") for package in packages)


def test_a_new_address_on_the_command_line_replaces_the_old(tmp_path: Path, endpoint: Endpoint) -> None:
    data = str(tmp_path / "stripe.sqlite3")
    with running_fake_stripe(webhook_url="http://127.0.0.1:9/", data=data) as fake:
        fake.set_webhook("http://127.0.0.1:9/nobody/")
    with running_fake_stripe(webhook_url=endpoint.url, data=data) as fake:
        make_event(fake)
        assert fake.drain()
    assert endpoint.received


def make_event(fake: FakeStripe) -> None:
    connect(fake).v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
