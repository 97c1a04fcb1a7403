"""The listener as a configuration describes it: TLS on both ends, and what goes wrong on the wire seen by staff."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from adapters.errors import OutsideError
from adapters.hl7.message import Message
from adapters.hl7.sender import MllpClient
from adapters.hl7.tls import client_context
from hospital_bridge.administration import Administration
from hospital_bridge.bootstrap import Bridge, build, prepare_database
from hospital_bridge.errors import BridgeError
from hospital_bridge.installed import installed
from hospital_bridge.listening import listener_of
from hospital_bridge.metrics import exposition
from hospital_bridge.settings import SettingsFaults, load
from hospital_bridge.workers.listener import Listener
from tests.certificates import certificate_for_localhost
from tests.settings.written import BRIDGE, ENVIRONMENT, write

ADT = b"MSH|^~\\&|HIS|H1|HB|H1|20260101080000||ADT^A28^ADT_A05|M1|P|2.5.1\rPID|1||100\r"
OPERATOR = """
[operator]
id = "east"
name = "示例医院"
phone = "010-0000000"
[[operator.peers]]
name = "his"
addresses = ["127.0.0.0/8"]
"""
TLS = """
[bridge.listener]
port = PORT
[bridge.listener.tls]
certificate_file = "certificate.pem"
key_file = "key.pem"
client_authority_file = "certificate.pem"
"""


def configure(folder: Path) -> Path:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write(folder, {"bridge.toml": BRIDGE + TLS.replace("PORT", str(port)), "operators.d/east.toml": OPERATOR})
    return folder / "bridge.toml"


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    certificate_for_localhost(tmp_path)
    settings = load(configure(tmp_path), installed(), ENVIRONMENT)
    prepare_database(settings)
    standing = build(settings)
    yield standing
    standing.close()


@pytest.fixture
def listener(bridge: Bridge) -> Iterator[Listener]:
    listening = listener_of(bridge)
    listening.start()
    yield listening
    listening.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    """Return once it holds; the suite's time limit is the failure."""
    while not holds():
        Event().wait(0.001)


def test_a_sender_with_a_certificate_of_the_authority_is_heard(
    listener: Listener, bridge: Bridge, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    ours = client_context(ca=certificate, certificate=certificate, key=key)
    link = MllpClient("localhost", listener.state().port, tls=ours)
    assert Message.parse(link.exchange(ADT))["MSA-1"] == "AA"
    link.close()
    assert 'hb_listener_messages_total{answer="AA",peer="east/his"}' in exposition(bridge.store)
    with bridge.store.read("east") as work:
        assert [row.control_id for row in work.inbox.latest()] == ["M1"]


def test_a_sender_without_a_certificate_is_not_heard(listener: Listener, bridge: Bridge, tmp_path: Path) -> None:
    stranger = client_context(ca=tmp_path / "certificate.pem")
    with pytest.raises(OutsideError):
        MllpClient("localhost", listener.state().port, tls=stranger).exchange(ADT)
    with pytest.raises(OutsideError):
        MllpClient("localhost", listener.state().port).exchange(ADT)
    with bridge.store.read("east") as work:
        assert work.inbox.latest() == []


def test_staff_see_on_the_security_page_what_a_peer_did_wrong(
    listener: Listener, bridge: Bridge, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    ours = client_context(ca=certificate, certificate=certificate, key=key)
    plain = socket.create_connection(("127.0.0.1", listener.state().port), 10)
    with ours.wrap_socket(plain, server_hostname="localhost") as peer, suppress(OSError):
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        peer.recv(1)
    page = Administration(bridge.store, frozenset(["east"]))
    wait_until(lambda: bool(page.security("east", 10)))
    [row] = page.security("east", 10)
    assert (row.kind, row.source) == ("hl7.framing_fault", "east/his")
    assert row.detail == "address: 127.0.0.1, fault: bytes outside a frame"


def test_missing_files_are_named_each_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsFaults) as found:
        load(configure(tmp_path), installed(), ENVIRONMENT)
    assert [(fault.code, fault.key, fault.line > 0) for fault in found.value.faults] == [
        ("HB-C010", f"bridge.listener.tls.{name}", True)
        for name in ("certificate_file", "key_file", "client_authority_file")
    ]


def test_files_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    certificate_for_localhost(tmp_path)
    (tmp_path / "key.pem").write_text("no key", encoding="utf-8")
    with pytest.raises(SettingsFaults) as found:
        load(configure(tmp_path), installed(), ENVIRONMENT)
    assert [(fault.code, fault.key) for fault in found.value.faults] == [("HB-C005", "bridge.listener.tls")]


def test_files_that_vanish_after_the_check_are_one_clear_sentence(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").unlink()
    with pytest.raises(BridgeError, match=r"HB-C010.* bridge\.listener\.tls: No such file"):
        listener_of(bridge)
