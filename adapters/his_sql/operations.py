"""What a hospital's database can be asked: operations by the method of a port, what is at hand, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.records.names import ASKED, POSTS

CALL = "call_id"
"""A parameter of every change: 32 hex digits that no other call has, to find its answer by."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`record` is the kind of what comes back, '' for nothing; `changes` where it changes the hospital's world.

    What is `optional` is missed by nobody where the settings have it not.
    """

    record: str
    what: str
    changes: bool = False
    method: str = ""
    optional: bool = False

    def parameters(self, name: str) -> tuple[str, ...]:
        """The names that its statement may put behind a colon."""
        return (*ASKED[self.method or name], *((CALL,) if self.changes else ()))


def _of_kind(name: str) -> str:
    return f"Posts a {name.removeprefix('post_').replace('_', ' ')}, where that is a procedure of its own."


OPERATIONS: Mapping[str, Operation] = {
    "departments": Operation("department", "The departments that take registrations."),
    "practitioners": Operation("practitioner", "The practitioners of one department."),
    "find_patients": Operation("patient", "The records of one id number."),
    "register_patient": Operation("", "Makes a record of a patient.", changes=True),
    "slots": Operation("slot", "The slots of one practitioner on one day."),
    "book": Operation("booking", "Takes a slot.", changes=True),
    "find_booking": Operation("booking", "The appointment under our number."),
    "cancel": Operation("", "Gives a slot back.", changes=True),
    "post": Operation("receipt", "Posts a payment or a refund.", changes=True),
    **{name: Operation("receipt", _of_kind(name), changes=True, method="post") for name in POSTS[1:]},
    "find_posting": Operation("posting", "The posting under our serial."),
    "postings": Operation("posting", "What was posted through us on one day."),
    "invoice_state": Operation("invoice", "How the e-invoice of one payment stands.", optional=True),
}
