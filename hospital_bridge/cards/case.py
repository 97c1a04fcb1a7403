"""What every act on a card is given: one vertical's kinds, and the unit of work that it acts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from adapters.ports import WalletCards
from hospital_bridge.cards.model import CardEvent, CardRefusal, CardRefused
from hospital_bridge.slot import CardKind, CardView, VerticalWork
from hospital_bridge.store.cards import CardRow, TemplateRow
from hospital_bridge.store.unit_of_work import Work

SHOW_CARD = "card.show"


@dataclass(frozen=True, slots=True)
class CardsContext:
    """One operator's cards of one vertical, outside any transaction."""

    vertical: str
    kinds: Mapping[str, CardKind]
    zone: ZoneInfo
    wallets: Mapping[str, WalletCards] = field(default_factory=dict)
    """Those of the operator that hold cards, by account, where the vertical works with them."""


@dataclass(frozen=True, slots=True)
class CardCase:
    """The same within one transaction; `unit` is what the vertical's callbacks are given."""

    context: CardsContext
    unit: VerticalWork
    work: Work

    def template(self, template_id: str) -> TemplateRow:
        """The template; CardRefused where the vertical has no such one."""
        found = self.work.cards.template(template_id)
        if found is None or found.vertical != self.context.vertical:
            raise CardRefused(CardRefusal.UNKNOWN_TEMPLATE)
        return found

    def card(self, card_id: str) -> CardRow:
        """The card; CardRefused where the vertical has no such one."""
        found = self.work.cards.get(self.context.vertical, card_id)
        if found is None:
            raise CardRefused(CardRefusal.UNKNOWN_CARD)
        return found

    def view(self, card: CardRow) -> CardView:
        """The card with what its template says of it."""
        template = self.template(card.template_id)
        return CardView(
            card_id=card.card_id,
            kind=template.kind,
            template_id=template.template_id,
            title=template.title,
            subject_id=card.subject_id,
            state=card.state,
            rules=template.rules,
            issued_at=card.issued_at,
            collected_at=card.collected_at,
            expires_at=card.expires_at,
        )

    def follow(self, card_id: str, event: CardEvent) -> CardView:
        """The card after an event that was written, once the vertical has followed it."""
        view = self.view(self.card(card_id))
        kind = self.context.kinds[view.kind]
        if kind.changed is not None:
            kind.changed(self.unit, view, event)
        if kind.in_wallet is not None and self.context.wallets:
            show_after_commit(self.work, self.context.vertical, card_id)
        return view


def show_after_commit(work: Work, vertical: str, card_id: str) -> None:
    """Let the holder's wallet follow (cards.wallet), one change of a card after the other."""
    work.jobs.add(SHOW_CARD, f"{vertical}:{card_id}", stream=f"card.{card_id}")
