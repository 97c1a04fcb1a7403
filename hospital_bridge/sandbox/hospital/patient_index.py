"""The hospital's patient index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Declined, Merge, MergeState, Patient


class PatientIndex:
    """Records by number, and which of them are one person's; `keep` writes each new word down before it counts."""

    def __init__(self, patients: Iterable[Patient], keep: Callable[[Patient | Merge], None]) -> None:
        self._keep = keep
        self._by_mrn: dict[str, Patient] = {}
        self._merges: list[Merge] = []
        for patient in patients:
            self.take_in(patient)

    def take_in(self, patient: Patient) -> None:
        """Hold a record that is written down already."""
        self._by_mrn[patient.mrn] = patient

    def find(self, id_type: str, id_number: str) -> Sequence[Patient]:
        """Every record of that identity document that is in use."""
        return [known for known in self._of_document(id_type, id_number) if not self.gone_into(known.mrn)]

    def all(self) -> Sequence[Patient]:
        """Every record."""
        return list(self._by_mrn.values())

    def get(self, mrn: str) -> Patient:
        """The record of that number; Declined where there is none."""
        if mrn not in self._by_mrn:
            raise Declined(codes.PATIENT_UNKNOWN, "no such patient record")
        return self._by_mrn[mrn]

    def register(self, newcomer: Patient) -> Patient:
        """A new record under the next number; Declined where the document is known already."""
        if self._of_document(newcomer.id_type, newcomer.id_number):
            raise Declined(codes.PATIENT_EXISTS, "a record with this document exists")
        patient = replace(newcomer, mrn=str(max(map(int, self._by_mrn), default=100_000) + 1))
        self._keep(patient)
        self.take_in(patient)
        return patient

    def say(self, state: MergeState, survivor: str, other: str, at: datetime) -> Merge:
        """The record office's word of two numbers; Declined where one of them is none."""
        numbers = self.get(survivor).mrn, self.get(other).mrn
        merge = Merge(f"HB{len(self._merges) + 1:08d}", *numbers, state, at)
        self._keep(merge)
        self.take_in_merge(merge)
        return merge

    def take_in_merge(self, merge: Merge) -> None:
        """Hold a word that is written down already."""
        self._merges.append(merge)

    def gone_into(self, mrn: str) -> str:
        """The number that this one went up into; empty while it is in use."""
        return self._by_last_word(mrn, MergeState.MERGED)

    def beside(self, mrn: str) -> str:
        """The number that this one was linked with last, if it still is."""
        return self._by_last_word(mrn, MergeState.LINKED)

    def _by_last_word(self, mrn: str, state: MergeState) -> str:
        word = next((each for each in reversed(self._merges) if mrn in (each.survivor, each.other)), None)
        return word.survivor if word and (word.state, word.other) == (state, mrn) else ""

    def _of_document(self, id_type: str, id_number: str) -> Sequence[Patient]:
        return [p for p in self._by_mrn.values() if (p.id_type, p.id_number) == (id_type, id_number)]
