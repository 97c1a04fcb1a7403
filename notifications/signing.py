"""Standard Webhooks 1.0, symmetric scheme `v1`: sign, verify, rotate.

Source: the specification at https://www.standardwebhooks.com, "Webhook headers" and "Signature scheme". The PyPI
library is only the tests' oracle: it signs an aware time of another zone than UTC hours wrong.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = timedelta(minutes=5)

_PREFIX = "whsec_"
_VERSION = "v1,"
# The dot separates the signed parts: an id that held one could lend its tail to the timestamp.
_ID = re.compile(r"[!-\-/-~]{1,255}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class UnusableSecret(ValueError):
    """A secret that is no `whsec_` text of 24 to 64 bytes; the text of the error does not show it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared key of 24 to 64 bytes; UnusableSecret for any other length."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 24 <= len(self.key) <= 64:  # noqa: PLR2004 - the specification's own bounds
            raise UnusableSecret("a webhook secret holds 24 to 64 bytes")

    @classmethod
    def parse(cls, text: str) -> Secret:
        """The secret that is written as `whsec_` and base64."""
        if not text.startswith(_PREFIX):
            raise UnusableSecret("a webhook secret begins with whsec_")
        try:
            key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except ValueError:
            raise UnusableSecret("a webhook secret is whsec_ and base64") from None
        return cls(key)

    def reveal(self) -> str:
        """The text to hand to the other side, once."""
        return _PREFIX + base64.b64encode(self.key).decode()


class Fault(StrEnum):
    """Why a delivery is not believed; STALE and EARLY were truly signed, at another time."""

    MALFORMED = "malformed"
    FORGED = "forged"
    STALE = "stale"
    EARLY = "early"


class SignatureRefused(Exception):
    """The delivery is not believed; `fault` says why, and nothing of it is quoted."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"webhook signature refused: {fault}")
        self.fault = fault


def sign(message_id: str, at: datetime, body: bytes, secrets: Sequence[Secret]) -> dict[str, str]:
    """The three headers of one attempt, signed with every secret, so that a receiver may change keys at its leisure.

    `message_id` stays the same across attempts, `at` (aware) is the attempt's own. ValueError for an id with a dot or
    a blank, a naive time, or no secret.
    """
    if not _ID.fullmatch(message_id):
        raise ValueError("a webhook id is 1 to 255 visible ASCII characters without a dot")
    if not secrets:
        raise ValueError("a webhook is signed with at least one secret")
    seconds = str(_unix_seconds(at))
    signatures = (_signature(secret, message_id, seconds, body) for secret in secrets)
    return {ID_HEADER: message_id, TIMESTAMP_HEADER: seconds, SIGNATURE_HEADER: " ".join(signatures)}


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[Secret],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The id of a delivery that one of the secrets signed within `tolerance` of `now` (aware).

    The body is the bytes as received. SignatureRefused for everything else that a sender can do. A believed delivery
    may still be a repeat: the id is the idempotency key.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, seconds = given.get(ID_HEADER, ""), given.get(TIMESTAMP_HEADER, "")
    signatures = [entry for entry in given.get(SIGNATURE_HEADER, "").split(" ") if entry.startswith(_VERSION)]
    if not (_ID.fullmatch(message_id) and _SECONDS.fullmatch(seconds) and signatures):
        raise SignatureRefused(Fault.MALFORMED)
    expected = [_signature(secret, message_id, seconds, body) for secret in secrets]
    if not any(_same(one, other) for one in expected for other in signatures):
        raise SignatureRefused(Fault.FORGED)
    _check_age(_unix_seconds(now) - int(seconds), tolerance)
    return message_id


def _signature(secret: Secret, message_id: str, seconds: str, body: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + body
    return _VERSION + base64.b64encode(hmac.digest(secret.key, signed, "sha256")).decode()


def _same(expected: str, given: str) -> bool:
    # compare_digest refuses text beyond ASCII, and a header may hold anything.
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _check_age(age_seconds: int, tolerance: timedelta) -> None:
    if age_seconds > tolerance.total_seconds():
        raise SignatureRefused(Fault.STALE)
    if -age_seconds > tolerance.total_seconds():
        raise SignatureRefused(Fault.EARLY)


def _unix_seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("a webhook is signed and verified at an instant with a zone")
    return int(instant.timestamp())
