"""Record numbers that became one, or two again, out of records."""

from __future__ import annotations

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.news import Left, RecordsMerged, RecordsUnmerged
from adapters.records import Record
from adapters.records.conventions import LINKED, MERGED, NOTHING, PARTED, Conventions
from adapters.records.directory import patient
from adapters.records.fields import Fields
from adapters.values import Identifier


def merge(record: Record, conventions: Conventions) -> Told:
    """The number that is gone beside the patient whose it is now; without a state it is a merge."""
    fields = Fields(record, conventions)
    state = fields.meaning("merge_state", conventions.merge_states) if "merge_state" in record else MERGED
    if state == NOTHING:
        return Left("merge_state", "a merge that is none yet")
    survivor, told_at = patient(record, conventions), fields.required_instant("told_at")
    retired = Identifier("MRN", fields.required_number("retired_mrn"))
    if survivor.first("MRN") in (None, retired.value):
        raise Malformed("mrn is missing, or the number that is gone")
    if state == PARTED:
        return RecordsUnmerged(survivor, (retired,), told_at)
    return RecordsMerged(survivor, (retired,), told_at, in_use=state == LINKED)
