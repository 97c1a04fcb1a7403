"""The hospital's patient index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Declined, Patient


class PatientIndex:
    """Records by number; `keep` writes each new one down before it counts."""

    def __init__(self, patients: Iterable[Patient], keep: Callable[[Patient], None]) -> None:
        self._keep = keep
        self._by_mrn: dict[str, Patient] = {}
        for patient in patients:
            self.take_in(patient)

    def take_in(self, patient: Patient) -> None:
        """Hold a record that is written down already."""
        self._by_mrn[patient.mrn] = patient

    def find(self, id_type: str, id_number: str) -> Sequence[Patient]:
        """Every record of that identity document."""
        return [p for p in self._by_mrn.values() if (p.id_type, p.id_number) == (id_type, id_number)]

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
        if self.find(newcomer.id_type, newcomer.id_number):
            raise Declined(codes.PATIENT_EXISTS, "a record with this document exists")
        patient = replace(newcomer, mrn=str(max(map(int, self._by_mrn), default=100_000) + 1))
        self._keep(patient)
        self.take_in(patient)
        return patient
