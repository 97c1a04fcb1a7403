"""Cards in a wallet's own card holder: what crosses the port, and what a wallet may be able to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.values import WalletAccount


class CardAbility(StrEnum):
    """What a wallet can do with cards beyond taking them; whoever needs one asks first."""

    UPDATE = "update"
    PLACES = "places"
    QUERY = "query"
    PUSHED_USE = "pushed_use"


class WalletCardState(StrEnum):
    """How a card is shown in the wallet; the bridge's own states are finer."""

    VALID = "valid"
    USED = "used"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WalletCardTemplate:
    """A kind of card as the wallet is told of it; `key` is ours, `content` is in the wallet's own form."""

    key: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WalletCard:
    """One card: `serial` is ours, made once, and tells it apart for ever; `code` is what its holder shows."""

    serial: str
    wallet_template_id: str
    to: WalletAccount = field(repr=False)
    code: str = field(repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
