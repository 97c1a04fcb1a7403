"""How the hospital's server knows us, secrets kept."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from marshmallow import ValidationError

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.his_fhir import manifest
from adapters.his_fhir.schema import FhirHisSchema
from adapters.his_fhir.settings import settings_from
from adapters.http import ClientCertificate, Response, Timeouts, UrllibTransport
from adapters.manifest import AdapterContext
from adapters.news import AbnormalFlag
from tests.adapters.his_fhir.scripted import BASE, his_at, outcome, page, told

TOKEN_URL = "https://his.example/token"
DAY = date(2026, 11, 24)
RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def smart(key: Any = RSA, algorithm: str = "RS384", **more: str) -> dict[str, Any]:
    told = {"kind": "smart", "token_url": TOKEN_URL, "client_id": "bridge", "key": pem(key), "algorithm": algorithm}
    return {"access": {**told, "key_id": "k1", **more}}


def token(name: str = "t1", lasts: object = 300) -> Response:
    return told(200, {"access_token": name, "token_type": "bearer", "expires_in": lasts})


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=="))


@pytest.mark.parametrize(
    ("access", "header"),
    [
        ({}, None),
        ({"kind": "bearer", "token": "t0"}, "Bearer t0"),
        ({"kind": "basic", "user": "桥", "password": "p:w"}, f"Basic {base64.b64encode('桥:p:w'.encode()).decode()}"),
    ],
)
def test_a_secret_is_shown_to_the_server_alone(access: dict[str, str], header: str | None) -> None:
    his, server = his_at(told(200, page()), access=access)
    his.postings(DAY)
    assert server.asked[0].headers.get("Authorization") == header
    settings = settings_from(FhirHisSchema().load({"base_url": BASE, "access": access}))
    assert "t0" not in repr(settings)
    assert "p:w" not in repr(settings)


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS384"), (EC, "ES384")])
def test_a_token_is_asked_for_with_a_signed_request_and_serves_until_it_ends(key: Any, algorithm: str) -> None:
    his, server = his_at(
        token(), told(200, page()), told(200, page()), token("t2"), told(200, page()), **smart(key, algorithm)
    )
    his.postings(DAY)
    his.postings(DAY)
    server.later(timedelta(seconds=271))
    his.postings(DAY)
    asked = [request for request in server.asked if request.url == TOKEN_URL]
    assert [r.headers["Authorization"] for r in server.asked if r.url != TOKEN_URL] == ["Bearer t1"] * 2 + ["Bearer t2"]
    form = {name: values[0] for name, values in parse_qs(asked[0].body.decode()).items()}
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "system/*.read system/*.write")
    head, claims, signature = form["client_assertion"].split(".")
    assert part(head) == {"alg": algorithm, "typ": "JWT", "kid": "k1"}
    told_claims = part(claims)
    assert (told_claims["iss"], told_claims["sub"], told_claims["aud"]) == ("bridge", "bridge", TOKEN_URL)
    assert 0 < told_claims["exp"] - server.now.timestamp() + 271 <= 300
    verify(key, f"{head}.{claims}".encode(), base64.urlsafe_b64decode(signature + "=="))


def verify(key: Any, signed: bytes, signature: bytes) -> None:
    if isinstance(key, rsa.RSAPrivateKey):
        key.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA384())
        return
    assert len(signature) == 96
    pair = (int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
    key.public_key().verify(encode_dss_signature(*pair), signed, ec.ECDSA(hashes.SHA384()))


def test_a_token_that_the_server_takes_no_more_is_asked_for_once_more() -> None:
    his, server = his_at(token(), told(401), token("t2"), told(200, page()), **smart())
    assert list(his.postings(DAY)) == []
    assert server.asked[-1].headers["Authorization"] == "Bearer t2"
    his, server = his_at(token(), told(401, outcome("login")), token("t2"), told(401, outcome("login")), **smart())
    with pytest.raises(Refused) as refusal:
        his.postings(DAY)
    assert (refusal.value.reason, len(server.asked)) == (Reason.CREDENTIALS, 4)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(400, {"error": "invalid_client"}), Refused),
        (told(401), Refused),
        (told(429), NotDone),
        (told(500), NotDone),
        (told(200, b"<html>"), NotDone),
        (told(200, {"access_token": 7}), NotDone),
        (told(200, {"access_token": "a\r\nb"}), NotDone),
        (token("t1", "soon"), NotDone),
        (OutcomeUnknown("the call was cut off"), NotDone),
        (Malformed("answer is longer"), NotDone),
    ],
)
def test_without_a_token_nothing_was_done(answer: Response | OutsideError, expected: type[OutsideError]) -> None:
    his, server = his_at(answer, **smart())
    with pytest.raises(expected) as fault:
        his.postings(DAY)
    assert type(fault.value) is expected
    assert [request.url for request in server.asked] == [TOKEN_URL]


@pytest.mark.parametrize(
    "access", [smart(EC, "RS384"), smart(RSA, "ES384"), {"access": {**smart()["access"], "key": "not a key"}}]
)
def test_a_key_that_is_none_is_refused_before_anything_is_sent(access: dict[str, Any]) -> None:
    his, server = his_at(token(), **access)
    with pytest.raises(Refused) as refusal:
        his.postings(DAY)
    assert (refusal.value.reason, server.asked) == (Reason.CREDENTIALS, [])


def test_the_way_to_the_server_has_our_certificate_our_authority_and_our_patience() -> None:
    opened: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def opening(*how: object, **named: object) -> UrllibTransport:
        opened.append((how, named))
        return UrllibTransport()

    for tls in ({}, {"tls": {"authority_file": "a.pem", "certificate_file": "c.pem", "key_file": "k.pem"}}):
        written = {"base_url": BASE, "connect_timeout": 2.0, "reply_timeout": 7.0, **tls}
        context = AdapterContext(
            lambda: datetime(2026, 11, 24, tzinfo=UTC), UrllibTransport(), lambda: "0" * 32, open_transport=opening
        )
        manifest.build(FhirHisSchema().load(written), context)
    patience = (Timeouts(connect=2, read=7, total=7),)
    assert opened == [
        (patience, {}),
        (patience, {"ca_file": "a.pem", "certificate": ClientCertificate("c.pem", "k.pem")}),
    ]


FAULTY: list[dict[str, Any]] = [
    {"access": {"kind": "bearer"}},
    {"access": {"kind": "smart", "client_id": "x"}},
    {"base_url": "his.example/fhir"},
    {"base_url": "https://user@his.example/fhir"},
    {"base_url": "https://his.example/fhir?x=1"},
    {"base_url": "file:///etc/passwd"},
    {"version": "DSTU2"},
    {"map": {"flags": {"N": "fine"}}},
    {"map": {"item_statuses": {"final": "done"}}},
    {"identifiers": {"MRN": []}},
    {"codes": {"X": "whatever"}},
    {"feeds": {"reports": {"since": "soon"}}},
    {"page_size": 100_000},
]


@pytest.mark.parametrize("written", FAULTY, ids=str)
def test_settings_that_cannot_be_meant_are_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FhirHisSchema().load({"base_url": BASE, **written})


def test_the_settings_of_the_how_to_are_ones_that_the_adapter_takes() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "connect-a-his-over-fhir.md"
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    written = tomllib.loads(
        "".join(blocks).replace('{ file = "secrets/', '"').replace('.hint" }', '"').replace('.pem" }', '"')
    )
    settings = settings_from(FhirHisSchema().load(written["operator"]["his"]["fhir"]))
    assert settings.map.flags["urn:lis:flags|N"] is AbnormalFlag.NEGATIVE
    assert settings.feeds["patients"].every == 300
