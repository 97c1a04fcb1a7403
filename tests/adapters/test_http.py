from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters import unread
from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Untrusted
from adapters.http import ClientCertificate, HttpClient, Request, Timeouts, UrllibTransport
from tests.certificates import certificate_for_localhost

QUICK = Timeouts(connect=2, read=0.2, total=5)
Script = Callable[[socket.socket], None]


@contextmanager
def server(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that treats each connection by the script, after reading the request's head."""
    stopped = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def run() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                    with tls.wrap_socket(connection, server_side=True) if tls else connection as peer:
                        peer.settimeout(5)
                        peer.recv(65536)
                        script(peer)
                except OSError:
                    continue

        thread = Thread(target=run)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}/pay"
        finally:
            stopped.set()
            thread.join()


def answering(raw: bytes) -> Script:
    return lambda peer: peer.sendall(raw)


def until_the_caller_leaves(peer: socket.socket) -> None:
    peer.recv(1)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: answer\r\n\r\nhi"


def test_an_answer_of_any_status_is_an_answer() -> None:
    with server(answering(b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nno")) as url:
        response = UrllibTransport(QUICK).send(Request("POST", url, {}, b"a=1"))
    assert (response.status, response.body, response.headers["retry-after"]) == (503, b"no", "7")


def test_a_redirect_is_not_followed() -> None:
    with server(answering(b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")) as url:
        assert UrllibTransport(QUICK).send(Request("GET", url)).status == 302


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/pay?secret=1", "http://", "gopher://127.0.0.1/"])
def test_what_was_never_sent_is_not_done(url: str) -> None:
    with pytest.raises(NotDone):
        UrllibTransport(QUICK).send(Request("POST", url))


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param(until_the_caller_leaves, OutcomeUnknown, id="silence"),
        pytest.param(answering(b""), OutcomeUnknown, id="hung up"),
        pytest.param(answering(b"HTTP/1.1 2"), OutcomeUnknown, id="torn head"),
        pytest.param(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), OutcomeUnknown, id="torn body"),
        pytest.param(answering(b"\x00\x01\x02\r\n\r\n"), OutcomeUnknown, id="not HTTP"),
        pytest.param(answering(OK.replace(b": 2", b": 20") + b"x" * 18), Malformed, id="too long"),
    ],
)
def test_what_was_sent_and_not_answered_is_unknown(script: Script, outcome: type[OutsideError]) -> None:
    with server(script) as url, pytest.raises(outcome) as caught:
        UrllibTransport(QUICK).send(Request("POST", f"{url}?token=canary", max_response_bytes=10))
    assert type(caught.value) is outcome
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n9\r\nx", b"hi"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + b"x" * 20, b"x" * 10),
        (b"HTTP/1.1 2", b""),
    ],
)
def test_what_came_of_an_answer_that_broke_off_can_be_looked_at(answer: bytes, came: bytes) -> None:
    kept: list[bytes] = []
    with server(answering(answer)) as url, pytest.raises(OutsideError), unread.kept_by(lambda raw, _: kept.append(raw)):
        HttpClient(UrllibTransport(QUICK)).send(Request("GET", url, max_response_bytes=10))
    assert b"".join(kept) == came


def test_an_answer_that_trickles_is_given_up() -> None:
    ticks = count(step=4)
    transport = UrllibTransport(QUICK, monotonic=lambda: float(next(ticks)))
    trickle = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1\r\ny\r\n"
    with server(answering(trickle)) as url, pytest.raises(OutcomeUnknown, match="in time"):
        transport.send(Request("GET", url))


def dripping(raw: bytes) -> Script:
    """One byte after the other, each long before a reader's patience with a single byte ends."""

    def drip(peer: socket.socket) -> None:
        peer.settimeout(0.01)
        for number in range(len(raw)):
            peer.sendall(raw[number : number + 1])
            with suppress(TimeoutError):
                if not peer.recv(1):
                    return

    return drip


SLOW = {
    "head": OK.replace(b"X-Kind: ", b"X-Kind: " + b"k" * 200),
    "first line": OK.replace(b" OK", b" O" + b"K" * 200),
    "never ready": b"HTTP/1.1 100 Continue\r\n\r\n" * 10 + OK,
    "body": OK.replace(b": 2", b": 202") + b"x" * 200,
}


