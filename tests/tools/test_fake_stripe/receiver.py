"""A webhook endpoint for the tests: it records what it is sent and answers what it is told to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True)
class Received:
    body: bytes
    signature: str

    @property
    def json(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.body))

    @property
    def type(self) -> str:
        return str(self.json["type"])


@dataclass
class Endpoint:
    """`answers` are used up one a request, then 200; `on_receive` runs before answering."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    on_receive: Callable[[Received], object] | None = None

    def types(self) -> list[str]:
        return [item.type for item in self.received]

    def of(self, event_type: str) -> list[Received]:
        return [item for item in self.received if item.type == event_type]


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.endpoint = Endpoint(f"http://127.0.0.1:{self.server_address[1]}/stripe/webhook/")
        self.thread = threading.Thread(target=lambda: self.serve_forever(poll_interval=0.01), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        endpoint = cast("Receiver", self.server).endpoint
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received = Received(body, self.headers["Stripe-Signature"])
        endpoint.received.append(received)
        if endpoint.on_receive is not None:
            endpoint.on_receive(received)
        self.send_response(endpoint.answers.pop(0) if endpoint.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: what matters is in `received`."""
