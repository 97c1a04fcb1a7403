"""The clock as an adapter sees it; bootstrap supplies it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Now(Protocol):
    """The present instant, aware, in UTC."""

    def __call__(self) -> datetime:
        """Read the clock."""
