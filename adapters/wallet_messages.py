"""Messages in the wallet itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.values import WalletAccount


@dataclass(frozen=True, slots=True)
class WalletMessage:
    """One message in the wallet itself: `values` are the template's parameters in words, `link` is where more stands.

    `key` stays the same across attempts, so that a wallet which can drops a repeat.
    """

    to: WalletAccount = field(repr=False)
    template_key: str
    values: Mapping[str, str] = field(repr=False)
    link: str
    key: str
