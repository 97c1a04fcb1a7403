"""The five outcomes of a call to the outside.

Each says whether the world may have changed, for that alone decides what may be
done next (DESIGN.md section 4).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why an outside system said no, in our words; the native code is kept beside it."""

    ALREADY_PAID = "already_paid"
    ALREADY_REFUNDED = "already_refunded"
    AMOUNT_MISMATCH = "amount_mismatch"
    CLOSED = "closed"
    CONFLICTING_CONTENT = "conflicting_content"
    CREDENTIALS = "credentials"
    EXPIRED = "expired"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    OTHER = "other"
    OVER_LIMIT = "over_limit"
    SLOT_TAKEN = "slot_taken"


class OutsideError(Exception):
    """An answer from outside other than success; `native_code` is the system's own code.

    The text never holds personal data: it is logged and shown to staff.
    """

    def __init__(self, text: str, *, native_code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.native_code = native_code


class NotDone(OutsideError):
    """The world is unchanged (not sent, rate-limited, busy); the same call may be repeated."""

    def __init__(self, text: str, *, native_code: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(text, native_code=native_code)
        self.retry_after = retry_after


class Busy(NotDone):
    """NotDone because too many wait for that system already; it was not even asked."""


class Away(NotDone):
    """NotDone because that system is left alone for work that was announced, until `until`; it was not asked."""

    def __init__(self, text: str, *, until: datetime, retry_after: timedelta | None = None) -> None:
        super().__init__(text, retry_after=retry_after)
        self.until = until


class NoBill(NotDone):
    """NotDone because the wallet has no bill of that day: it is not made yet, or never will be, for nothing moved."""


class NoDayYet(NotDone):
    """NotDone because the list of `day`, which is still to come, was refused; no list before it has what was sought."""

    def __init__(self, text: str, *, day: date, native_code: str = "") -> None:
        super().__init__(text, native_code=native_code)
        self.day = day


class OutcomeUnknown(OutsideError):
    """The world may have changed; only a query resolves it, and a new number is forbidden."""


class Refused(OutsideError):
    """A business no: the world is unchanged and repeating the call will not help."""

    def __init__(self, text: str, *, reason: Reason = Reason.OTHER, native_code: str = "") -> None:
        super().__init__(text, native_code=native_code)
        self.reason = reason


class Untrusted(OutsideError):
    """A signature, certificate or identity check failed; after a sent change its outcome is unknown."""


class Malformed(OutsideError):
    """The answer cannot be read; after a sent change its outcome is unknown."""
