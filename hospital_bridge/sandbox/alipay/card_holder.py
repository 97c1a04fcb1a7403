"""The cards that merchants put into their users' wallets."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pass:
    """One pass as its holder sees it."""

    user_id: str
    template_id: str
    parameters: dict[str, str]
    status: str = ""


@dataclass(slots=True)
class CardHolder:
    """Templates by id, passes by the merchant's channel and serial number."""

    templates: dict[str, str] = field(default_factory=dict)
    passes: dict[tuple[str, str], Pass] = field(default_factory=dict)
