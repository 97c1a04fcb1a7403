"""A version of a report (报告), and which of several is the newest in whatever order they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.news import ReportStatus

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.news import Observation, ReportKind

TAKEN_BACK = frozenset({ReportStatus.CANCELLED, ReportStatus.ENTERED_IN_ERROR})
"""The hospital stands by none of the values any more."""

_FIRMNESS = tuple(ReportStatus)
"""Of two versions with one time of issue, the later of these is the newer."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a version stands among those of its report: by the hospital's time, then by firmness and content.

    Nothing of it depends on when or how often a version arrived.
    """

    issued_at: datetime
    firmness: int
    content_index: str


def place_of(status: ReportStatus, issued_at: datetime, content_index: str) -> Place:
    """The place of a version of that status, time of issue and content."""
    return Place(issued_at, _FIRMNESS.index(status), content_index)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document that came with a version; `fault` says why its content was not kept, in one of `documents.Fault`."""

    number: int
    title: str = field(repr=False)
    content_type: str
    size: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a report as it is read: what the hospital said at `issued_at`."""

    version_id: str
    report_id: str
    report_no: str
    subject_id: str
    filler_id: str
    kind: ReportKind
    title: str = field(repr=False)
    status: ReportStatus
    issued_at: datetime
    observed_at: datetime | None
    practitioner_name: str
    department_name: str
    observations: tuple[Observation, ...] = field(repr=False)
    documents: tuple[KeptDocument, ...]
    received_at: datetime
    comment: str = field(default="", repr=False)

    @property
    def is_taken_back(self) -> bool:
        """Whether the hospital stands by none of its values any more."""
        return self.status in TAKEN_BACK

    @property
    def standing(self) -> tuple[Observation, ...]:
        """The values that the hospital stands by."""
        if self.is_taken_back:
            return ()
        return tuple(each for each in self.observations if each.status not in TAKEN_BACK)

    @property
    def told_at(self) -> datetime:
        """When it was measured, or else reported."""
        return self.observed_at or self.issued_at


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one person: which version stands, and whether a doctor has looked at it.

    `moved` says that a newer version of the same number names somebody else, so that this person sees no value of it;
    `parted` that it came under a record number which is not theirs after all.
    """

    report_id: str
    report_no: str
    subject_id: str
    newest_id: str
    moved: bool
    seen_id: str
    seen_at: datetime | None
    version: int
    parted: bool = False

    @property
    def is_seen(self) -> bool:
        """Whether a doctor has looked at the version that stands."""
        return self.seen_id != "" and self.seen_id == self.newest_id
