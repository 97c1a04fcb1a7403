"""Cards, the templates that count them, and who redeemed them: every move is one conditional UPDATE."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    or_,
    select,
)

from hospital_bridge.cards.code import BITS, written
from hospital_bridge.cards.model import CardEvent, CardState, Redemption, after, before
from hospital_bridge.cards.rules import CardRules, as_data, from_data
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column, where
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

REQUEST = String(160)

CARD_TEMPLATE = Table(
    "card_template",
    metadata,
    operator_column(),
    Column("template_id", CODE, primary_key=True),
    Column("vertical", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("title", String(64), nullable=False),
    Column("rules", Text, nullable=False),
    Column("supply", Integer),
    Column("each", Integer, nullable=False),
    Column("issued", Integer, nullable=False),
    CheckConstraint("issued >= 0 AND (supply IS NULL OR issued <= supply)", name="supply"),
)
CARD = Table(
    "card",
    metadata,
    operator_column(),
    Column("card_id", ID, primary_key=True),
    Column("vertical", CODE, nullable=False),
    Column("template_id", CODE, nullable=False),
    Column("subject_id", CODE, nullable=False),
    Column("request_id", REQUEST, nullable=False),
    Column("code_index", CODE, nullable=False),
    *choice("state", CardState),
    Column("issued_at", Instant, nullable=False),
    Column("collected_at", Instant),
    Column("expires_at", Instant),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "vertical", "request_id"),
    UniqueConstraint("operator_id", "code_index"),
    belongs_to("card_template", "template_id"),
)
_LIVE = "state IN ('issued', 'collected', 'reversed')"
Index("ix_card_subject", CARD.c.operator_id, CARD.c.subject_id)
Index("ix_card_template", CARD.c.operator_id, CARD.c.template_id, CARD.c.subject_id)
Index("ix_card_due", CARD.c.operator_id, CARD.c.vertical, CARD.c.expires_at, **where(_LIVE))

CARD_REDEMPTION = Table(
    "card_redemption",
    metadata,
    operator_column(),
    Column("redemption_id", ID, primary_key=True),
    Column("vertical", CODE, nullable=False),
    Column("card_id", ID, nullable=False),
    Column("request_id", REQUEST, nullable=False),
    Column("place", CODE, nullable=False),
    Column("actor", CODE, nullable=False),
    Column("order_ref", CODE, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reversed_at", Instant),
    UniqueConstraint("operator_id", "vertical", "request_id"),
    belongs_to("card", "card_id"),
)
# The UPDATE of the card lets one win; should anybody ever write another way, the database still refuses the second.
Index(
    "uq_card_redemption_standing",
    CARD_REDEMPTION.c.operator_id,
    CARD_REDEMPTION.c.card_id,
    unique=True,
    **where("reversed_at IS NULL"),
)
Index("ix_card_redemption_order", CARD_REDEMPTION.c.operator_id, CARD_REDEMPTION.c.order_ref)


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template and how many cards of it were issued."""

    template_id: str
    vertical: str
    kind: str
    title: str
    rules: CardRules
    supply: int | None
    each: int
    issued: int = 0


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as its row tells of it; `expires_at` is the first instant at which it is over."""

    card_id: str
    vertical: str
    template_id: str
    subject_id: str
    request_id: str
    state: CardState
    issued_at: datetime
    collected_at: datetime | None
    expires_at: datetime | None
    version: int = 1


class Cards:
    """The cards of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._templates = work.table(CARD_TEMPLATE)
        self._cards = work.table(CARD)
        self._redemptions = work.table(CARD_REDEMPTION)

    def template(self, template_id: str, *, lock: bool = False) -> TemplateRow | None:
        """The template, or None."""
        row = self._templates.one(CARD_TEMPLATE.c.template_id == template_id, lock=lock)
        return None if row is None else record_of(TemplateRow, row, rules=from_data(json.loads(row.rules)))

    def add_template(self, template: TemplateRow) -> None:
        """Keep a new template."""
        self._templates.add(**_template_values(template))

    def change_template(self, template: TemplateRow) -> None:
        """Write a template anew; how many of it were issued stays what it is."""
        values = _template_values(template)
        del values["issued"]
        self._templates.change(CARD_TEMPLATE.c.template_id == template.template_id, **values)

    def take(self, template_id: str) -> bool:
        """Count one card more, unless none is left: the one statement that can never oversell."""
        some_left = or_(CARD_TEMPLATE.c.supply.is_(None), CARD_TEMPLATE.c.issued < CARD_TEMPLATE.c.supply)
        mine = CARD_TEMPLATE.c.template_id == template_id
        return self._templates.change(mine, some_left, issued=CARD_TEMPLATE.c.issued + 1) == 1

    def give_back(self, template_id: str) -> None:
        """Take back what `take` counted in this same transaction."""
        self._templates.change(CARD_TEMPLATE.c.template_id == template_id, issued=CARD_TEMPLATE.c.issued - 1)

    def held(self, template_id: str, subject_id: str) -> int:
        """How many cards of a template a person was given; one that was taken back does not count."""
        counted = select(func.count()).where(
            CARD.c.operator_id == self._work.operator_id,
            CARD.c.template_id == template_id,
            CARD.c.subject_id == subject_id,
            CARD.c.state != CardState.VOID,
        )
        return self._work.connection.execute(counted).scalar_one()

    def add(self, card: CardRow) -> None:
        """Keep a new card."""
        self._cards.add(**columns_of(card), code_index=self._index(self.code_of(card.card_id)))

    def get(self, vertical: str, card_id: str) -> CardRow | None:
        """The card, or None where the vertical has no such one."""
        return self._card(CARD.c.vertical == vertical, CARD.c.card_id == card_id)

    def by_code(self, vertical: str, code: str) -> CardRow | None:
        """The card that shows this code, or None."""
        return self._card(CARD.c.vertical == vertical, CARD.c.code_index == self._index(code))

    def by_request(self, vertical: str, request_id: str) -> CardRow | None:
        """The card that was issued for this request, or None."""
        return self._card(CARD.c.vertical == vertical, CARD.c.request_id == request_id)

    def of_subject(self, vertical: str, subject_id: str) -> Sequence[CardRow]:
        """The cards of a person, the newest first."""
        mine = (CARD.c.subject_id == subject_id, CARD.c.vertical == vertical)
        rows = self._cards.all(*mine, order_by=(CARD.c.issued_at.desc(), CARD.c.card_id.desc()))
        return [record_of(CardRow, row) for row in rows]

    def of_person(self, subject_id: str) -> Sequence[CardRow]:
        """The cards of a person at every vertical."""
        return [record_of(CardRow, row) for row in self._cards.all(CARD.c.subject_id == subject_id)]

    def overdue(self, vertical: str, limit: int) -> Sequence[CardRow]:
        """Cards whose time is over and that nobody has ended yet, the oldest first."""
        due = (CARD.c.vertical == vertical, CARD.c.expires_at <= self._work.now, _can(CardEvent.EXPIRE))
        return [record_of(CardRow, row) for row in self._cards.all(*due, order_by=(CARD.c.expires_at,), limit=limit)]

    def move(self, card_id: str, event: CardEvent, *, in_time: bool = False, **values: object) -> bool:
        """One conditional UPDATE by the table of states; False where it did not fit or, `in_time`, the card is over."""
        lasts = or_(CARD.c.expires_at.is_(None), CARD.c.expires_at > self._work.now)
        guards = (_can(event), lasts) if in_time else (_can(event),)
        moved = {"state": after(event), "version": CARD.c.version + 1, **values}
        return self._cards.change(CARD.c.card_id == card_id, *guards, **moved) == 1

    def code_of(self, card_id: str) -> str:
        """The card's code: made from its id by the operator's own key, so that no table holds it."""
        digest = int(self._work.seal.index("card.code", card_id), 16)
        return written(digest >> (256 - BITS))

    def add_redemption(self, vertical: str, redemption: Redemption) -> None:
        """Who redeemed the card; a second one beside a standing one is refused by the database."""
        self._redemptions.add(vertical=vertical, **columns_of(redemption))

    def redemption(self, vertical: str, redemption_id: str) -> Redemption | None:
        """The redemption, or None where the vertical has no such one."""
        return self._redemption(CARD_REDEMPTION.c.vertical == vertical, _is(redemption_id))

    def redemption_of_request(self, vertical: str, request_id: str) -> Redemption | None:
        """What an earlier sending of the request made, or None."""
        asked = (CARD_REDEMPTION.c.vertical == vertical, CARD_REDEMPTION.c.request_id == request_id)
        return self._redemption(*asked)

    def standing(self, card_id: str) -> Redemption | None:
        """The redemption that holds the card now, or None."""
        return self._redemption(CARD_REDEMPTION.c.card_id == card_id, CARD_REDEMPTION.c.reversed_at.is_(None))

    def redeemed_for(self, vertical: str, order_ref: str) -> Sequence[Redemption]:
        """What was redeemed for an order and stands."""
        of_order = (CARD_REDEMPTION.c.order_ref == order_ref, CARD_REDEMPTION.c.vertical == vertical)
        rows = self._redemptions.all(*of_order, CARD_REDEMPTION.c.reversed_at.is_(None))
        return [record_of(Redemption, row) for row in rows]

    def mark_reversed(self, redemption_id: str) -> bool:
        """The redemption stands no more; False where that was done before."""
        standing = CARD_REDEMPTION.c.reversed_at.is_(None)
        return self._redemptions.change(_is(redemption_id), standing, reversed_at=self._work.now) == 1

    def _card(self, *condition: ColumnElement[bool]) -> CardRow | None:
        row = self._cards.one(*condition)
        return None if row is None else record_of(CardRow, row)

    def _redemption(self, *condition: ColumnElement[bool]) -> Redemption | None:
        row = self._redemptions.one(*condition)
        return None if row is None else record_of(Redemption, row)

    def _index(self, code: str) -> str:
        return self._work.seal.index("card.shown", code)


def _can(event: CardEvent) -> ColumnElement[bool]:
    return CARD.c.state.in_(sorted(before(event)))


def _is(redemption_id: str) -> ColumnElement[bool]:
    return CARD_REDEMPTION.c.redemption_id == redemption_id


def _template_values(template: TemplateRow) -> dict[str, object]:
    return columns_of(template) | {"rules": json.dumps(as_data(template.rules), ensure_ascii=False)}
