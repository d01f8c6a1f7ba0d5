"""The HTTP side: one thread a connection, three doors (the API, the hosted pages, the test controls)."""

import json
import socket
import struct
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.tools.fake_stripe import control, gateway, pages
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.faults import Fault, Faults
from tests.tools.fake_stripe.gateway import Request

JSON = "application/json; charset=utf-8"
LARGEST_BODY = 1_000_000
SERVER_ERROR = {
    "error": {"message": "Sorry! There was an error on our end. Please try again later.", "type": "api_error"}
}


@dataclass(frozen=True)
class Reply:
    status: int
    content: bytes
    headers: dict[str, str]


class Server(ThreadingHTTPServer):
    """Knows the context and the failures asked for; `stopping` wakes those that are kept waiting."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)
        self.ctx: Context | None = None
        self.faults = Faults()
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.discard(request)

    def server_close(self) -> None:
        """Clients keep their connections open: end those too."""
        super().server_close()
        self.faults.let_go()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; the rest is printed."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class CutError(Exception):
    """The connection must be cut without an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    timeout = 65

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        server = cast("Server", self.server)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._send(Reply(413, b"", {}))
            return
        text = self.rfile.read(length).decode("utf-8", "replace")
        request = Request(self.command, self.path, self.headers, text)
        try:
            reply = self._reply(server, request)
        except CutError:
            self._cut()
            return
        self._send(reply)

    def _reply(self, server: Server, request: Request) -> Reply:
        ctx = server.ctx
        if ctx is None:
            return Reply(503, b"", {})
        if request.path.startswith(("/v1/", "/v2/")):
            fault = server.faults.take(request.method, request.path)
            if fault is None:
                return _api(ctx, request)
            return self._broken(server, fault, ctx, request)
        if request.path.startswith("/_test/"):
            answer = control.answer(ctx, server.faults, request)
            return _json(answer.status, answer.body, answer.headers)
        page = pages.answer(ctx, request)
        return Reply(page.status, page.content, page.headers)

    def _broken(self, server: Server, fault: Fault, ctx: Context, request: Request) -> Reply:
        reply = _api(ctx, request) if fault.when == "after" or fault.mode == "delay" else None
        if fault.mode == "reset":
            raise CutError
        if fault.mode == "hold":
            server.faults.hold()
            if reply is None:
                raise CutError
            return reply
        if fault.mode == "timeout":
            server.stopping.wait(fault.seconds)
            raise CutError
        if fault.mode == "delay" and reply is not None:
            server.stopping.wait(fault.seconds)
            return reply
        refusal = fault.refusal()
        return _json(fault.status, SERVER_ERROR if refusal is None else refusal.body(), {})

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def _cut(self) -> None:
        """A reset, not a polite end: what a lost network looks like."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        ctx = cast("Server", self.server).ctx
        if ctx is not None and not ctx.options.quiet:
            print(f"{self.command} {format % args}", flush=True)


def _api(ctx: Context, request: Request) -> Reply:
    try:
        answer = gateway.answer(ctx, request)
    except Exception:  # noqa: BLE001 - a mistake of ours is a 500 to the client, and a trace on the terminal
        traceback.print_exc(file=sys.stderr)
        return _json(500, SERVER_ERROR, {})
    return _json(answer.status, answer.body, answer.headers)


def _json(status: int, body: Any, headers: dict[str, str]) -> Reply:
    content = json.dumps(body, ensure_ascii=False, indent=2).encode()
    return Reply(status, content, {"Content-Type": JSON} | headers)
