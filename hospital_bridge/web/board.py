"""The board in the hall: who is called where, for enrolled screens; no name in full, no number of a person."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response

from hospital_bridge.slot import BOARD
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.live import show
from hospital_bridge.web.visit import site, visit
from queueing.board import BoardRow

LOOK_AGAIN_SECONDS = 2
ROWS = 6
"""What fits below the newest call in letters that are read from six metres (reference/ux.md section 6)."""

PAGE_SECONDS = 8
"""How long each page of rows stands where there are more than fit."""

blueprint = Blueprint("board", __name__)


@blueprint.get("/device/<operator>/board")
@open_to(Access(Area.DEVICE, role=BOARD))
def board() -> Response:
    """The calls of the lines that this screen stands before, the newest first."""
    rows, now = _rows(), site().clock.now()
    newest = next((row for row in rows if row.is_called), None)
    others = [row for row in rows if row is not newest]
    pages = [others[start : start + ROWS] for start in range(0, len(others), ROWS)] or [[]]
    page = int(now.timestamp()) // PAGE_SECONDS % len(pages)
    context = {"now": now, "newest": newest, "rows": pages[page], "page": page + 1, "pages": len(pages)}
    return show("device/board.html", context, 200, LOOK_AGAIN_SECONDS)


def _rows() -> Sequence[BoardRow]:
    here = visit()
    place = here.device.place if here.device else ()
    rows: list[BoardRow] = []
    for name, plugged in here.operator.verticals.items():
        if plugged.vertical.lines is None:
            continue
        with plugged.scope.read() as work:
            lines = [line_id for line_id in work.lines.of_today() if _stands_before(place, name, line_id)]
            rows += work.lines.board(lines)
    return rows


def _stands_before(place: Sequence[str], vertical: str, line_id: str) -> bool:
    """No place is every line; a word is a line, or the part of a line's id after the vertical's name."""
    return not place or line_id in place or any(line_id.startswith(f"{vertical}.{word}.") for word in place)
