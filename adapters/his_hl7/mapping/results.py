"""Reports as laboratories and imaging send them: ORU and OUL, one report for each number (HL7 v2.5.1 chapter 7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.mapping.layout import PatientPart
from adapters.his_hl7.mapping.observations import meaning
from adapters.his_hl7.mapping.orders import Order, orders
from adapters.his_hl7.mapping.reports import Contents, contents_of, report_of
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import Left, ReportIssued, ReportKind, ReportStatus
from adapters.reported import TAKEN_BACK, status_of


def issued(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The reports of one patient; every OBX becomes an item, a document or is left by name."""
    found = orders(message, part.segments)
    if not any(segment.name == "OBR" for order in found.found for segment in order.head):
        raise Malformed("OBR is missing")
    yield from (Left(message.counted(obx), "an observation of the specimen, not a result") for obx in found.apart)
    outer = part.before("ORC", "OBR", "SPM", "SAC", "OBX")
    told = [each for order in found.found for each in _report(message, order, outer, settings)]
    yield from (each for each in told if isinstance(each, Left))
    yield from _joined(each for each in told if isinstance(each, ReportIssued))


def _report(message: Message, order: Order, outer: Scope, settings: Hl7HisSettings) -> Iterator[Left | ReportIssued]:
    places = settings.map.result
    scope = outer.inside(order.segments)
    opener = scope.label("OBR")
    if "OBR" not in {segment.name for segment in order.head}:
        raise Malformed(f"{message.counted(order.head[0])} has no OBR")
    said = scope.text(places.status)
    firmness = meaning(scope, places.status, places.statuses) if said else None
    contents = contents_of(outer.inside(order.head), order, firmness, places)
    yield from contents.left
    if not contents.statuses and ((said and firmness is None) or firmness is ReportStatus.PRELIMINARY):
        yield Left(opener, "an order without a result so far")
        return
    yield _issued(scope, opener, contents, firmness, settings)


def _issued(
    scope: Scope, opener: str, contents: Contents, said: ReportStatus | None, settings: Hl7HisSettings
) -> ReportIssued:
    places = settings.map.result
    status = status_of(said, contents.statuses)
    if status is None:
        raise Malformed(f"{opener}-25 is missing")
    if not contents.statuses and status not in TAKEN_BACK:
        raise Malformed(f"{opener} is {status} and has no result")
    kind = ReportKind.IMAGING if scope.holds(places.imaging) else ReportKind.LAB
    return report_of(scope, contents, places, settings, kind=kind, status=status)


def _joined(reports: Iterable[ReportIssued]) -> Iterator[ReportIssued]:
    """Groups under one number are one report: the later one would else replace the earlier."""
    by_number: dict[str, list[ReportIssued]] = {}
    for report in reports:
        by_number.setdefault(report.report_no, []).append(report)
    for same in by_number.values():
        yield same[0] if len(same) == 1 else _one_of(same)


def _one_of(reports: Sequence[ReportIssued]) -> ReportIssued:
    observed = [report.observed_at for report in reports if report.observed_at is not None]
    return dataclasses.replace(
        reports[0],
        title="、".join(dict.fromkeys(report.title for report in reports)),
        kind=ReportKind.LAB if ReportKind.LAB in {report.kind for report in reports} else ReportKind.IMAGING,
        status=_least_firm([report.status for report in reports]),
        issued_at=max(report.issued_at for report in reports),
        observed_at=min(observed, default=None),
        observations=tuple(each for report in reports for each in report.observations),
        documents=tuple(each for report in reports for each in report.documents),
        comment="\n".join(filter(None, (report.comment for report in reports))),
    )


def _least_firm(statuses: Sequence[ReportStatus]) -> ReportStatus:
    standing = [status for status in statuses if status not in TAKEN_BACK]
    order = (ReportStatus.PRELIMINARY, ReportStatus.CORRECTED, ReportStatus.FINAL)
    return next((status for status in order if status in standing), statuses[0])
