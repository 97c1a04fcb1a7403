"""What a board in a public room may show of a ticket: its number, a masked name and its desk, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from queueing.ticket import Ticket, TicketState

_TWO_CHARACTERS = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文"
        "司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘"
        "左丘西门第五达奚褚师纳兰完颜歐陽司馬東方諸葛尉遲長孫鮮于聞人",
    )
)
"""Family names of two characters that are borne today; of any other name the first character is the family's."""

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
    """The name with its middle, or all but its beginning, replaced by a star: never the whole of it.

    A family name of two characters stays together: 欧阳*明, as people are used to read it. Of a name that is written
    in words their first letters show.
    """
    letters = "".join(letter for letter in name if not letter.isdigit()).strip()
    if len(letters) < 2:  # noqa: PLR2004  a single letter would be the whole name
        return "*" if letters else ""
    if letters.lower() != letters.upper():
        words = letters.split()
        return " ".join(f"{word[0]}*" for word in (words[:1] + words[1:][-1:]))
    family = letters[: 2 if len(letters) > 2 and letters[:2] in _TWO_CHARACTERS else 1]  # noqa: PLR2004
    given = letters[len(family) :]
    return f"{family}*{given[-1] if len(given) > 1 else ''}"


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
