"""What a board in a public room may show of a ticket: its number, a masked name and its desk, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from queueing.ticket import Ticket, TicketState

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One call on the board; `label` is masked, or empty where numbers alone are shown."""

    display_number: str
    label: str
    desk: str
    is_called: bool
    """True while the called are awaited, False once they are being served."""


def masked(name: str) -> str:
    """The name with its middle, or all but its first letter, replaced by stars: never the whole of it."""
    letters = [letter for letter in name.strip() if not letter.isdigit()]
    if len(letters) < 2:  # noqa: PLR2004  a single letter would be the whole name
        return "*" if letters else ""
    if len(letters) == 2:  # noqa: PLR2004  a family name and a given name of one letter each
        return f"{letters[0]}*"
    return f"{letters[0]}*{letters[-1]}"


def board(
    tickets: Iterable[Ticket], titles: Mapping[str, str], name: Callable[[Ticket], str] | None = None
) -> tuple[BoardRow, ...]:
    """The calls that stand, the newest first; `titles` by desk, `name` only where names may be shown at all."""
    at_desk = sorted(
        (one for one in tickets if one.is_at_desk), key=lambda one: one.called_at or _EARLIEST, reverse=True
    )
    return tuple(
        BoardRow(
            one.display_number,
            "" if name is None else masked(name(one)),
            titles.get(one.desk_id, one.desk_id),
            one.state is TicketState.CALLED,
        )
        for one in at_desk
    )
