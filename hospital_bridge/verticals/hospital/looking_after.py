"""What `doctor` asks the hospital: whose merged record is not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Finding
from hospital_bridge.verticals.hospital.store import record_holders, record_merges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hospital_bridge.slot import Scope

MERGES, BOUND_TWICE, ASK = (
    "Merged record numbers",
    "{count} merged records are bound by two people",
    "Nothing that comes for them is shown. Ask the record office: the merge is undone, or one gives it up.",
)
SENTENCES = (MERGES, BOUND_TWICE, ASK)
MOST = 5_000


def doctor(scope: Scope) -> Iterable[Finding]:
    """How many records of several numbers two people have bound, each by another number."""
    with scope.read() as work:
        records = record_merges.of_several_numbers(work, MOST)
        unclear = sum(len(record_holders.of_record(work, record)) > 1 for record in records)
    yield Finding(MERGES, BOUND_TWICE, ASK if unclear else "", {"count": unclear})
