"""The registration window: visits without an appointment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Declined, Visit


class Window:
    """Visits by number; `keep` writes each change down before it counts."""

    def __init__(self, keep: Callable[[Visit], None]) -> None:
        self._keep = keep
        self._by_number: dict[str, Visit] = {}

    def take_in(self, visit: Visit) -> None:
        """Hold a visit that is written down already."""
        self._by_number[visit.visit_no] = visit

    def register(self, visit: Visit) -> Visit:
        """A new visit under the next number, whatever number it brings."""
        return self._change(replace(visit, visit_no=f"V{len(self._by_number) + 1:08d}"))

    def cancel(self, visit_no: str) -> Visit:
        """Take a visit back; Declined where there is none, or it was taken back before."""
        return self._change(replace(self.get(visit_no), cancelled=True))

    def get(self, visit_no: str) -> Visit:
        """A visit that stands; Declined where there is none, or it was taken back."""
        visit = self._by_number.get(visit_no)
        if visit is None or visit.cancelled:
            raise Declined(codes.APPOINTMENT_UNKNOWN, "no such visit")
        return visit

    def _change(self, visit: Visit) -> Visit:
        self._keep(visit)
        self.take_in(visit)
        return visit