@pytest.mark.parametrize("raw", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_an_answer_of_slow_bytes_is_given_up_as_a_whole(certificate: Path, raw: bytes, *, secured: bool) -> None:
    tls = None
    if secured:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    transport = UrllibTransport(Timeouts(connect=2, read=1, total=0.3), ca_file=str(certificate))
    with server(dripping(raw), tls) as url, pytest.raises(OutcomeUnknown):
        transport.send(Request("POST", url, {}, b"a=1"))


def test_a_connection_is_used_again_with_the_whole_time() -> None:
    """What was left of the first answer's time does not bound the second."""

    connections: list[socket.socket] = []

    def answer_twice(peer: socket.socket) -> None:
        connections.append(peer)
        peer.sendall(OK)
        peer.recv(65536)
        peer.sendall(OK)

    ticks = iter([0.0, 4.9, 5.1, 9.9])
    transport = UrllibTransport(QUICK, monotonic=lambda: next(ticks))
    with server(answer_twice) as url:
        assert [transport.send(Request("GET", url)).body for _ in range(2)] == [b"hi", b"hi"]
    assert (len(connections), list(ticks)) == (1, [])


def test_a_long_answer_may_be_given_more_time_and_a_file_instead_of_memory() -> None:
    ticks = iter([0.0, 7.0])
    transport = UrllibTransport(QUICK, monotonic=lambda: next(ticks))
    with server(lambda peer: peer.sendall(OK)) as url, TemporaryFile() as file:
        answer = transport.send(Request("GET", url, into=file, total=9.0))
        file.seek(0)
        assert (answer.body, file.read()) == (b"", b"hi")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    ip = x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([ip]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return path


def test_an_unknown_certificate_is_not_trusted_and_a_named_one_is(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with server(answering(OK), tls) as url:
        with pytest.raises(Untrusted):
            UrllibTransport(QUICK).send(Request("GET", url))
        assert UrllibTransport(QUICK, ca_file=str(certificate)).send(Request("GET", url)).body == b"hi"


def test_the_log_names_the_call_and_none_of_its_content(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = HttpClient(UrllibTransport(QUICK))
    for answer in (OK, b"HTTP/1.1 200 OK\r\nContent-Le"):
        # Whether the answer that breaks off arrives, or the breaking off, is the network's choice.
        with server(answering(answer)) as url, suppress(OutcomeUnknown):
            client.send(Request("POST", f"{url}?token=canary", {"X-Key": "canary"}, b"name=canary"))
    with pytest.raises(NotDone):
        client.send(Request("GET", "http://127.0.0.1:9/other?token=canary"))
    told = [
        tuple(vars(line)[field] for field in ("method", "host", "path", "status"))
        for line in caplog.records
        if line.message == "outside.called"
    ]
    assert ("POST", "127.0.0.1", "/pay", "200") in told
    assert ("GET", "127.0.0.1", "/other", "NotDone") in told
    assert "canary" not in caplog.text + "".join(repr(vars(line)) for line in caplog.records)
    assert "canary" not in repr(Request("GET", "http://h/?q=canary", {"K": "canary"}, b"canary"))


def test_a_given_address_is_called_under_the_hosts_name() -> None:
    with server(answering(OK)) as url:
        named = url.replace("127.0.0.1", "receiver.invalid")
        assert UrllibTransport(QUICK).send(Request("GET", named, address="127.0.0.1")).body == b"hi"


def test_a_given_address_must_show_the_hosts_certificate(tmp_path: Path) -> None:
    certificate, key = certificate_for_localhost(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    transport = UrllibTransport(QUICK, ca_file=str(certificate))
    with server(answering(OK), tls) as url:
        named = url.replace("127.0.0.1", "localhost")
        assert transport.send(Request("GET", named, address="127.0.0.1")).body == b"hi"
        with pytest.raises(Untrusted):
            transport.send(Request("GET", url.replace("127.0.0.1", "receiver.invalid"), address="127.0.0.1"))


@pytest.mark.parametrize("shown", [True, False])
def test_a_server_that_asks_who_we_are_is_shown_our_certificate(tmp_path: Path, *, shown: bool) -> None:
    ours, key = certificate_for_localhost(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ours)
    tls.load_cert_chain(ours, key)
    tls.verify_mode = ssl.CERT_REQUIRED
    certificate = ClientCertificate(str(ours), str(key)) if shown else None
    with server(answering(OK), tls) as url:
        transport = UrllibTransport(QUICK, ca_file=str(ours), certificate=certificate)
        request = Request("GET", url.replace("127.0.0.1", "localhost"))
        if shown:
            assert transport.send(request).body == b"hi"
        else:
            with pytest.raises(OutcomeUnknown):
                transport.send(request)
