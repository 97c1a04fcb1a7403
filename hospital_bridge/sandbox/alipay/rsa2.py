"""RSA2 on Alipay's side of the wire."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def signature_of(key: RSAPrivateKey, content: bytes) -> str:
    """PKCS#1 v1.5 over SHA-256, in base64."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode("ascii")


def fits(key: RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether the base64 signature is the key's over exactly these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def joined(fields: Mapping[str, str], *without: str) -> str:
    """`k=v` sorted by key and joined by `&`, but for the fields named in `without`."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in without)
