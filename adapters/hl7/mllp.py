"""The Minimal Lower Layer Protocol: VT, message, FS, CR (HL7 v2.5.1 appendix C, section C.4.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from adapters.errors import Malformed

START = b"\x0b"
END = b"\x1c"
CARRIAGE_RETURN = b"\r"

_BLANKS = b"\r\n\t "
_MARK = re.compile(rb"[\x0b\x1c]")


class Fault(StrEnum):
    """What a peer may do wrong on the wire."""

    MISSING_START = "bytes outside a frame"
    OVERSIZE = "a frame beyond the size limit"
    TRAILING = "bytes after the end block other than a carriage return"
    TORN = "the connection ended inside a frame"
    RESTARTED = "a frame began inside a frame; the unfinished one was discarded"
    STALLED = "a frame was begun and not ended in time"
    IDLE = "no message for too long"
    MISSING_RETURN = "an end block without its carriage return"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it came, and what was forgiven on the way."""

    payload: bytes
    warnings: tuple[Fault, ...] = ()


class FramingFault(Malformed):
    """The stream cannot be trusted from here on: answer `complete`, then close this connection.

    `complete` are the whole frames that the same chunk brought before the fault.
    """

    def __init__(self, fault: Fault, complete: Sequence[Frame] = ()) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.complete = complete


def frame(payload: bytes) -> bytes:
    """The payload between its marks; ValueError where it holds such a mark itself."""
    if _MARK.search(payload):
        raise ValueError("a message cannot hold the bytes 0x0B or 0x1C that frame it")
    return START + payload + END + CARRIAGE_RETURN


class Framer:
    """Cuts one connection's bytes into frames, however they are chunked, in linear time.

    A frame counts when its carriage return or the next start mark has come, or when `settle`
    is called: an end mark alone may be a byte inside a message, and half a message must never
    be taken for a whole one.
    """

    def __init__(self, max_bytes: int = 40 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._inside = False
        self._ended = False
        self._payload = bytearray()
        self._warnings: list[Fault] = []

    @property
    def inside(self) -> bool:
        """Whether a start mark has come and its end mark has not."""
        return self._inside

    @property
    def ended(self) -> bool:
        """Whether an end mark has come and what follows it has not."""
        return self._ended

    @property
    def buffered(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return len(self._payload)

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that this chunk completes; FramingFault where the connection must be closed."""
        if self._is_one_frame(chunk):
            return [Frame(chunk[1:-2])]
        frames: list[Frame] = []
        position = 0
        try:
            while position < len(chunk):
                position = self._step(chunk, position, frames)
        except FramingFault as fault:
            raise FramingFault(fault.fault, frames) from None
        return frames

    def settle(self) -> list[Frame]:
        """Accept a frame whose carriage return does not come, with a warning."""
        if not self._ended:
            return []
        self._warnings.append(Fault.MISSING_RETURN)
        return [self._take()]

    def close(self) -> list[Frame]:
        """The connection has ended; FramingFault where it tore a frame."""
        if self._inside:
            raise FramingFault(Fault.TORN)
        return self.settle()

    def _is_one_frame(self, chunk: bytes) -> bool:
        """Whether it is a whole message and nothing else, as most chunks are that a sender waits behind."""
        return (
            not (self._inside or self._ended)
            and chunk.startswith(START)
            and chunk.endswith(END + CARRIAGE_RETURN)
            and chunk.count(START) == chunk.count(END) == 1
            and len(chunk) - 3 <= self._max_bytes
        )

    def _step(self, chunk: bytes, position: int, frames: list[Frame]) -> int:
        if self._ended:
            return self._after_end(chunk, position, frames)
        if self._inside:
            return self._within(chunk, position)
        return self._between(chunk, position)

    def _between(self, chunk: bytes, position: int) -> int:
        start = chunk.find(START, position)
        outside = chunk[position : start if start >= 0 else None]
        if outside.strip(_BLANKS):
            raise FramingFault(Fault.MISSING_START)
        if start < 0:
            return len(chunk)
        self._inside = True
        return start + 1

    def _within(self, chunk: bytes, position: int) -> int:
        mark = _MARK.search(chunk, position)
        end = mark.start() if mark else len(chunk)
        if len(self._payload) + end - position > self._max_bytes:
            raise FramingFault(Fault.OVERSIZE)
        self._payload += memoryview(chunk)[position:end]
        if not mark:
            return end
        if mark[0] == START:
            self._payload.clear()
            self._warnings.append(Fault.RESTARTED)
        else:
            self._inside, self._ended = False, True
        return end + 1

    def _after_end(self, chunk: bytes, position: int, frames: list[Frame]) -> int:
        following = chunk[position : position + 1]
        if following == CARRIAGE_RETURN:
            frames.append(self._take())
            return position + 1
        if following == START:
            frames.extend(self.settle())
            return position
        raise FramingFault(Fault.TRAILING)

    def _take(self) -> Frame:
        taken = Frame(bytes(self._payload), tuple(dict.fromkeys(self._warnings)))
        self._payload.clear()
        self._warnings.clear()
        self._ended = False
        return taken
