"""That a line does not run as it should, said by a dispatcher, and to whom it is told: those who rode it lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Kind(StrEnum):
    """What is said of a line; RESUMED takes the others back."""

    DELAYED = "delayed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"


LATELY = timedelta(days=14)
"""Who rode a line within this time is told of it."""


@dataclass(frozen=True, slots=True)
class Disruption:
    """One word of a dispatcher about one line."""

    disruption_id: str
    line_id: str
    kind: Kind
    said_at: datetime
