"""Whose a visit is: the one person who has bound its record under the visit's name, or nobody where that is unclear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.store import record_holders

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit


def person_of(work: VerticalWork, visit: Visit) -> str:
    """The visit's person, found anew where nobody was known when it came; empty where that is nobody."""
    return whose(work, visit.mrn, visit.name) if visit.subject_id == visit.visit_id else visit.subject_id


def whose(work: VerticalWork, mrn: str, name: str, *, lock: bool = False) -> str:
    """Whoever has bound the record number under the same name; empty where that is nobody, or more than one."""
    found = record_holders.holders(work, mrn, lock=lock) if mrn else ()
    same = [one for one in found if work.subjects.identity(one).name == name]
    return same[0] if len(same) == 1 else ""
