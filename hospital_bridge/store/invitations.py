"""One-use codes by which a person lets somebody act for them, known only by their hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, String, Table, UniqueConstraint

from hospital_bridge.slot import Right
from hospital_bridge.store.metadata import ID, Instant, belongs_to, metadata, operator_column
from hospital_bridge.store.sessions import HASH, digest
from hospital_bridge.store.typed_codes import CODE_LIVES, new_code, typed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

INVITATION = Table(
    "family_invitation",
    metadata,
    operator_column(),
    Column("invitation_id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False),
    Column("code_hash", HASH, nullable=False),
    Column("rights", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("ended_at", Instant),
    belongs_to("subject", "subject_id"),
    UniqueConstraint("operator_id", "code_hash"),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who may be acted for by whoever used the code, and what they may do."""

    subject_id: str
    rights: frozenset[Right]


class Invitations:
    """The invitations of one operator; a person has one open code at a time."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(INVITATION)

    def add(self, subject_id: str, rights: Iterable[Right]) -> str:
        """A new code for those rights, shown this once; an older one of the person opens nothing any more."""
        self.end_all_of(subject_id)
        code = new_code(self._work.ids)
        self._table.add(
            invitation_id=self._work.ids.new(),
            subject_id=subject_id,
            code_hash=digest(code),
            rights=" ".join(sorted(rights)),
            created_at=self._work.now,
            expires_at=self._work.now + CODE_LIVES,
        )
        return code

    def use(self, code: str) -> Invitation | None:
        """Use a code up; None when it is unknown, used, replaced or too old."""
        mine = INVITATION.c.code_hash == digest(typed(code))
        waiting = (INVITATION.c.used_at.is_(None), INVITATION.c.ended_at.is_(None))
        if self._table.change(mine, *waiting, INVITATION.c.expires_at > self._work.now, used_at=self._work.now) != 1:
            return None
        row = self._table.one(mine)
        return (
            None if row is None else Invitation(row.subject_id, frozenset(Right(word) for word in row.rights.split()))
        )

    def end_all_of(self, subject_id: str) -> None:
        """No code of the person opens anything any more."""
        waiting = (INVITATION.c.used_at.is_(None), INVITATION.c.ended_at.is_(None))
        self._table.change(INVITATION.c.subject_id == subject_id, *waiting, ended_at=self._work.now)
