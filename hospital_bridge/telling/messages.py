"""What a vertical is given to tell people (`slot.Messages`), bound to one unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hospital_bridge.slot import Notice
from hospital_bridge.store.messages import NewMessage
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.wallet import WalletPost
from hospital_bridge.telling.webhooks import Publisher
from notifications.catalogue import Catalogue
from notifications.message import Value


@dataclass(frozen=True, slots=True)
class Ways:
    """How one operator reaches systems and people beyond its own pages."""

    publisher: Publisher = field(default_factory=Publisher)
    post: WalletPost = field(default_factory=WalletPost)


@dataclass(frozen=True, slots=True)
class Teller:
    """One vertical's voice at one operator: what it declared to say to people, and who is reached how."""

    vertical: str = ""
    catalogue: Catalogue = field(default_factory=lambda: Catalogue([]))
    ways: Ways = field(default_factory=Ways)

    @classmethod
    def of(
        cls,
        vertical: str,
        notices: Iterable[Notice],
        ways: Ways | None = None,
    ) -> Teller:
        """The voice of the vertical that declares those notices."""
        return cls(vertical, Catalogue(notice.entry for notice in notices), ways or Ways())


@dataclass(frozen=True, slots=True)
class MessagesFacade:
    """Tells wallet users, in the unit of work that it was made with."""

    teller: Teller
    work: Work

    def tell(
        self,
        event: str,
        audience: str,
        wallet_user_id: str,
        parameters: Mapping[str, Value],
        *,
        dedupe_key: str,
        urgent: bool = False,
        about: str = "",
    ) -> bool:
        said = self.teller.catalogue.message(event, audience, wallet_user_id, parameters)
        message = NewMessage(
            vertical=self.teller.vertical,
            event=event,
            audience=audience,
            wallet_user_id=wallet_user_id,
            dedupe_key=dedupe_key,
            about=about,
            urgent=urgent,
            parameters=said.parameters,
        )
        message_id = self.work.messages.keep(message)
        if message_id is None:
            return False
        self.teller.ways.post.begin(self.work, message, message_id, said.template.key)
        return True
