"""What a button at a desk does, in a browser or in another system: one or two commands in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import DeskView, Lines
from queueing.commands import Act, Command
from queueing.line import DeskState
from queueing.ticket import Ticket, TicketState


class Button(StrEnum):
    """NEXT ends who is being served and calls the next; CAME says that the called have come in."""

    NEXT = "next"
    CAME = "came"
    PASS = "pass"  # noqa: S105 - passed over, not a password
    RECALL = "recall"
    FINISH = "finish"
    SEND_AWAY = "send_away"
    UNDO = "undo"
    CALL = "call"
    HOLD = "hold"
    RESUME = "resume"
    OPEN = "open"
    PAUSE = "pause"
    CLOSE = "close"


_STATES = {Button.OPEN: DeskState.OPEN, Button.PAUSE: DeskState.PAUSED, Button.CLOSE: DeskState.CLOSED}
_OF_HELD = {
    Button.CAME: Act.START,
    Button.PASS: Act.PASS_OVER,
    Button.RECALL: Act.RECALL,
    Button.FINISH: Act.FINISH,
    Button.SEND_AWAY: Act.SEND_AWAY,
}
_OF_CHOSEN = {Button.CALL: Act.CALL, Button.HOLD: Act.HOLD, Button.RESUME: Act.RESUME}


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press: `key` is its idempotency key, `ticket_id` and `reason` are of CALL, HOLD and RESUME."""

    button: Button
    actor: str
    key: str
    ticket_id: str = ""
    reason: str = ""


def press(lines: Lines, desk_id: str, pressed: Pressed) -> None:
    """Do it; the refusals of the line, and HB-Q001 where the desk holds nobody to whom it could be done."""
    desk, button = lines.desk(desk_id), pressed.button
    if button in _STATES:
        lines.set_desk(desk_id, _STATES[button], pressed.actor)
    elif button in _OF_HELD:
        _act(lines, desk_id, pressed, _OF_HELD[button], _held(desk, pressed).ticket_id)
    elif button in _OF_CHOSEN:
        _act(lines, desk_id, pressed, _OF_CHOSEN[button], pressed.ticket_id)
    elif button is Button.UNDO:
        _act(lines, desk_id, pressed, Act.UNDO)
    else:
        served = next((one for one in desk.tickets if one.state is TicketState.SERVING), None)
        # Whom this press called may be inside by the time that it comes again: they are not its to finish.
        if served is not None and not lines.is_done(_command_id(pressed, Act.CALL_NEXT)):
            _act(lines, desk_id, pressed, Act.FINISH, served.ticket_id)
        _act(lines, desk_id, pressed, Act.CALL_NEXT)


def _held(desk: DeskView, pressed: Pressed) -> Ticket:
    """The ticket that the press is about: the named one, or the only one there is."""
    held = [one for one in desk.tickets if pressed.ticket_id in ("", one.ticket_id)]
    if len(held) != 1:
        raise BridgeError("HB-Q001")
    return held[0]


def _act(lines: Lines, desk_id: str, pressed: Pressed, act: Act, ticket_id: str = "") -> None:
    lines.act(
        Command(act, _command_id(pressed, act), pressed.actor, pressed.reason, ticket_id=ticket_id, desk_id=desk_id)
    )


def _command_id(pressed: Pressed, act: Act) -> str:
    return hashlib.sha256(f"{pressed.actor}|{pressed.key}|{act}".encode()).hexdigest()[:40]
