"""Fen at the edges: wallets and hospitals speak yuan as decimal text."""

from __future__ import annotations

import re
from decimal import Decimal

from adapters.errors import Malformed
from adapters.values import Fen

_YUAN = re.compile(r"-?\d{1,13}(?:\.\d{1,2}0*)?", re.ASCII)


def fen_from_yuan(text: str) -> Fen:
    """Fen of a decimal yuan text such as `12.3`; Malformed on more than two places or any other text."""
    if not _YUAN.fullmatch(text):
        raise Malformed(f"not an amount in yuan: {text[:20]!r}")
    return Fen(int(Decimal(text) * 100))


def yuan_from_fen(amount: int) -> str:
    """Yuan with two places, as `12.30`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
