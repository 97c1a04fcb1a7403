"""What an order of a laboratory and a document of its own have in common: their content, and the report that it is."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.his_hl7.map_settings import DocumentMap, ResultMap
from adapters.his_hl7.mapping.observations import comments, item_of
from adapters.his_hl7.mapping.orders import Order
from adapters.his_hl7.mapping.patients import read_record
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.news import Document, Left, Observation, ReportIssued, ReportKind, ReportStatus


@dataclass(frozen=True, slots=True)
class Contents:
    """What the OBX of one order or document tell; `statuses` of those that tell anything."""

    observations: tuple[Observation, ...]
    documents: tuple[Document, ...]
    comment: str
    left: tuple[Left, ...]
    statuses: tuple[ReportStatus, ...]


def contents_of(scope: Scope, order: Order, firmness: ReportStatus | None, places: ResultMap) -> Contents:
    """Its items, documents and comment; `firmness` is how firm the whole is, if that is said."""
    read = [(item, *item_of(scope.inside(item), item, firmness, places)) for item in order.items]
    told = [(item, each) for item, _, each in read]
    remarks = [comments(order.comments), *(comments(item) for item, each in told if not isinstance(each, Observation))]
    return Contents(
        tuple(each for _, each in told if isinstance(each, Observation)),
        tuple(each for _, each in told if isinstance(each, Document)),
        "\n".join(filter(None, remarks)),
        tuple(each for _, each in told if isinstance(each, Left)),
        tuple(status for _, status, _ in read if status is not None),
    )


def report_of(
    scope: Scope,
    contents: Contents,
    places: ResultMap | DocumentMap,
    settings: Hl7HisSettings,
    *,
    kind: ReportKind,
    status: ReportStatus,
) -> ReportIssued:
    """The report of that content, its numbers, times and people at `places`."""
    code, name = scope.practitioner(places.practitioner)
    return ReportIssued(
        report_no=scope.number(places.number),
        placer_order_no=scope.optional_number(places.our_order),
        patient=read_record(scope.segment("PID"), settings),
        filler_id=scope.optional_number(places.visit),
        kind=kind,
        title=scope.required(places.title),
        status=status,
        issued_at=scope.required_instant(places.issued_at, settings.time_zone),
        observed_at=scope.instant(places.observed_at, settings.time_zone),
        practitioner_code=code,
        practitioner_name=name,
        department_name=scope.text(places.department_name),
        observations=contents.observations,
        documents=contents.documents,
        comment=contents.comment,
    )
