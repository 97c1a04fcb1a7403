"""One-use codes that one person reads out and another one types."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

from hospital_bridge.clock import Ids

CODE_LIVES = timedelta(minutes=15)
_CODE_BYTES = 5


def new_code(ids: Ids) -> str:
    """40 bits in eight characters that nobody mistakes for another."""
    return base64.b32encode(hashlib.sha256(ids.secret().encode()).digest()[:_CODE_BYTES]).decode()


def typed(code: str) -> str:
    """A code as it was made, however it was typed: without blanks and hyphens, in capitals."""
    return "".join(code.split()).replace("-", "").upper()
