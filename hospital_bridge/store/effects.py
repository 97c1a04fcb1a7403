"""Effects: every intent to change the world outside, and how much of it is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ColumnElement, Index, Integer, String, Table, UniqueConstraint, or_

from hospital_bridge.payment.model import Effect, EffectState
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, ID, Described, Instant, as_indexed, metadata, operator_column, where
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

EFFECT = Table(
    "effect",
    metadata,
    operator_column(),
    Column("effect_id", ID, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("key", String(128), nullable=False),
    *choice("state", EffectState),
    Column("config_digest", CODE, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("intended_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("ended_at", Instant),
    Column("unknown_since", Instant),
    Column("next_check", Instant),
    Column("needs_person", Boolean, nullable=False),
    Column("native_code", Described(64), nullable=False),
    Column("reason", Described(200), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "key"),
)
_OPEN = "state IN ('intended', 'sent', 'unknown')"
Index("ix_effect_open", EFFECT.c.operator_id, EFFECT.c.state, **where(_OPEN))


def unknown_for(before: datetime) -> ColumnElement[bool]:
    """Whose outcome nobody has known since before that instant.

    One that is sent anew whenever it is not found is unknown since its first sending, however young its last one is.
    """
    silent = (EFFECT.c.state == EffectState.SENT) & (EFFECT.c.sent_at <= before)
    again = (EFFECT.c.attempts > 1) & (EFFECT.c.intended_at <= before)
    return or_(silent, (EFFECT.c.state == EffectState.UNKNOWN) & ((EFFECT.c.unknown_since <= before) | again))


class Effects:
    """The effects of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(EFFECT)

    def intend(self, kind: str, key: str, config_digest: str = "") -> Effect:
        """Record the intent under its key; the one that stands already is given back, locked."""
        standing = self.find(key, lock=True)
        if standing is not None:
            return standing
        effect = Effect(
            effect_id=self._work.ids.new(),
            kind=kind,
            key=key,
            state=EffectState.INTENDED,
            intended_at=self._work.now,
            config_digest=config_digest,
        )
        self._table.add(**columns_of(effect))
        return effect

    def find(self, key: str, *, lock: bool = False) -> Effect | None:
        """The effect under that key, or None."""
        row = self._table.one(EFFECT.c.key == key, lock=lock)
        return None if row is None else record_of(Effect, row)

    def save(self, effect: Effect) -> None:
        """Write the effect back and count its version up; StaleVersion when somebody was faster."""
        values = columns_of(effect, without=("effect_id", "version"))
        self._table.save(EFFECT.c.effect_id == effect.effect_id, version=effect.version, **values)

    def all(self) -> Sequence[Effect]:
        """Every effect, the oldest first."""
        return self._many()

    def unknown_since(self, before: datetime) -> Sequence[Effect]:
        """Outcomes that nobody has known since before that instant; the headline figure of the work list."""
        return self._many(as_indexed(_OPEN), unknown_for(before))

    def delayed_since(self, before: datetime) -> Sequence[Effect]:
        """Changes tried in vain again and again since before that instant; `reason` says what keeps them."""
        waiting = (EFFECT.c.state == EffectState.INTENDED) & (EFFECT.c.attempts > 0)
        return self._many(as_indexed(_OPEN), waiting, EFFECT.c.intended_at < before)

    def for_person(self) -> Sequence[Effect]:
        """Outcomes that cannot be asked for."""
        return self._many(EFFECT.c.needs_person)

    def _many(self, *conditions: ColumnElement[bool]) -> Sequence[Effect]:
        return [record_of(Effect, row) for row in self._table.all(*conditions, order_by=[EFFECT.c.effect_id])]
