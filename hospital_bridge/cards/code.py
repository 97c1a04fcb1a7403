"""The code on a card: 75 secret bits and a check character, to be scanned or, where a screen is broken, typed.

The alphabet is Crockford's base 32, without letters that look like digits; the check is Luhn's algorithm modulo 32,
which catches every single wrong character before the store is asked.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
BITS = 5 * (LENGTH - 1)

_LOOK_ALIKES = str.maketrans("OIL", "011", " -")


def written(secret: int) -> str:
    """The code of `BITS` secret bits."""
    body = "".join(ALPHABET[(secret >> shift) & 31] for shift in range(BITS - 5, -1, -5))
    return body + ALPHABET[-_sum(body + "0") % 32]


def read(typed: str) -> str | None:
    """The code that was scanned or typed, in any case and grouping; None where it can be no code."""
    code = typed.strip().upper().translate(_LOOK_ALIKES)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _sum(code) % 32 == 0 else None


def grouped(code: str) -> str:
    """The code as people read it aloud, four by four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _sum(code: str) -> int:
    """Luhn's sum: every second value from the right is doubled, and the two digits of a product are added."""
    values = [ALPHABET.index(letter) for letter in reversed(code)]
    return sum(value if place % 2 == 0 else sum(divmod(2 * value, 32)) for place, value in enumerate(values))
