"""The laboratory's and imaging's own book: every version of every report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.model import Declined, Report, ReportState

_NEXT = {
    ReportState.PRELIMINARY: frozenset({ReportState.PRELIMINARY, ReportState.FINAL, ReportState.CANCELLED}),
    ReportState.FINAL: frozenset({ReportState.CORRECTED, ReportState.CANCELLED}),
    ReportState.CORRECTED: frozenset({ReportState.CORRECTED, ReportState.CANCELLED}),
    ReportState.CANCELLED: frozenset[ReportState](),
}


class Laboratory:
    """Reports by number; `keep` writes each version down before it counts."""

    def __init__(self, clock: Clock, keep: Callable[[Report], None]) -> None:
        self._clock = clock
        self._keep = keep
        self._versions: dict[str, list[Report]] = {}

    def take_in(self, report: Report) -> None:
        """Hold a version that is written down already."""
        self._versions.setdefault(report.report_no, []).append(report)

    def versions(self, report_no: str) -> Sequence[Report]:
        """Every version of a report in the order in which it was reported."""
        return list(self._versions.get(report_no, ()))

    def latest(self) -> Sequence[Report]:
        """The last version of each report."""
        return [versions[-1] for versions in self._versions.values()]

    def first(self, report: Report) -> Report:
        """A new report under the next number, whatever number it brings."""
        number = f"R{len(self._versions) + 1:08d}"
        return self._change(replace(report, report_no=number, order_no=report.order_no or f"O{number}"))

    def next(self, report_no: str, state: ReportState, values: Mapping[str, str]) -> Report:
        """Another version, with the values that changed; Declined where the report does not allow it."""
        versions = self._versions.get(report_no)
        if not versions:
            raise Declined(codes.REPORT_UNKNOWN, "no such report")
        last = versions[-1]
        if state not in _NEXT[last.state]:
            raise Declined(codes.REPORT_CLOSED, f"a report in state {last.state} cannot become {state}")
        merged = tuple({**dict(last.values), **values}.items())
        return self._change(replace(last, state=state, values=merged, reported_at=self._after(last.reported_at)))

    def _after(self, earlier: datetime) -> datetime:
        """Now, and never the second of the version before: times in messages have no finer part."""
        return max(self._clock.now(), earlier + timedelta(seconds=1))

    def _change(self, report: Report) -> Report:
        self._keep(report)
        self.take_in(report)
        return report
