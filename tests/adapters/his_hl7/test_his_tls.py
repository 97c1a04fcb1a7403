"""The adapter as its manifest builds it, over TLS with certificates of both sides."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.errors import OutsideError, Untrusted
from adapters.his_hl7 import manifest
from adapters.his_hl7.his import Hl7His
from adapters.hl7.mllp import Framer, frame
from adapters.http import Request, Response
from adapters.manifest import AdapterContext
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from tests.adapters.his_hl7.conftest import MONDAY_MORNING, StandingClock

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])


class NoNetwork:
    """The adapter has its own link and no use for HTTP."""

    def send(self, request: Request) -> Response:
        raise AssertionError(request)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """The certificate of both sides and its key."""
    return self_signed(tmp_path)


def self_signed(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(long_ago)
        .not_valid_after(long_ago + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths = (folder / "certificate.pem", folder / "key.pem")
    for path, content in zip(paths, (signed.public_bytes(pem), private), strict=True):
        path.write_bytes(content)
    return str(paths[0]), str(paths[1])


@pytest.fixture
def guarded_port(certificate: tuple[str, str]) -> Iterator[int]:
    """A hospital that talks only to whoever shows the certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate[0])
    context.load_cert_chain(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    hospital = SimulatedHospital(StandingClock())
    with socket.create_server(("localhost", 0)) as listener:
        thread = threading.Thread(target=_serve_one, args=(listener, context, hospital))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _serve_one(listener: socket.socket, context: ssl.SSLContext, hospital: SimulatedHospital) -> None:
    plain, _ = listener.accept()
    framer = Framer()
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            while chunk := connection.recv(65536):
                for received in framer.feed(chunk):
                    reply = hospital.handle(received.payload)
                    assert reply is not None
                    connection.sendall(frame(reply))
    except OSError:
        plain.close()


def built(port: int, tls: dict[str, str]) -> Hl7His:
    loaded = manifest.settings_schema().load({"host": "localhost", "port": port, "reply_timeout": 10, "tls": tls})
    context = AdapterContext(now=lambda: MONDAY_MORNING, transport=NoNetwork(), new_id=lambda: "0" * 32)
    adapter = manifest.build(loaded, context)
    assert isinstance(adapter, Hl7His)
    return adapter


def test_both_sides_show_their_certificates(guarded_port: int, certificate: tuple[str, str]) -> None:
    files = {"authority_file": certificate[0], "certificate_file": certificate[0], "key_file": certificate[1]}
    his = built(guarded_port, files)
    assert his.departments()[0].code == "0101"
    his.close()


def test_without_our_certificate_the_hospital_hangs_up(guarded_port: int, certificate: tuple[str, str]) -> None:
    his = built(guarded_port, {"authority_file": certificate[0]})
    with pytest.raises(OutsideError):
        his.departments()
    his.close()


def test_a_hospital_that_nobody_vouches_for_is_not_spoken_to(guarded_port: int, tmp_path: Path) -> None:
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    his = built(guarded_port, {"authority_file": self_signed(strangers)[0]})
    with pytest.raises(Untrusted):
        his.departments()
    his.close()


def test_a_missing_file_is_told_at_the_start() -> None:
    with pytest.raises(OSError, match="No such file"):
        built(1, {"authority_file": "/nowhere/ca.pem"})
