"""Rows about bytes on the wire: what is a frame, and what a bad one may do (HL7 v2.5.1 appendix C, section C.4)."""

from __future__ import annotations

from contextlib import ExitStack

from adapters.hl7.listener_table.row import ACCEPTED, Row, first, msa, unlike
from adapters.hl7.listener_table.wire import Closed, Silent, Target, Wire, wire
from adapters.hl7.mllp import END, START, frame

_LARGE = 200 * 1024
_AT_ONCE = 8


def _framed(target: Target, place: str, *more: str) -> bytes:
    return frame(target.message(target.control_id(place), *more).encode())


def _still_serves(target: Target, place: str) -> str:
    """'' where a connection of another sender is answered as if nothing had happened."""
    with wire(target) as other:
        other.send(_framed(target, place))
        return unlike(other.answer(), target.control_id(place))


def _several(target: Target) -> str:
    with wire(target) as line:
        for place in ("F1a", "F1b", "F1c"):
            line.send(_framed(target, place))
            if seen := unlike(line.answer(), target.control_id(place)):
                return seen
    return ""


def _together(target: Target) -> str:
    with wire(target) as line:
        line.send(_framed(target, "F2a") + _framed(target, "F2b"))
        return first(*(unlike(line.answer(), target.control_id(place)) for place in ("F2a", "F2b")))


def _byte_by_byte(target: Target) -> str:
    with wire(target) as line:
        line.send(*(bytes([each]) for each in _framed(target, "F3")))
        return unlike(line.answer(), target.control_id("F3"))


def _large(target: Target) -> str:
    document = "OBX|1|ED|PDF||^application^pdf^Base64^" + "QUJD" * (_LARGE // 4)
    with wire(target) as line:
        line.send(_framed(target, "F4", document))
        return unlike(line.answer(), target.control_id("F4"))


def _beyond_the_limit(target: Target) -> str:
    with wire(target) as line:
        begun = target.message(target.control_id("F5"), "NTE|1||").encode().rstrip(b"\r")
        try:
            line.send(START + begun, *([b"A" * 65536] * (target.frame_limit // 65536 + 2)))
        except Closed:
            return _still_serves(target, "F5n")
        if not line.closed_within(target.wait):
            return "a frame beyond the limit goes on"
    return _still_serves(target, "F5n")


def _no_return(target: Target) -> str:
    """Two messages whose end blocks lack the carriage return: both answered, or the connection ended."""
    bare = [_framed(target, place)[:-1] for place in ("F6a", "F6b")]
    with wire(target) as line:
        line.send(bare[0] + bare[1])
        try:
            answers = [line.answer(), line.answer()]
        except Closed:
            return ""
        except Silent:
            return "two messages without a carriage return after their end blocks were taken for one"
        return first(*(unlike(each, target.control_id(f"F6{at}")) for at, each in zip("ab", answers, strict=True)))


def _begun_again(target: Target) -> str:
    half = START + target.message(target.control_id("F7a")).encode()[:-8]
    with wire(target) as line:
        line.send(half + _framed(target, "F7b"))
        try:
            answer = line.answer()
        except Closed:
            return ""
        return unlike(answer, target.control_id("F7b"))


def _blanks_between(target: Target) -> str:
    with wire(target) as line:
        line.send(b"\r\n" + _framed(target, "F8a") + b"\r\n" + _framed(target, "F8b"))
        return first(*(unlike(line.answer(), target.control_id(place)) for place in ("F8a", "F8b")))


def _no_start(target: Target) -> str:
    with wire(target) as line:
        line.send(_framed(target, "F9")[1:])
        stray = line.stray()
    if stray is not None and msa(stray)[0] in ACCEPTED:
        return "accepted what came outside a frame"
    return _still_serves(target, "F9n")


def _torn(target: Target) -> str:
    """The end mark never comes: the sender goes away inside a frame."""
    with wire(target) as line:
        line.send(START + target.message(target.control_id("F10")).encode())
        if line.stray() is not None:
            return "answered a frame that has not ended"
    return _still_serves(target, "F10n")


def _stalled(target: Target) -> str:
    with wire(target) as line:
        line.send(START + target.message(target.control_id("F11")).encode()[:20])
        if not line.closed_within(target.read_timeout + target.wait):
            return f"a frame that was begun is waited for longer than {target.read_timeout:g} s"
    return ""


def _empty(target: Target) -> str:
    with wire(target) as line:
        line.send(START + END + b"\r")
        stray = line.stray()
    if stray is not None and msa(stray)[0] in ACCEPTED:
        return "accepted a frame without a message"
    return _still_serves(target, "F12n")


def _bad_neighbours(target: Target) -> str:
    """Half a frame, silence and rubbish on other connections disturb nobody."""
    with ExitStack() as stack:
        bad: list[Wire] = [stack.enter_context(wire(target)) for _ in range(3)]
        bad[0].send(START + b"MSH|^~\\&|")
        bad[1].send(b"GET / HTTP/1.1\r\n\r\n")
        return _still_serves(target, "F13")


def _many_at_once(target: Target) -> str:
    """Each of eight connections gets the answer to its own message."""
    with ExitStack() as stack:
        lines = [stack.enter_context(wire(target)) for _ in range(_AT_ONCE)]
        for place, line in enumerate(lines):
            line.send(_framed(target, f"F14{place}"))
        return first(*(unlike(line.answer(), target.control_id(f"F14{place}")) for place, line in enumerate(lines)))


def _half_closed(target: Target) -> str:
    """Over TLS there is no such thing: whoever sends no more has closed."""
    if target.tls is not None:
        return ""
    with wire(target) as line:
        line.send(_framed(target, "F16"))
        line.finish()
        return unlike(line.answer(), target.control_id("F16"))


def _looked_in(target: Target) -> str:
    """A monitoring system opens a connection and closes it."""
    with wire(target):
        pass
    return _still_serves(target, "F15")


FRAMING = (
    Row("several", "Several messages on one connection are each answered, and it stays open.", _several),
    Row("together", "Two messages in one packet are answered one after the other.", _together),
    Row("byte-by-byte", "A frame may come in any chunks, one byte at a time.", _byte_by_byte),
    Row("large", "A message with a document of 200 KB is taken.", _large),
    Row("oversize", "A frame beyond the limit ends its connection and no other.", _beyond_the_limit, "frame_limit"),
    Row("no-return", "Messages whose end block lacks its carriage return are never taken for one.", _no_return),
    Row("begun-again", "A frame that begins inside another: the torn one is dropped and never accepted.", _begun_again),
    Row("blanks-between", "CR and LF before a frame are no fault.", _blanks_between),
    Row("no-start", "What comes outside a frame is not accepted, and others are served.", _no_start),
    Row("torn", "A frame that never ends is not answered, and others are served.", _torn),
    Row("stalled", "A frame that is begun and not ended ends its connection in time.", _stalled, "read_timeout"),
    Row("empty", "A frame without a message is not accepted, and others are served.", _empty),
    Row("bad-neighbours", "Half a frame or rubbish on other connections disturbs nobody.", _bad_neighbours),
    Row("many-at-once", "Eight connections at once each get the answer to their own message.", _many_at_once),
    Row("half-closed", "Who sends a message and closes its sending side still gets the answer.", _half_closed),
    Row("looked-in", "A connection that says nothing and goes is no trouble.", _looked_in),
)
