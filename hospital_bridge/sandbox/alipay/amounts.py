"""Fen inside, yuan with two places on the wire."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_LIMIT_FEN = 10_000_000_000


def fen(value: object) -> int | None:
    """Fen of an amount that a merchant wrote as text or as a JSON number; None when it is none or not above 0."""
    text = str(value)
    if isinstance(value, bool) or not _AMOUNT.fullmatch(text):
        return None
    amount = int(Decimal(text) * 100)
    return amount if 0 < amount <= _LIMIT_FEN else None


def yuan(amount: int) -> str:
    """Yuan as `-12.30`."""
    return f"{Decimal(amount) / 100:.2f}"


def share(amount: int, per_mille: int) -> int:
    """That many thousandths of an amount, rounded half up to whole fen."""
    return int((Decimal(amount * per_mille) / 1000).quantize(Decimal(1), ROUND_HALF_UP))
