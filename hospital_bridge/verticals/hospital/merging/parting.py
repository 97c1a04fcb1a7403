"""Numbers that are one record no more: what its holder had only by the merge goes back to its own number.

What came under the survivor's own number stays theirs, and so does what a person at a desk said is theirs. A bill for
which money moved stays with whoever paid it: what becomes of that, a person must find out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.results import arrival
from hospital_bridge.verticals.hospital.store import bills, record_holders, record_merges, reports, visits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hospital_bridge.slot import VerticalWork


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a number, before the hospital's word."""

    number: str
    holders: frozenset[str]


def held(work: VerticalWork, numbers: Iterable[str]) -> Sequence[Held]:
    """Who has each of the numbers, and each number of the same records."""
    records = [record_merges.of_number(work, number) for number in numbers]
    return [
        Held(number, frozenset(record_holders.of_record(work, record)))
        for number, record in {number: record for record in records for number in record.numbers}.items()
    ]


def give_back(work: VerticalWork, before: Iterable[Held]) -> None:
    """What was told under a number goes from those who have it no more."""
    for each in before:
        record = record_merges.of_number(work, each.number)
        if lost := each.holders - frozenset(record_holders.of_record(work, record)):
            _give_back(work, record_merges.index_of(work, each.number), lost)


def _give_back(work: VerticalWork, index: str, lost: frozenset[str]) -> None:
    for bill in bills.told_under(work, index, lost):
        if bill.orders:
            work.audit.record("bridge", "bill.stays", bill.bill_id, reason="parted")
            continue
        bills.rewrite(work, replace(bill, subject_id=""))
        work.audit.record("bridge", "bill.parted", bill.bill_id)
    for visit in visits.told_under(work, index, lost):
        visits.rewrite(work, replace(visit, subject_id=visit.visit_id))
        work.audit.record("bridge", "visit.parted", visit.visit_id)
    for report in reports.told_under(work, index, lost):
        arrival.part(work, report)
