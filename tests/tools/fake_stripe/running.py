"""Start and stop a stand-in, in a thread of a test or for the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from tests.tools.fake_stripe import balance
from tests.tools.fake_stripe.clock import Clock
from tests.tools.fake_stripe.context import Context, Options
from tests.tools.fake_stripe.controls import Controls
from tests.tools.fake_stripe.server import Server
from tests.tools.fake_stripe.store import Store
from tests.tools.fake_stripe.worker import Worker

DEFAULT_KEY = "sk_test_demonstration"


class FakeStripe(Controls):
    """A running stand-in; the methods of Controls act on it over HTTP, as a test would from outside."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.server = Server((options.host, options.port))
        port = self.server.server_address[1]
        shown_host = "127.0.0.1" if options.host in ("0.0.0.0", "") else options.host  # noqa: S104 - only compared
        super().__init__(f"http://{shown_host}:{port}")
        self.api_url = self.base_url
        self.api_key = options.api_key or DEFAULT_KEY
        self.webhook_secret = options.webhook_secret
        self.store = Store(options.data)
        self.worker = Worker()
        self._thread = Thread(target=self._listen, name="fake-stripe-server", daemon=True)

    def start(self) -> None:
        ctx = Context(
            options=self.options,
            store=self.store,
            clock=Clock(float(self.store.setting("clock_offset", 0.0))),
            base_url=self.options.public_url or self.base_url,
            wake=self.worker.wake,
        )
        with self.store.transaction():
            if self.options.webhook_url is not None:
                # What the command line says replaces what was set while it last ran.
                self.store.set("webhook", None)
            balance.open_once(ctx)
        self.server.ctx = ctx
        self.worker.ctx = ctx
        self.worker.start()
        self._thread.start()

    def _listen(self) -> None:
        self.server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        self.server.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.worker.stop()
        self.store.close()


@contextmanager
def running_fake_stripe(webhook_url: str | None = None, **options: Any) -> Iterator[FakeStripe]:
    """A stand-in for the length of a `with`; `options` are the fields of Options."""
    fake = FakeStripe(Options(webhook_url=webhook_url, **options))
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()
