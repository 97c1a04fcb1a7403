"""The part of deterministic CBOR (RFC 8949 section 4.2.1) that a ride code is written in.

Whole numbers from zero, byte strings, texts and arrays, of definite length and in the shortest form. A value has one
writing and a writing one value: whatever else arrives is refused, so no second writing of a code can pass as new.
"""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "int | bytes | str | tuple[Value, ...]"

_WHOLE, _BYTES, _TEXT, _ARRAY = 0, 2, 3, 4
_DEEPEST = 4
_INLINE = 24
"""Arguments below this stand in the head itself; 24 to 27 say that 1, 2, 4 or 8 bytes follow."""


class NotCanonical(ValueError):
    """The bytes are not the one writing of a value of this profile."""


def encode(value: Value) -> bytes:
    """The one writing of the value; ValueError for a number below zero or above 64 bits."""
    if isinstance(value, int):
        return _head(_WHOLE, value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    return _head(_ARRAY, len(value)) + b"".join(map(encode, value))


def decode(data: bytes) -> Value:
    """The value that the bytes, all of them, are the writing of; NotCanonical for any other bytes."""
    value, end = _read(data, 0, _DEEPEST)
    if end != len(data):
        raise NotCanonical(f"{len(data) - end} bytes are left over")
    return value


def _head(major: int, argument: int) -> bytes:
    if not 0 <= argument < 1 << 64:
        raise ValueError("a number here is of 0 to 64 bits")
    if argument < _INLINE:
        return bytes([major << 5 | argument])
    power = max(0, (argument.bit_length() - 1).bit_length() - 3)
    return bytes([major << 5 | _INLINE + power]) + argument.to_bytes(1 << power, "big")


def _read(data: bytes, start: int, depth: int) -> tuple[Value, int]:
    major, argument, at = _read_head(data, start)
    if major == _WHOLE:
        return argument, at
    if major == _ARRAY:
        return _read_array(data, argument, at, depth)
    end = at + argument
    if major not in {_BYTES, _TEXT} or end > len(data):
        raise NotCanonical(f"nothing of this profile at byte {start}")
    if major == _BYTES:
        return data[at:end], end
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError:
        raise NotCanonical(f"no UTF-8 at byte {start}") from None


def _read_array(data: bytes, length: int, at: int, depth: int) -> tuple[Value, int]:
    # Every item takes a byte at least: a length that lies is seen before anything is built.
    if depth == 0 or length > len(data) - at:
        raise NotCanonical(f"an array too deep or too long at byte {at}")
    items: list[Value] = []
    for _ in range(length):
        item, at = _read(data, at, depth - 1)
        items.append(item)
    return tuple(items), at


def _read_head(data: bytes, start: int) -> tuple[int, int, int]:
    if start >= len(data):
        raise NotCanonical("the bytes end too early")
    major, short = data[start] >> 5, data[start] & 31
    if short < _INLINE:
        return major, short, start + 1
    end = start + 1 + (1 << (short - _INLINE))
    if short > _INLINE + 3 or end > len(data):
        raise NotCanonical(f"no length of this profile at byte {start}")
    argument = int.from_bytes(data[start + 1 : end], "big")
    if _head(major, argument) != data[start:end]:
        raise NotCanonical(f"a number not in its shortest form at byte {start}")
    return major, argument, end
