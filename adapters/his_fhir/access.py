"""How the hospital's server knows us: a token of its own, a password, or SMART Backend Services.

SMART: client credentials with a signed JWT (SMART App Launch 2.2, Backend Services; RFC 7523).
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.his_fhir import json_text
from adapters.his_fhir.settings import Access, FhirSettings
from adapters.http import Request, Transport
from adapters.time import Now

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTED_FOR = timedelta(minutes=5)
_RENEWED_BEFORE = timedelta(seconds=30)
_SHORTEST = timedelta(seconds=1)
_P384_BYTES = 48
_OK, _CLIENT_ERRORS = 200, range(400, 500)
_TOO_MANY = 429


class Authority:
    """Gives the header of each request; one token serves every thread until shortly before it ends."""

    def __init__(self, settings: FhirSettings, http: Transport, now: Now, new_id: Callable[[], str]) -> None:
        self._settings = settings
        self._http = http
        self._now = now
        self._new_id = new_id
        self._lock = threading.Lock()
        self._token = ""
        self._ends: datetime | None = None

    @property
    def renews(self) -> bool:
        """Whether a new token can be had."""
        return self._settings.access.kind == "smart"

    def headers(self) -> Mapping[str, str]:
        """What proves who we are; Refused(CREDENTIALS) where no token is given, NotDone where nobody answers."""
        access = self._settings.access
        match access.kind:
            case "bearer":
                return {"Authorization": f"Bearer {access.token}"}
            case "basic":
                told = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
                return {"Authorization": f"Basic {told}"}
            case "smart":
                return {"Authorization": f"Bearer {self._current()}"}
            case _:
                return {}

    def forget(self) -> None:
        """The server took the token no more: the next request asks for a new one."""
        with self._lock:
            self._ends = None

    def _current(self) -> str:
        with self._lock:
            now = self._now()
            if self._ends is None or now >= self._ends:
                self._token, lasts = self._asked(now)
                self._ends = now + max(lasts - _RENEWED_BEFORE, _SHORTEST)
            return self._token

    def _asked(self, now: datetime) -> tuple[str, timedelta]:
        access = self._settings.access
        asked = {
            "grant_type": "client_credentials",
            "scope": access.scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion(access, now, self._new_id()),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        later = timedelta(seconds=self._settings.busy_retry)
        try:
            answer = self._http.send(Request("POST", access.token_url, headers, urlencode(asked).encode()))
        except (OutcomeUnknown, Malformed) as lost:
            raise NotDone("no token was given", retry_after=later) from lost
        if answer.status in _CLIENT_ERRORS and answer.status != _TOO_MANY:
            raise Refused("no token was given", reason=Reason.CREDENTIALS, native_code=str(answer.status))
        if answer.status != _OK:
            raise NotDone("no token was given", native_code=str(answer.status), retry_after=later)
        return _read(answer.body, later)


def assertion(access: Access, now: datetime, identifier: str) -> str:
    """A JWT signed with our key, good for five minutes and for one use; Refused(CREDENTIALS) where the key is none."""
    header = {"alg": access.algorithm, "typ": "JWT", **({"kid": access.key_id} if access.key_id else {})}
    claims = {
        "iss": access.client_id,
        "sub": access.client_id,
        "aud": access.token_url,
        "exp": int((now + _ASSERTED_FOR).timestamp()),
        "jti": identifier,
    }
    signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{_encoded(_signature(access, signed.encode()))}"


def _signature(access: Access, signed: bytes) -> bytes:
    try:
        key: Any = load_pem_private_key(access.key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if access.algorithm == "RS384" and isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), hashes.SHA384())
    if access.algorithm == "ES384" and isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size == _P384_BYTES * 8:
        pair = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA384())))
        return b"".join(part.to_bytes(_P384_BYTES, "big") for part in pair)
    raise Refused(f"our key is none for {access.algorithm}", reason=Reason.CREDENTIALS)


def _read(body: bytes, later: timedelta) -> tuple[str, timedelta]:
    try:
        told = json_text.parse(body)
    except Malformed:
        told = {}
    token, lasts = told.get("access_token"), told.get("expires_in", "300")
    if type(token) is not str or not token.isascii() or not token.isprintable() or not str(lasts).isdecimal():
        raise NotDone("the answer holds no token", retry_after=later)
    return token, timedelta(seconds=min(int(lasts), 86_400))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
