"""Who has bound a record, under whichever of its numbers; a person keeps what they bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.values import Identifier
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import record_merges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.values import PatientRecord
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.store.record_merges import OneRecord


def bound(work: VerticalWork, subject_id: str) -> Sequence[str]:
    """The record numbers that the person has bound, oldest first, whatever became of them."""
    return [each.value for each in work.subjects.identifiers(subject_id) if each.system == MRN]


def holders(work: VerticalWork, number: str, *, lock: bool = False) -> Sequence[str]:
    """Subject ids of those who have bound the number, or one of the same record; `lock` as in `of_number`."""
    return of_record(work, record_merges.of_number(work, number, lock=lock))


def read_ahead(work: VerticalWork, patients: Iterable[PatientRecord]) -> None:
    """Read in few statements what `holders` will be asked for of these patients, and lock it all."""
    numbers = {each.value for patient in patients for each in patient.identifiers if each.system == MRN}
    record_merges.read_ahead(work, numbers)
    work.subjects.read_ahead(Identifier(MRN, number) for number in numbers)


def of_record(work: VerticalWork, record: OneRecord) -> Sequence[str]:
    """Subject ids of those who have bound one of its numbers."""
    everybody = (who for each in record.numbers for who in work.subjects.holders(Identifier(MRN, each)))
    return list(dict.fromkeys(everybody))


def own_numbers(work: VerticalWork, subject_id: str) -> Sequence[str]:
    """All numbers, in use or gone, under which something is that person's.

    Of a record that somebody else has bound under another number, the person has only what they bound themselves.
    """
    found: dict[str, None] = {}
    for number in bound(work, subject_id):
        record = record_merges.of_number(work, number)
        alone = len(record.numbers) == 1 or len(of_record(work, record)) == 1
        found |= dict.fromkeys(record.numbers if alone else [number])
    return list(found)


def own_indexes(work: VerticalWork, subject_id: str) -> Sequence[str]:
    """Their blind indexes."""
    return [record_merges.index_of(work, number) for number in own_numbers(work, subject_id)]
