"""The hospital's sender: notices over MLLP to the bridge's listener, with what goes wrong on that way."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from enum import Enum, auto

from adapters.errors import OutcomeUnknown
from adapters.hl7.message import Message
from adapters.hl7.mllp import frame
from adapters.hl7.sender import MllpClient
from hospital_bridge.sandbox.hospital.staff import Notice

_ACCEPTED = frozenset({"AA", "CA"})


class Mishap(Enum):
    """How notices come otherwise than once each and in turn."""

    NONE = auto()
    LOST_ACK = auto()
    DOUBLED = auto()
    REORDERED = auto()


class Courier:
    """Sends to one listener over one connection; OutsideError where nobody answers."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._link = MllpClient(host, port)

    def close(self) -> None:
        """Close the connection; the next notice opens a new one."""
        self._link.close()

    def send(self, *notices: Notice, mishap: Mishap = Mishap.NONE) -> Sequence[str]:
        """Deliver every notice until it is accepted; the acknowledgement codes in the order of sending.

        LOST_ACK: each is sent, its answer never read, and then sent again as the same bytes. DOUBLED: each twice in a
        row. REORDERED: the last one first.
        """
        ordered = notices[::-1] if mishap is Mishap.REORDERED else notices
        if mishap is Mishap.DOUBLED:
            ordered = tuple(each for notice in ordered for each in (notice, notice))
        return [self._deliver(notice, lose_ack=mishap is Mishap.LOST_ACK) for notice in ordered]

    def _deliver(self, notice: Notice, *, lose_ack: bool) -> str:
        if lose_ack:
            with socket.create_connection(self._address, timeout=10) as link:
                link.sendall(frame(notice.raw))
                link.recv(1)
        code = Message.parse(self._link.exchange(notice.raw))["MSA-1"]
        if code not in _ACCEPTED:
            raise OutcomeUnknown(f"the listener answered {code}")
        return code
