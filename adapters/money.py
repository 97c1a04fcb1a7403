"""Fen at the edges: wallets and hospitals speak yuan as decimal text."""

from __future__ import annotations

import re

from adapters.errors import Malformed
from adapters.values import Fen

_YUAN = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,2})0*)?", re.ASCII)


def fen_from_yuan(text: str) -> Fen:
    """Fen of a decimal yuan text such as `12.3`; Malformed on more than two places or any other text."""
    found = _YUAN.fullmatch(text)
    if not found:
        raise Malformed(f"not an amount in yuan: {text[:20]!r}")
    sign, yuan, places = found.groups()
    fen = int(yuan) * 100 + int((places or "0").ljust(2, "0"))
    return Fen(-fen if sign else fen)


def yuan_from_fen(amount: int) -> str:
    """Yuan with two places, as `12.30`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
