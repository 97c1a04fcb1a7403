"""RSA2: RSA PKCS#1 v1.5 over SHA-256 (wallet reference 1.1, 1.2 and 1.4)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.errors import Malformed, Untrusted

_BLANK = " \t\r\n"
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay the text that they were written as: a sum of money never passes through a float."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the outermost JSON object: its value and the exact text it was written as."""

    value: object
    source: str


def string_to_sign(parameters: Mapping[str, str]) -> str:
    """`k=v` of every parameter but `sign`, sorted by key, joined by `&`, values unescaped."""
    return "&".join(f"{key}={value}" for key, value in sorted(parameters.items()) if key != "sign")


def notice_to_verify(parameters: Mapping[str, str]) -> str:
    """A payment notice is signed without `sign_type`, unlike every request."""
    return string_to_sign({key: value for key, value in parameters.items() if key != "sign_type"})


def sign(key: RSAPrivateKey, text: str) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def verify(key: RSAPublicKey, content: bytes, signature: str) -> None:
    """Untrusted unless the base64 signature is the key's over exactly these bytes."""
    try:
        key.verify(_decoded(signature), content, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise Untrusted("the signature does not fit the received bytes") from None


def _decoded(signature: str) -> bytes:
    """The bytes of a signature; ValueError where base64's unused last bits write it in another way than its signer."""
    signed = base64.b64decode(signature, validate=True)
    if base64.b64encode(signed).decode() != signature:
        raise ValueError("the base64 text is not the usual one of its bytes")
    return signed


def members(text: str) -> dict[str, Member]:
    """The members of the outermost JSON object with the text each was written as; Malformed otherwise.

    The signature covers the member's text as received: writing the value anew would change it.
    """
    try:
        found = list(_members(text))
    except (ValueError, IndexError, RecursionError):
        raise Malformed("the answer is not a JSON object") from None
    if len(dict(found)) != len(found):
        raise Malformed("the answer names a member twice")
    return dict(found)


def _members(text: str) -> Iterator[tuple[str, Member]]:
    position = _expect(text, 0, "{")
    while True:
        name, position = _DECODER.raw_decode(text, _skip_blank(text, position))
        start = _skip_blank(text, _expect(text, position, ":"))
        value, end = _DECODER.raw_decode(text, start)
        yield str(name), Member(value, text[start:end])
        position = _skip_blank(text, end)
        if text[position] == "}":
            break
        position = _expect(text, position, ",")
    if text[position + 1 :].strip(_BLANK):
        raise ValueError("text after the object")


def _expect(text: str, position: int, mark: str) -> int:
    position = _skip_blank(text, position)
    if text[position] != mark:
        raise ValueError(f"no {mark}")
    return position + 1


def _skip_blank(text: str, position: int) -> int:
    while text[position] in _BLANK:
        position += 1
    return position
