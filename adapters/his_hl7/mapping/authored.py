"""Documents that are sent as such: MDM (HL7 v2.5.1 chapter 9), each a version of a report.

TXA says what it is, how firm it is and for whom; the OBX behind it are its content. An edited document is a correction;
one that replaces another is a correction of that one, under whichever number it is told from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.map_settings import DocumentMap
from adapters.his_hl7.mapping.layout import PatientPart, split
from adapters.his_hl7.mapping.observations import meaning
from adapters.his_hl7.mapping.orders import Order
from adapters.his_hl7.mapping.patients import read_record
from adapters.his_hl7.mapping.reports import Contents, contents_of, report_of
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment
from adapters.news import Left, ReportIssued, ReportKind, ReportReplaced, ReportStatus
from adapters.reported import TAKEN_BACK, status_of


@dataclass(frozen=True, slots=True)
class _Document:
    """One TXA with what stands around it; `order` has its OBX as items."""

    scope: Scope
    order: Order
    places: DocumentMap
    settings: Hl7HisSettings

    @property
    def label(self) -> str:
        return self.scope.label("TXA")


def issued(_message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A document, or a later version of one that only became firmer."""
    for document in _documents(part, settings):
        yield from _version(document)


def corrected(_message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A document that was edited."""
    for document in _documents(part, settings):
        yield from _version(document, is_mended=True)


def replaced(_message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A document in the place of another, which must be named."""
    for document in _documents(part, settings):
        scope, places = document.scope, document.places
        number, other = scope.number(places.number), scope.number(places.replaces)
        if number != other:
            record = read_record(scope.segment("PID"), settings)
            yield ReportReplaced(number, other, record, scope.required_instant(places.issued_at, settings.time_zone))
        yield from _version(document, is_mended=True)


def cancelled(_message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A document that is taken back."""
    for document in _documents(part, settings):
        yield _report(document, _NOTHING_IN_IT, ReportStatus.CANCELLED)


_NOTHING_IN_IT = Contents((), (), "", (), ())


def _documents(part: PatientPart, settings: Hl7HisSettings) -> Iterator[_Document]:
    before, groups = split(part.segments, "TXA")
    if not groups:
        raise Malformed("TXA is missing")
    stray = next((segment for segment in before if segment.name == "OBX"), None)
    if stray is not None:
        raise Malformed(f"{part.message.counted(stray)} stands before TXA")
    outer = part.before("TXA")
    yield from (_document(outer, group, settings) for group in groups)


def _document(outer: Scope, group: Sequence[Segment], settings: Hl7HisSettings) -> _Document:
    head, items = split(group, "OBX")
    order = Order(head=list(head), items=[list(item) for item in items])
    return _Document(outer.inside(head), order, settings.map.document, settings)


def _version(document: _Document, *, is_mended: bool = False) -> Iterator[Told]:
    scope, places = document.scope, document.places
    if scope.holds(places.withdrawn):
        yield _report(document, _NOTHING_IN_IT, ReportStatus.CANCELLED)
        return
    if scope.holds(places.withheld) or scope.holds(places.unavailable):
        yield Left(document.label, "a document that its patient is not shown")
        return
    said = meaning(scope, places.status, places.statuses)
    if said is None:
        yield Left(document.label, "a document that is not finished")
        return
    result = document.settings.map.result
    contents = contents_of(scope, document.order, said, replace(result, item=(*result.item, *places.title)))
    yield from contents.left
    status = status_of(said, contents.statuses) or said
    if not contents.statuses and status not in TAKEN_BACK:
        raise Malformed(f"{document.label} is {status} and has no content")
    yield _report(document, contents, _mended(status) if is_mended else status)


def _mended(status: ReportStatus) -> ReportStatus:
    return ReportStatus.CORRECTED if status is ReportStatus.FINAL else status


def _report(document: _Document, contents: Contents, status: ReportStatus) -> ReportIssued:
    places = document.places
    return report_of(document.scope, contents, places, document.settings, kind=ReportKind.IMAGING, status=status)
