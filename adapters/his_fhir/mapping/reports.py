"""Reports: DiagnosticReport with its Observations, inside it or beside it, and the documents that it presents."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.errors import Malformed
from adapters.his_fhir.mapping.datatypes import codes, instant, optional_instant, words
from adapters.his_fhir.mapping.directory import department_of, kind_of, practitioner_of, role_places
from adapters.his_fhir.mapping.item import Item, Told
from adapters.his_fhir.mapping.numbers import number_of, required_number
from adapters.his_fhir.mapping.observations import items_of, notes
from adapters.his_fhir.mapping.visits import patient_of, told_at, visit_number
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.news import Document, Left, ReportIssued, ReportKind, ReportStatus

TAKEN_BACK = frozenset({ReportStatus.CANCELLED, ReportStatus.ENTERED_IN_ERROR})
_MENDED = frozenset({ReportStatus.CORRECTED, ReportStatus.ENTERED_IN_ERROR})
_FIRST_BYTES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}


def report(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """One version of a report; Left where nothing is reported yet, Malformed where a part of it is missing."""
    main = item.main
    said = _said(main, settings)
    items = items_of(item, settings)
    yield from items.left
    documents, comment = tuple(_documents(main)), _comment(main)
    is_empty = not (items.statuses or documents or comment)
    if said is None or (is_empty and said is ReportStatus.PRELIMINARY):
        yield Left(f"{main.path}.status", "a report without a result so far")
        return
    status = _status(said, items.statuses)
    if is_empty and status not in TAKEN_BACK:
        raise Malformed(f"{main.path} is {status} and has no result")
    order = item.neighbours.resolve(main.child("basedOn"))
    code, name = _ordered_by(item, order, settings)
    yield ReportIssued(
        report_no=required_number(main, settings.map.report_number),
        placer_order_no=_order_number(main, order, settings),
        patient=patient_of(item, main.child("subject"), settings),
        filler_id=visit_number(item, main.child("encounter"), settings),
        kind=ReportKind.IMAGING if _is_imaging(main, settings) else ReportKind.LAB,
        title=_title(main),
        status=status,
        issued_at=_issued_at(main, settings),
        observed_at=_observed_at(main, settings),
        practitioner_code=code,
        practitioner_name=name,
        department_name=_department(item, order, settings),
        observations=tuple(items.told),
        documents=documents if status not in TAKEN_BACK else (),
        comment=comment,
    )


def _said(main: Node, settings: FhirSettings) -> ReportStatus | None:
    code = main.text("status")
    if code not in settings.map.report_statuses:
        raise Malformed(f"{main.path}.status is {'no status that the map lists' if code else 'missing'}")
    return settings.map.report_statuses[code]


def _status(said: ReportStatus, items: Sequence[ReportStatus]) -> ReportStatus:
    """What the report says of itself; a final one whose items were mended or taken back is as they are."""
    if said is not ReportStatus.FINAL or not items:
        return said
    if TAKEN_BACK.issuperset(items):
        return max(set(items), key=items.count)
    return said if _MENDED.isdisjoint(items) else ReportStatus.CORRECTED


def _issued_at(main: Node, settings: FhirSettings) -> datetime:
    if main.has("issued"):
        return instant(main.required("issued"), settings.time_zone, f"{main.path}.issued")
    at = told_at(main, settings)
    if at is None:
        raise Malformed(f"{main.path}.issued is missing")
    return at


def _observed_at(main: Node, settings: FhirSettings) -> datetime | None:
    key = main.choice("effective")
    told = main.child(key).text("start") if key == "effectivePeriod" else main.text(key) if key else ""
    return optional_instant(told, settings.time_zone, f"{main.path}.{key}")


def _title(main: Node) -> str:
    title = words(main.child("code"))
    if not title:
        raise Malformed(f"{main.path}.code is missing")
    return title


def _comment(main: Node) -> str:
    """The conclusion, its codes where it has no words, and the notes of R5."""
    conclusion = main.text("conclusion") or "; ".join(words(each) for each in main.children("conclusionCode"))
    return "\n".join(filter(None, (conclusion, notes(main, "note"))))


def _is_imaging(main: Node, settings: FhirSettings) -> bool:
    return any(code.code in settings.map.imaging for code in codes(main, "category"))


def _order_number(main: Node, order: Node | None, settings: FhirSettings) -> str:
    if order is not None:
        return number_of(order, settings.map.order_number)
    return main.child("basedOn").child("identifier").text("value")


def _ordered_by(item: Item, order: Node | None, settings: FhirSettings) -> tuple[str, str]:
    """Who ordered it; a department that ordered is no practitioner."""
    requester = None if order is None else order.child("requester")
    if requester is None or not requester:
        return "", ""
    found = item.neighbours.resolve(requester)
    if found is not None and found.type not in ("Practitioner", "PractitionerRole"):
        return "", ""
    return practitioner_of(requester, item.neighbours, settings)


def _department(item: Item, order: Node | None, settings: FhirSettings) -> str:
    """The department that ordered it: behind the order's requester, else the visit's."""
    requester = None if order is None else order.child("requester")
    places = [] if requester is None else [requester, *role_places(requester, item.neighbours, settings)]
    encounter = item.neighbours.resolve(item.main.child("encounter"))
    if encounter is not None:
        places += [
            encounter.child("serviceProvider"),
            *(each.child("location") for each in encounter.children("location")),
        ]
    kinds = {settings.directory.department, "Organization"}
    department = next((place for place in places if kind_of(place, item.neighbours) in kinds), None)
    return "" if department is None else department_of(department, item.neighbours, settings)[1]


# --- documents ---------------------------------------------------------------------------


def _documents(main: Node) -> Iterator[Document]:
    """What the report presents; one that is only pointed at keeps its pointer and is never fetched."""
    for number, each in enumerate(main.children("presentedForm"), start=1):
        kind = each.text("contentType").partition(";")[0].strip().lower() or "application/octet-stream"
        title = each.text("title") or words(main.child("code")) or f"{number}"
        data, link = each.text("data"), each.text("url")
        if data:
            yield Document(title, kind, _content(data, kind, each))
        elif link:
            yield Document(title, kind, b"", link)
        else:
            raise Malformed(f"{each.path} holds no document")


def _content(data: str, kind: str, place: Node) -> bytes:
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (ValueError, binascii.Error):
        raise Malformed(f"{place.path}.data is no base64") from None
    if not content.startswith(_FIRST_BYTES.get(kind, b"")):
        raise Malformed(f"{place.path}.data is not of the type that contentType says")
    return content
