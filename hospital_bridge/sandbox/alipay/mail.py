"""What the wallet's users were told by merchants, and who wants to be told nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as a user finds it in the wallet; `keywords` fill the template."""

    app_id: str
    user_id: str
    template_id: str
    page: str
    keywords: dict[str, str]


@dataclass(slots=True)
class Mail:
    """Every message that was taken, in order, and the user ids of those who unfollowed."""

    sent: list[Sent] = field(default_factory=list)
    unfollowed: set[str] = field(default_factory=set)
