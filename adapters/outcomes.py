"""What one of the five outcomes means to a delivery."""

from __future__ import annotations

from adapters.errors import NotDone, OutsideError, Refused
from notifications.message import Outcome


def outcome_of(error: OutsideError) -> Outcome:
    """Refused is firm and NotDone harmless; after every other error the message may have arrived."""
    if isinstance(error, Refused):
        return Outcome.REFUSED
    return Outcome.NOT_DONE if isinstance(error, NotDone) else Outcome.UNKNOWN
