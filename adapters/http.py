"""The one outgoing HTTP client: timeouts, bounded bodies, no redirects, scrubbed logs, error translation.

Whoever speaks HTTP to the outside builds a `Request` and sends it through `HttpClient`; a
simulation replaces the network by another `Transport`.
"""

from __future__ import annotations

import io
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Protocol
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3 import exceptions

from adapters import unread
from adapters.deadline import POOLS, answered_within, at_most
from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Untrusted

_log = logging.getLogger(__name__)
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One call; a response longer than `max_response_bytes` is Malformed.

    With a file to put it `into`, the network leaves the answer's body there and nothing in memory; a transport that
    has the body in memory anyway gives it back as ever. With an `address` that one is connected to, whatever the host's
    name means; name and certificate stay the host's. `total` is for an answer that takes longer than others may
    (seconds).
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    max_response_bytes: int = 4 * 1024 * 1024
    address: str = ""
    into: IO[bytes] | None = field(default=None, repr=False, compare=False)
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status; header names in lower case, body as it was received."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What we show a server that asks who we are; paths of PEM files, `key_file` empty where both stand in one."""

    certificate_file: str
    key_file: str = ""


class Transport(Protocol):
    """The network, as far as HTTP is concerned."""

    def send(self, request: Request) -> Response:
        """Any HTTP answer; NotDone when nothing was sent, OutcomeUnknown when it may have been, Untrusted on TLS."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two bytes, and from the beginning to the last byte of the answer."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 60.0


class HttpClient:
    """A transport whose calls are logged by host, path and status, never by query or content.

    The line carries its values as fields (`extra`); who configures the logs decides which of them are written.
    """

    def __init__(self, transport: Transport, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._monotonic = monotonic

    def send(self, request: Request) -> Response:
        """The transport's answer or outcome, after one log line."""
        started = self._monotonic()
        unread.note(b"")
        try:
            response = self._transport.send(request)
        except OutsideError as error:
            self._record(request, type(error).__name__, started)
            raise
        self._record(request, str(response.status), started)
        unread.note(response.body)
        return response

    def _record(self, request: Request, outcome: str, started: float) -> None:
        milliseconds = round((self._monotonic() - started) * 1000)
        where = urlsplit(request.url)
        told = {"method": request.method, "host": where.hostname, "path": where.path, "status": outcome}
        _log.info("outside.called", extra={**told, "duration_ms": milliseconds})


class UrllibTransport:
    """The real network; `ca_file` replaces the machine's trust store, verification cannot be switched off.

    OSError where a file of certificates cannot be read.
    """

    def __init__(
        self,
        timeouts: Timeouts | None = None,
        *,
        ca_file: str | None = None,
        certificate: ClientCertificate | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        # urllib3 writes whole addresses, query values included, up to the level of warnings.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._timeouts = timeouts or Timeouts()
        self._monotonic = monotonic
        trusted = ssl.create_default_context(cafile=ca_file)
        if certificate is not None:
            trusted.load_cert_chain(certificate.certificate_file, certificate.key_file or None)
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=self._timeouts.connect, read=self._timeouts.read),
            ssl_context=trusted,
        )
        self._pool.pool_classes_by_scheme = POOLS

    def send(self, request: Request) -> Response:
        """Send once; nothing is retried and no redirect followed here, for only the caller knows what is safe."""
        deadline = self._monotonic() + at_most(request.total or self._timeouts.total)
        try:
            with answered_within(lambda: deadline - self._monotonic()):
                return _read(self._opened(request), request)
        except exceptions.HTTPError as error:
            # `from None`: the library's text holds the address with its query.
            raise translated(error) from None

    def _opened(self, request: Request) -> urllib3.BaseHTTPResponse:
        pool: urllib3.PoolManager | urllib3.HTTPConnectionPool = self._pool
        target = request.url
        named: dict[str, str] = {}
        if request.address:
            pool, target, named = self._at_address(request)
        return pool.urlopen(
            request.method,
            target,
            body=request.body or None,
            headers={"Accept-Encoding": "identity", **named, **request.headers},
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _at_address(self, request: Request) -> tuple[urllib3.HTTPConnectionPool, str, dict[str, str]]:
        where = urlsplit(request.url)
        checked = {"server_hostname": where.hostname} if where.scheme == "https" else None
        pool = self._pool.connection_from_host(request.address, where.port, where.scheme, pool_kwargs=checked)
        target = urlunsplit(("", "", where.path or "/", where.query, ""))
        return pool, target, {"Host": where.netloc.rpartition("@")[2]}


def _read(answer: urllib3.BaseHTTPResponse, request: Request) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    kept = io.BytesIO()
    target, left = request.into or kept, request.max_response_bytes
    try:
        for chunk in answer.stream(_CHUNK, decode_content=False):
            left -= len(chunk)
            target.write(chunk if left >= 0 else chunk[:left])
            if left < 0:
                raise Malformed(f"answer is longer than {request.max_response_bytes} bytes")
    except (OutsideError, exceptions.HTTPError):
        unread.note(kept.getvalue())
        answer.close()
        raise
    answer.release_conn()
    return Response(answer.status, headers, kept.getvalue())


def translated(error: exceptions.HTTPError) -> OutsideError:
    """Which of the five outcomes a library error means: before the request left, or after."""
    if isinstance(error, exceptions.SSLError) and _is_verification_failure(error):
        return Untrusted("the server's certificate was not accepted")
    if isinstance(error, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
        return NotDone("no connection")
    if isinstance(error, exceptions.LocationValueError):
        return NotDone("not an address that can be called")
    return OutcomeUnknown(f"the call was cut off ({type(error).__name__})")


def _is_verification_failure(error: exceptions.SSLError) -> bool:
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in (*error.args, error.__cause__))
