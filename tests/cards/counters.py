"""One vertical's cards over a store, as a test uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from hospital_bridge.cards.case import CardsContext
from hospital_bridge.facade import Unit
from hospital_bridge.slot import (
    CardEvent,
    CardForm,
    CardKind,
    CardRules,
    Cards,
    CardTemplate,
    CardView,
    Redemption,
    Use,
    VerticalWork,
)
from hospital_bridge.store.seal import INDEX
from hospital_bridge.store.unit_of_work import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
COFFEE = CardTemplate("coffee", "mall.coupon", "One coffee", CardRules())


@dataclass
class Mall:
    """A vertical that gives out coupons: what it was told stands in `changes`."""

    store: Store
    operator_id: str = "h1"
    changes: list[tuple[str, CardEvent]] = field(default_factory=list)
    on_change: Callable[[VerticalWork, CardView, CardEvent], None] | None = None
    allows: Callable[[VerticalWork, CardView, Use], str] | None = None

    def __post_init__(self) -> None:
        with self.store.begin(self.operator_id) as work:
            work.seal.data_keys.ensure(INDEX)

    @property
    def context(self) -> CardsContext:
        kind = CardKind("mall.coupon", CardForm.COUPON, "Coupon", "Show it at the till.", self.allows, self._changed)
        return CardsContext("mall", {kind.kind: kind}, SHANGHAI)

    def _changed(self, work: VerticalWork, card: CardView, event: CardEvent) -> None:
        self.changes.append((card.card_id, event))
        if self.on_change is not None:
            self.on_change(work, card, event)

    @contextmanager
    def work(self) -> Iterator[Unit]:
        with self.store.begin(self.operator_id) as work:
            nobody_pays: Any = None
            yield Unit(work, nobody_pays, given_out=self.context)

    @contextmanager
    def cards(self) -> Iterator[Cards]:
        with self.work() as work:
            yield work.cards

    def offer(self, rules: CardRules | None = None, supply: int | None = None, each: int = 1, title: str = "") -> None:
        named = replace(COFFEE, title=title or COFFEE.title)
        with self.cards() as cards:
            cards.put_template(replace(named, rules=rules or CardRules(), supply=supply, each=each))

    def give(self, subject: str = "s1", request_id: str = "") -> CardView:
        with self.cards() as cards:
            return cards.issue(request_id or f"issue-{subject}", COFFEE.template_id, subject)

    def collected(self, subject: str = "s1") -> CardView:
        card = self.give(subject)
        with self.cards() as cards:
            return cards.collect(card.card_id)

    def code(self, card: CardView) -> str:
        with self.cards() as cards:
            return cards.code_of(card.card_id)

    def redeem(self, card: CardView, request_id: str = "r1", place: str = "till-1", order: str = "") -> Redemption:
        with self.cards() as cards:
            return cards.redeem(Use(request_id, cards.code_of(card.card_id), place, f"staff-of-{place}", order))

    def now(self, card: CardView) -> CardView:
        with self.cards() as cards:
            return cards.get(card.card_id)
