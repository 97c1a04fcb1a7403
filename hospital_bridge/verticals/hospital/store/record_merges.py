"""What the hospital said of record numbers that are one record, and the record that each of them is now.

Rows of patients keep the number under which the hospital told them; whose they are follows from here. So a merge
moves nothing that an unmerge could not give back. Numbers are sealed under the operator's key: most are nobody's here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.hospital.merging.standing import Said, Standing, Word, heard
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

RECORD_WORD = Table(
    "hospital_record_word",
    metadata,
    operator_column(),
    Column("word_id", ID, primary_key=True),
    Column("number_index", CODE, nullable=False),
    Column("survivor_index", CODE, nullable=False),
    Column("said", String(5), nullable=False),
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("operator_id", "number_index", "survivor_index", "said", "told_at"),
)
Index(None, RECORD_WORD.c.operator_id, RECORD_WORD.c.survivor_index)

RECORD_NUMBER = Table(
    "hospital_record_number",
    metadata,
    operator_column(),
    Column("number_index", CODE, primary_key=True),
    Column("number", LargeBinary, nullable=False, info=holds("merged record number")),
    Column("current_index", CODE, nullable=False),
    Column("record_index", CODE, nullable=False),
)
Index(None, RECORD_NUMBER.c.operator_id, RECORD_NUMBER.c.record_index)

_TAKE = "SELECT pg_advisory_xact_lock(number) FROM unnest(%s::BIGINT[]) AS number"
_TURN = "turn"
"""The row that merges of one operator take in turn: two at once would each miss what the other was told."""


@dataclass(frozen=True, slots=True)
class OneRecord:
    """The numbers of one record: `current` is in use for the one that was asked for, `indexes` are all of them."""

    current: str = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    indexes: tuple[str, ...]


def index_of(work: VerticalWork, number: str) -> str:
    """The blind index of a record number."""
    return str(work.seal.index(MRN, number))


def of_number(work: VerticalWork, number: str, *, lock: bool = False) -> OneRecord:
    """The record of that number; of itself alone where the hospital never merged it.

    `lock` keeps it as it is until the transaction ends, for whoever writes down whose something is.
    """
    index = index_of(work, number)
    numbers = work.table(RECORD_NUMBER)
    if lock and not numbers.knows(RECORD_NUMBER.c.number_index, index):
        take_numbers(work, [index])
    row = next(iter(numbers.of(RECORD_NUMBER.c.number_index, index)), None)
    return OneRecord(number, (number,), (index,)) if row is None else _record(work, row)


def read_ahead(work: VerticalWork, numbers: Collection[str]) -> None:
    """Read in one statement what `of_number` will be asked for, and lock it all."""
    indexes = [index_of(work, number) for number in numbers]
    take_numbers(work, indexes)
    work.table(RECORD_NUMBER).read_ahead(RECORD_NUMBER.c.number_index, indexes)


def take_numbers(work: VerticalWork, indexes: Collection[str]) -> None:
    """From here to the end of the transaction nobody else binds or merges these numbers, or writes down whose they are.

    So what comes for a number sees whoever binds it in the same moment, or is seen by them.
    """
    # A lock on the number itself, for most numbers have no row. SQLite has one writer anyway.
    if work.connection.dialect.name == "postgresql":
        work.connection.exec_driver_sql(_TAKE, (sorted(int(index[:15], 16) for index in indexes),))


def indexes_with(work: VerticalWork, index: str) -> Sequence[str]:
    """The blind indexes of all numbers of the record of that one."""
    row = work.table(RECORD_NUMBER).one(RECORD_NUMBER.c.number_index == index)
    return (index,) if row is None else _record(work, row).indexes


def of_several_numbers(work: VerticalWork, limit: int) -> Sequence[OneRecord]:
    """The records to which some number belongs that is not the one by which they go, at most so many."""
    other = RECORD_NUMBER.c.record_index != RECORD_NUMBER.c.number_index
    rows = work.table(RECORD_NUMBER).all(other, order_by=[RECORD_NUMBER.c.record_index], limit=limit)
    return [_record(work, row) for row in {row.record_index: row for row in rows}.values()]


def take_turn(work: VerticalWork) -> None:
    """From here to the end of the transaction no other merge of the operator is heard."""
    numbers, mine = work.table(RECORD_NUMBER), RECORD_NUMBER.c.number_index == _TURN
    if numbers.one(mine, lock=True) is not None:
        return
    try:
        with work.connection.begin_nested():
            numbers.add(number_index=_TURN, number=b"", current_index=_TURN, record_index=_TURN)
    except IntegrityError:
        numbers.one(mine, lock=True)


def keep(work: VerticalWork, word: Word) -> str:
    """Keep what the hospital said; its id, empty where it had said so before."""
    words = work.table(RECORD_WORD)
    same = (
        RECORD_WORD.c.number_index == word.number,
        RECORD_WORD.c.survivor_index == word.survivor,
        RECORD_WORD.c.said == word.said.value,
        RECORD_WORD.c.told_at == word.told_at,
    )
    if words.one(*same) is not None:
        return ""
    word_id: str = work.ids.new()
    words.add(
        word_id=word_id,
        number_index=word.number,
        survivor_index=word.survivor,
        said=word.said.value,
        told_at=word.told_at,
    )
    return word_id


def settle(work: VerticalWork, numbers: Mapping[str, str]) -> None:
    """Hear again everything that was said of these numbers, by their blind index, and of whatever hangs on them."""
    words = _words_about(work, numbers)
    standing = heard(words)
    indexes = {each for word in words for each in (word.number, word.survivor)}
    take_numbers(work, indexes)
    for index in indexes:
        _write(work, index, numbers.get(index), standing)


def forget(work: VerticalWork, numbers: Collection[str]) -> None:
    """Drop what was said of these numbers."""
    for index in {index for number in numbers for index in of_number(work, number).indexes}:
        either = (RECORD_WORD.c.number_index == index) | (RECORD_WORD.c.survivor_index == index)
        work.table(RECORD_WORD).remove(either)
        work.table(RECORD_NUMBER).remove(RECORD_NUMBER.c.number_index == index)


def _words_about(work: VerticalWork, indexes: Collection[str]) -> Sequence[Word]:
    found: dict[str, Word] = {}
    known: set[str] = set()
    fresh = set(indexes)
    while fresh:
        known |= fresh
        about = RECORD_WORD.c.number_index.in_(fresh) | RECORD_WORD.c.survivor_index.in_(fresh)
        found |= {row.word_id: _word(row) for row in work.table(RECORD_WORD).all(about)}
        fresh = {each for word in found.values() for each in (word.number, word.survivor)} - known
    return list(found.values())


def _word(row: Row[Any]) -> Word:
    return Word(row.told_at, Said(row.said), row.number_index, row.survivor_index)


def _write(work: VerticalWork, index: str, number: str | None, standing: Standing) -> None:
    values = {"current_index": standing.current(index), "record_index": min(standing.record(index))}
    rows = work.table(RECORD_NUMBER)
    if not rows.change(RECORD_NUMBER.c.number_index == index, **values) and number is not None:
        sealed = work.seal.seal_own(RECORD_NUMBER.name, "number", index, number.encode())
        rows.add(number_index=index, number=sealed, **values)


def _record(work: VerticalWork, row: Row[Any]) -> OneRecord:
    rows = work.table(RECORD_NUMBER).all(
        RECORD_NUMBER.c.record_index == row.record_index, order_by=[RECORD_NUMBER.c.number_index]
    )
    numbers = {each.number_index: _open(work, each) for each in rows}
    return OneRecord(numbers[row.current_index], tuple(numbers.values()), tuple(numbers))


def _open(work: VerticalWork, row: Row[Any]) -> str:
    return str(work.seal.open_own(RECORD_NUMBER.name, "number", row.number_index, row.number).decode())
