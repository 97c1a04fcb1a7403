"""A system that receives webhooks on a real socket and behaves as a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Received:
    """One request as it came; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with the scripted statuses in turn, the last one for ever."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)

    def will(self, *answers: Callable[[BaseHTTPRequestHandler], None]) -> None:
        """Behave so from now on."""
        self.answers = list(answers)


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a status and headers, whose underscores stand for hyphens."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(code)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.send_header("Content-Length", "0")
        to.end_headers()

    return answer


def endless(to: BaseHTTPRequestHandler) -> None:
    """Answer 200 and far more than anybody reads."""
    to.send_response(200)
    to.end_headers()
    for _ in range(64):
        to.wfile.write(b"x" * 65536)


def silent(to: BaseHTTPRequestHandler) -> None:
    """Say nothing until the sender has left."""
    to.connection.settimeout(20)
    to.connection.recv(1)


def slow(to: BaseHTTPRequestHandler) -> None:
    """Begin to answer, and never go on."""
    to.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1")
    to.wfile.flush()
    silent(to)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on this machine, which answers 204 until it is told otherwise."""
    receiver = Receiver(answers=[status(204)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/in"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
