"""What a vertical is given of its cards (`slot.Cards`), bound to one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hospital_bridge.cards import issue, redeem
from hospital_bridge.cards.case import CardCase
from hospital_bridge.slot import CardTemplate, CardView, Redemption, Use


@dataclass(frozen=True, slots=True)
class CardsFacade:
    """The cards of one vertical; every change happens in the unit of work that it was made with."""

    case: CardCase

    def put_template(self, template: CardTemplate) -> None:
        issue.put_template(self.case, template)

    def left(self, template_id: str) -> int | None:
        template = self.case.template(template_id)
        return None if template.supply is None else template.supply - template.issued

    def issue(self, request_id: str, template_id: str, subject_id: str) -> CardView:
        return issue.issue(self.case, request_id, template_id, subject_id)

    def collect(self, card_id: str) -> CardView:
        return issue.collect(self.case, card_id)

    def look(self, code: str) -> CardView:
        return self.case.view(redeem.shown_by(self.case, code))

    def redeem(self, use: Use) -> Redemption:
        return redeem.redeem(self.case, use)

    def reverse(self, redemption_id: str, actor: str, reason: str) -> CardView:
        return redeem.reverse(self.case, redemption_id, actor, reason)

    def reverse_for(self, order_ref: str, actor: str, reason: str) -> Sequence[CardView]:
        return [redeem.reverse(self.case, one.redemption_id, actor, reason) for one in self.redeemed_for(order_ref)]

    def void(self, card_id: str, actor: str, reason: str) -> CardView:
        return redeem.void(self.case, card_id, actor, reason)

    def get(self, card_id: str) -> CardView:
        return self.case.view(self.case.card(card_id))

    def code_of(self, card_id: str) -> str:
        return self.case.work.cards.code_of(self.case.card(card_id).card_id)

    def of_subject(self, subject_id: str) -> Sequence[CardView]:
        cards = self.case.work.cards.of_subject(self.case.context.vertical, subject_id)
        return [self.case.view(card) for card in cards]

    def standing(self, card_id: str) -> Redemption | None:
        return self.case.work.cards.standing(self.case.card(card_id).card_id)

    def redeemed_for(self, order_ref: str) -> Sequence[Redemption]:
        return self.case.work.cards.redeemed_for(self.case.context.vertical, order_ref)

    def expire(self, limit: int = 100) -> int:
        return redeem.expire(self.case, limit)
