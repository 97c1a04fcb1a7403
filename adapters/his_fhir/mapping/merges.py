"""Records that the hospital merges, links or changes: Patient and its links (R4 section 8.1.10).

That a merge was undone shows in no Patient: the record merely counts again, and is told as changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adapters.errors import Malformed
from adapters.his_fhir.mapping.item import Item, Told
from adapters.his_fhir.mapping.patients import MRN, read_record
from adapters.his_fhir.mapping.visits import told_at
from adapters.his_fhir.settings import FhirSettings
from adapters.news import Left, PatientUpdated, RecordsMerged

_REPLACED, _LINKED = "replaced-by", "seealso"


def patient(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """A record that another replaces or stands beside, or one that changed."""
    main, at = item.main, told_at(item.main, settings)
    if at is None:
        raise Malformed("Patient.meta.lastUpdated is missing")
    record = read_record(main, settings)
    retired = tuple(number for number in record.identifiers if number.system == MRN)
    links = [link for link in main.children("link") if link.text("type") in (_REPLACED, _LINKED)]
    for link in links:
        survivor = item.of(link.child("other"), "Patient")
        if survivor is None or not retired:
            raise Malformed(f"{link.path} names no record")
        standing = read_record(survivor, settings)
        kept = tuple(number for number in standing.identifiers if number not in retired)
        if any(number.system == MRN for number in kept):
            yield RecordsMerged(replace(standing, identifiers=kept), retired, at, in_use=link.text("type") == _LINKED)
        else:
            yield Left(link.path, "a number that would become itself")
    if not links and main.text("active") == "false":
        yield Left("Patient.active", "a record that counts no more")
    elif not links:
        yield PatientUpdated(record, at)
