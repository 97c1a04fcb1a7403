"""Who may act for whom: a wallet user for themselves, for their child, or for somebody who granted it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Row, String, Table

from hospital_bridge.identity.age import OWN_WORD, has_reached
from hospital_bridge.slot import ALL_RIGHTS, Binding, Relation, Right
from hospital_bridge.store.metadata import ID, Instant, as_indexed, belongs_to, metadata, operator_column, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hospital_bridge.store.unit_of_work import Work

BINDING = Table(
    "binding",
    metadata,
    operator_column(),
    Column("binding_id", ID, primary_key=True),
    Column("wallet_user_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("relation", String(20), nullable=False),
    Column("rights", String(64), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    belongs_to("subject", "subject_id"),
    belongs_to("wallet_user", "wallet_user_id"),
)
Index(
    "uq_binding_live",
    BINDING.c.operator_id,
    BINDING.c.wallet_user_id,
    BINDING.c.subject_id,
    unique=True,
    **where("live"),
)

_OLDEST = (BINDING.c.created_at, BINDING.c.binding_id)


class Bindings:
    """The bindings of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(BINDING)

    def bind(
        self, wallet_user_id: str, subject_id: str, relation: Relation, rights: Iterable[Right] = ALL_RIGHTS
    ) -> None:
        """Let the wallet user act for the person; nobody loses what they may do for themselves."""
        standing = self._standing(wallet_user_id, subject_id)
        if standing is not None and (standing.relation is Relation.SELF or relation is not Relation.GRANTED):
            return
        self.unbind(wallet_user_id, subject_id)
        self._table.add(
            binding_id=self._work.ids.new(),
            wallet_user_id=wallet_user_id,
            subject_id=subject_id,
            relation=relation.value,
            rights=" ".join(sorted(rights)),
            live=True,
            created_at=self._work.now,
        )

    def bind_self(self, wallet_user_id: str, subject_id: str) -> bool:
        """The wallet user is this person now; whether they were another until now.

        Whoever becomes another person acts for nobody for whom the other one acted.
        """
        mine = self.people_of(wallet_user_id)
        was_other = any(each.relation is Relation.SELF and each.subject_id != subject_id for each in mine)
        if was_other:
            self.end_all_of(wallet_user_id)
        elif any(each.relation is not Relation.SELF and each.subject_id == subject_id for each in mine):
            self.unbind(wallet_user_id, subject_id)
        self.bind(wallet_user_id, subject_id, Relation.SELF)
        return was_other

    def unbind(self, wallet_user_id: str, subject_id: str) -> bool:
        """End what the wallet user may do for the person; False when that was nothing."""
        return self._end(BINDING.c.wallet_user_id == wallet_user_id, BINDING.c.subject_id == subject_id)

    def end_all_of(self, wallet_user_id: str) -> bool:
        """The wallet user acts for nobody any more."""
        return self._end(BINDING.c.wallet_user_id == wallet_user_id)

    def end_all_for(self, subject_id: str) -> bool:
        """Nobody acts for the person any more."""
        return self._end(BINDING.c.subject_id == subject_id)

    def people_of(self, wallet_user_id: str) -> Sequence[Binding]:
        """Those for whom the wallet user acts, themselves first, then oldest first, with the rights of this moment."""
        return self._read(BINDING.c.wallet_user_id == wallet_user_id)

    def acting_for(self, subject_id: str) -> Sequence[Binding]:
        """Those who act for the person, the person themselves first, then oldest first."""
        return self._read(BINDING.c.subject_id == subject_id)

    def may(self, wallet_user_id: str, subject_id: str, right: Right) -> bool:
        """Whether the wallet user has that right for the person at this moment."""
        standing = self._standing(wallet_user_id, subject_id)
        return standing is not None and right in standing.rights

    def recipients(self, subject_id: str, right: Right) -> Sequence[str]:
        """The wallet users who have that right for the person, the person themselves first, then oldest first."""
        return [each.wallet_user_id for each in self.acting_for(subject_id) if right in each.rights]

    def bound_to(self, wallet_user_id: str) -> Sequence[str]:
        """Subject ids of those for whom the wallet user may do something, themselves first, then oldest first."""
        return [each.subject_id for each in self.people_of(wallet_user_id) if each.rights]

    def _standing(self, wallet_user_id: str, subject_id: str) -> Binding | None:
        return next((each for each in self.people_of(wallet_user_id) if each.subject_id == subject_id), None)

    def _end(self, *whose: Any) -> bool:
        return self._table.change(*whose, BINDING.c.live, live=False) > 0

    def _read(self, whose: Any) -> Sequence[Binding]:
        found = [self._of_now(_read(row)) for row in self._table.all(whose, as_indexed("live"), order_by=_OLDEST)]
        return sorted(found, key=lambda each: each.relation is not Relation.SELF)

    def _of_now(self, binding: Binding) -> Binding:
        """A guardian's rights end with the child's fourteenth birthday on the operator's calendar."""
        if binding.relation is not Relation.WARD:
            return binding
        born = self._work.subjects.identity(binding.subject_id).birth_date
        is_grown = has_reached(born, OWN_WORD, self._work.operators.today())
        return replace(binding, rights=frozenset()) if is_grown else binding


def _read(row: Row[Any]) -> Binding:
    rights = frozenset(Right(word) for word in row.rights.split())
    return Binding(row.wallet_user_id, row.subject_id, Relation(row.relation), rights, row.created_at)
