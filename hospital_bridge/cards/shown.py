"""A card's copies in its holder's wallet: how one should be shown there, and the one step that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapters.wallet_cards import WalletCardState
from hospital_bridge.cards.model import CardState


class CopyState(StrEnum):
    """SENT: the wallet may have it. REFUSED: the wallet would not take it or show it so, and is not asked again."""

    SENT = "sent"
    VALID = "valid"
    USED = "used"
    CLOSED = "closed"
    REFUSED = "refused"


SHOWN_AS: Mapping[CardState, WalletCardState] = {
    CardState.COLLECTED: WalletCardState.VALID,
    CardState.REVERSED: WalletCardState.VALID,
    CardState.REDEEMED: WalletCardState.USED,
    CardState.EXPIRED: WalletCardState.CLOSED,
    CardState.VOID: WalletCardState.CLOSED,
}
"""A card that nobody has collected is in no wallet."""

AFTER: Mapping[WalletCardState, CopyState] = {
    WalletCardState.VALID: CopyState.VALID,
    WalletCardState.USED: CopyState.USED,
    WalletCardState.CLOSED: CopyState.CLOSED,
}
CHANGES: Mapping[WalletCardState, frozenset[CopyState]] = {
    WalletCardState.USED: frozenset({CopyState.VALID}),
    WalletCardState.CLOSED: frozenset({CopyState.VALID, CopyState.USED}),
}
"""What can be shown otherwise: no wallet that is known makes a used copy valid again."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy at one wallet account; `serial` tells it apart there for ever."""

    serial: str
    card_id: str
    account: str
    state: CopyState


@dataclass(frozen=True, slots=True)
class Put:
    """Put a copy into the wallet; repeating it makes no second one."""

    serial: str


@dataclass(frozen=True, slots=True)
class Show:
    """Show a copy otherwise."""

    copy: Copy
    state: WalletCardState


def next_step(state: CardState, serial: str, copy: Copy | None) -> Put | Show | None:
    """What the wallet is told next; None once it shows the card as it stands, or never will.

    `copy` is the latest one, `serial` that of the card as it stands now. A copy that was sent is brought to its firm
    end first, whatever has become of its card; a card that was given back is put into the wallet anew.
    """
    wanted = SHOWN_AS.get(state)
    if wanted is None:
        return None
    if copy is not None and copy.state is CopyState.SENT:
        return Put(copy.serial)
    if wanted is WalletCardState.VALID:
        stands = copy is not None and (copy.state is CopyState.VALID or copy.serial == serial)
        return None if stands else Put(serial)
    return Show(copy, wanted) if copy is not None and copy.state in CHANGES[wanted] else None
