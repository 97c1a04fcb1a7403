"""Authenticated encryption of one value, bound to the place where it is kept.

Sealed bytes are `algorithm (1) | key id (16) | nonce (12) | ciphertext and tag`. The place and
the header are associated data, so a value moved to another row, column or operator does not open.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_HEADER = struct.Struct(f">B16s{NONCE_BYTES}s")

Entropy = Callable[[int], bytes]


class Algorithm(IntEnum):
    """The first byte of everything sealed; SM4-GCM (GB/T 32907, RFC 8998) for GB/T 39786 installations."""

    AES_256_GCM = 1
    SM4_GCM = 2


class SealBroken(Exception):
    """The sealed bytes were altered, moved from their place, or are not ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is kept; it opens nowhere else."""

    operator_id: str
    table: str
    column: str
    row_id: str

    def bound(self, header: bytes) -> bytes:
        """The associated data: every part with its length, so that no two places read alike."""
        parts = [part.encode() for part in (self.operator_id, self.table, self.column, self.row_id)]
        return header + b"".join(struct.pack(">I", len(part)) + part for part in parts)


@dataclass(frozen=True, slots=True)
class Key:
    """A key with the id under which sealed bytes name it; 32 bytes whatever the algorithm."""

    key_id: str
    material: bytes


def key_id_of(sealed: bytes) -> str:
    """The id of the key that the bytes were sealed with; SealBroken when they are too short to be ours."""
    if len(sealed) < _HEADER.size + TAG_BYTES:
        raise SealBroken("too short to be sealed bytes")
    return str(_HEADER.unpack_from(sealed)[1].hex())


def encrypt(algorithm: Algorithm, key: Key, place: Place, value: bytes, entropy: Entropy) -> bytes:
    """The value sealed for that place."""
    return encrypting(algorithm, key, entropy)(place, value)


def encrypting(algorithm: Algorithm, key: Key, entropy: Entropy) -> Callable[[Place, bytes], bytes]:
    """The same for many values under one key, which is set up once for them."""
    cipher, key_id = _CIPHERS[algorithm](key.material), bytes.fromhex(key.key_id)

    def one(place: Place, value: bytes) -> bytes:
        nonce = entropy(NONCE_BYTES)
        header = _HEADER.pack(algorithm, key_id, nonce)
        return header + cipher.encrypt(nonce, value, place.bound(header))

    return one


def decrypt(key: Key, place: Place, sealed: bytes) -> bytes:
    """The value again; SealBroken when bytes, place or key are not those of the sealing."""
    header, body = sealed[: _HEADER.size], sealed[_HEADER.size :]
    number, _, nonce = _HEADER.unpack(header)
    try:
        return _CIPHERS[Algorithm(number)](key.material).decrypt(nonce, body, place.bound(header))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"sealed bytes of {place.table}.{place.column} do not open in their place") from error


class _Sm4Gcm:
    """SM4 in Galois/Counter Mode; its 16-byte key is derived from ours."""

    def __init__(self, material: bytes) -> None:
        self._key = algorithms.SM4(HKDF(SHA256(), 16, salt=None, info=b"SM4-GCM").derive(material))

    def encrypt(self, nonce: bytes, value: bytes, bound: bytes) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(value) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, body: bytes, bound: bytes) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, body[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(body[:-TAG_BYTES]) + decryptor.finalize()


_CIPHERS: dict[Algorithm, type[AESGCM | _Sm4Gcm]] = {
    Algorithm.AES_256_GCM: AESGCM,
    Algorithm.SM4_GCM: _Sm4Gcm,
}
"""AES-256 in Galois/Counter Mode is NIST SP 800-38D."""
