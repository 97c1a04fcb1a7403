"""People, sealed under a key of their own: identity, record numbers, and who may act for them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, ColumnElement, Index, LargeBinary, Table, UniqueConstraint

from adapters.values import Identifier, Sex, VerifiedIdentity
from hospital_bridge.store.bindings import Bindings
from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from hospital_bridge.store.unit_of_work import Work

SUBJECT = Table(
    "subject",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("id_type", CODE, nullable=False),
    Column("id_number_index", CODE, nullable=False),
    Column("id_number", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("birth_date", LargeBinary, nullable=False),
    Column("sex", LargeBinary, nullable=False),
    Column("phone", LargeBinary, nullable=False),
    Column("verified_at", Instant, nullable=False),
    UniqueConstraint("operator_id", "id_type", "id_number_index"),
)

SUBJECT_IDENTIFIER = Table(
    "subject_identifier",
    metadata,
    operator_column(),
    Column("identifier_id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False),
    Column("system", CODE, nullable=False),
    Column("value_index", CODE, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    belongs_to("subject", "subject_id"),
    UniqueConstraint("operator_id", "subject_id", "system", "value_index"),
)

Index(
    "ix_subject_identifier_value",
    SUBJECT_IDENTIFIER.c.operator_id,
    SUBJECT_IDENTIFIER.c.system,
    SUBJECT_IDENTIFIER.c.value_index,
)

_SEALED = ("id_number", "name", "birth_date", "sex", "phone")


class Subjects(Bindings):
    """The people of one operator and who acts for them (`slot.Subjects`)."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._people = work.table(SUBJECT)
        self._numbers = work.table(SUBJECT_IDENTIFIER)

    def keep(self, identity: VerifiedIdentity) -> str:
        """The subject of that id number, made or brought up to date; its id."""
        index = self._work.seal.index("id_number", identity.id_number)
        row = self._people.one(SUBJECT.c.id_type == identity.id_type, SUBJECT.c.id_number_index == index)
        subject_id: str = self._work.ids.new() if row is None else row.subject_id
        sealed = {column: self._seal(subject_id, column, value) for column, value in _texts(identity).items()}
        if row is None:
            self._people.add(
                subject_id=subject_id,
                id_type=identity.id_type,
                id_number_index=index,
                verified_at=self._work.now,
                **sealed,
            )
        else:
            self._people.change(SUBJECT.c.subject_id == subject_id, verified_at=self._work.now, **sealed)
        return subject_id

    def identity(self, subject_id: str) -> VerifiedIdentity:
        """The verified identity; LookupError when this operator has no such subject."""
        row = self._people.one(SUBJECT.c.subject_id == subject_id)
        if row is None:
            raise LookupError(subject_id)
        texts = {column: self._open(row, column) for column in _SEALED}
        return VerifiedIdentity(
            name=texts["name"],
            id_type=row.id_type,
            id_number=texts["id_number"],
            birth_date=date.fromisoformat(texts["birth_date"]),
            sex=Sex(texts["sex"]),
            phone=texts["phone"],
        )

    def identifiers(self, subject_id: str) -> Sequence[Identifier]:
        """The live record numbers, oldest first."""
        rows = self._numbers.all(
            SUBJECT_IDENTIFIER.c.subject_id == subject_id,
            SUBJECT_IDENTIFIER.c.live,
            order_by=(SUBJECT_IDENTIFIER.c.created_at, SUBJECT_IDENTIFIER.c.identifier_id),
        )
        return [Identifier(row.system, self._open_number(row)) for row in rows]

    def add_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Keep a record number; one that was taken out of use comes back as the newest."""
        match = self._matching(subject_id, identifier)
        if self._numbers.one(*match) is not None:
            self._numbers.change(*match, ~SUBJECT_IDENTIFIER.c.live, live=True, created_at=self._work.now)
            return
        identifier_id = self._work.ids.new()
        self._numbers.add(
            identifier_id=identifier_id,
            subject_id=subject_id,
            system=identifier.system,
            value_index=self._index(identifier),
            value=self._work.seal.seal(subject_id, SUBJECT_IDENTIFIER.name, "value", identifier_id, identifier.value),
            live=True,
            created_at=self._work.now,
        )

    def remove_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Take a record number out of use."""
        self._numbers.change(*self._matching(subject_id, identifier), live=False)

    def holders(self, identifier: Identifier) -> Sequence[str]:
        """Subject ids of those who have that number in use, oldest first."""
        in_use = _in_use(identifier.system)
        rows = self._numbers.of(SUBJECT_IDENTIFIER.c.value_index, self._index(identifier), *in_use)
        return [row.subject_id for row in sorted(rows, key=attrgetter("created_at", "identifier_id"))]

    def read_ahead(self, identifiers: Iterable[Identifier]) -> None:
        """Read in one statement for each system what `holders` will be asked for."""
        together: dict[str, list[str]] = {}
        for identifier in identifiers:
            together.setdefault(identifier.system, []).append(self._index(identifier))
        for system, indexes in together.items():
            self._numbers.read_ahead(SUBJECT_IDENTIFIER.c.value_index, indexes, *_in_use(system))

    def users_of(self, subject_id: str) -> Sequence[str]:
        """The wallet users who act for the person, themselves first; LookupError for nobody of ours."""
        if self._people.one(SUBJECT.c.subject_id == subject_id) is None:
            raise LookupError(subject_id)
        return [each.wallet_user_id for each in self.acting_for(subject_id)]

    def find(self, id_type: str, id_number: str) -> str | None:
        """The subject of that document, or None."""
        index = self._work.seal.index("id_number", id_number)
        row = self._people.one(SUBJECT.c.id_type == id_type, SUBJECT.c.id_number_index == index)
        return None if row is None else str(row.subject_id)

    def forget(self, subject_id: str) -> None:
        """Destroy the person's key; their indexes lead nowhere any more, and nobody acts for them."""
        self._people.change(SUBJECT.c.subject_id == subject_id, id_number_index=subject_id)
        numbers = {"live": False, "value_index": SUBJECT_IDENTIFIER.c.identifier_id}
        self._numbers.change(SUBJECT_IDENTIFIER.c.subject_id == subject_id, **numbers)
        self.end_all_for(subject_id)
        self._work.seal.erase(subject_id)

    def _matching(self, subject_id: str, identifier: Identifier) -> tuple[Any, ...]:
        columns = SUBJECT_IDENTIFIER.c
        return (
            columns.subject_id == subject_id,
            columns.system == identifier.system,
            columns.value_index == self._index(identifier),
        )

    def _index(self, identifier: Identifier) -> str:
        return self._work.seal.index(identifier.system, identifier.value)

    def _seal(self, subject_id: str, column: str, value: str) -> bytes:
        return self._work.seal.seal(subject_id, SUBJECT.name, column, subject_id, value)

    def _open(self, row: Row[Any], column: str) -> str:
        return self._work.seal.open(row.subject_id, SUBJECT.name, column, row.subject_id, getattr(row, column))

    def _open_number(self, row: Row[Any]) -> str:
        return self._work.seal.open(row.subject_id, SUBJECT_IDENTIFIER.name, "value", row.identifier_id, row.value)


@lru_cache(maxsize=64)
def _in_use(system: str) -> tuple[ColumnElement[bool], ...]:
    # The same objects each time, by which what was read ahead is known again.
    return SUBJECT_IDENTIFIER.c.system == system, SUBJECT_IDENTIFIER.c.live.is_(True)


def _texts(identity: VerifiedIdentity) -> dict[str, str]:
    return {
        "id_number": identity.id_number,
        "name": identity.name,
        "birth_date": identity.birth_date.isoformat(),
        "sex": identity.sex.value,
        "phone": identity.phone,
    }
