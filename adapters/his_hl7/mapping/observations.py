"""OBX -> an item of a report or a document (HL7 v2.5.1 section 7.4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.errors import Malformed
from adapters.his_hl7.map_settings import Places, ResultMap
from adapters.his_hl7.mapping.documents import TYPES, document_of
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.mapping.unmapped import named
from adapters.his_hl7.mapping.written import units_of, value_of
from adapters.hl7.null import NULL, told
from adapters.hl7.segment import Segment
from adapters.news import AbnormalFlag, Document, Left, Observation, ReportStatus
from adapters.reported import TAKEN_BACK, flag_of, limits_of

_UNCHANGED = "U"


def item_of(
    scope: Scope, item: Sequence[Segment], report: ReportStatus | None, places: ResultMap
) -> tuple[ReportStatus | None, Observation | Document | Left]:
    """How firm one OBX is and what it tells with the segments behind it; `report` is its report's firmness, if said.

    Left where its status says that there is nothing to tell yet, and a document that was taken back: no value of it
    could show that it does not count.
    """
    obx = item[0]
    status = _status(scope, report, places)
    if status is None:
        return None, Left(scope.label("OBX"), "an item without a result so far")
    name = scope.text(places.item) or scope.text(places.code)
    if told(obx["2"]).upper() in TYPES:
        taken_back = status in TAKEN_BACK
        place = scope.label("OBX")
        return status, Left(place, "a document taken back") if taken_back else document_of(obx, place, name)
    if not name:
        raise Malformed(f"{scope.at(places.code)} is missing")
    return status, _observation(scope, item, name, status, places)


def comments(segments: Sequence[Segment]) -> str:
    """The lines of every comment (NTE-3) among them."""
    notes = (note for segment in segments if segment.name == "NTE" for note in segment.field(3).repetitions)
    return "\n".join(note.value.rstrip() for note in notes if note.value.strip() != NULL)


def meaning(scope: Scope, places: Places, table: Mapping[str, ReportStatus | None]) -> ReportStatus | None:
    """What a status code means, None where there is nothing to tell; Malformed where the table lacks it."""
    code = scope.code(places)
    if code not in table:
        fault = f"no status that the map lists{named(code)}" if code else "missing"
        raise Malformed(f"{scope.at(places)} is {fault}")
    return table[code]


def _status(scope: Scope, report: ReportStatus | None, places: ResultMap) -> ReportStatus | None:
    code = scope.code(places.item_status)
    if not code and report is not None:
        return report
    if code == _UNCHANGED and not scope.text(("OBX-5",)):
        raise Malformed(f"{scope.label('OBX-5')} is empty: a result that became final must be sent again")
    return meaning(scope, places.item_status, places.item_statuses)


def _observation(
    scope: Scope, item: Sequence[Segment], name: str, status: ReportStatus, places: ResultMap
) -> Observation:
    obx = item[0]
    reference_range = "~".join(scope.values(places.range))
    units = units_of(scope.field(places.units), scope.text(places.units))
    low, high = limits_of(reference_range, units)
    return Observation(
        code=scope.text(places.code),
        name=name,
        value=value_of(obx, places.coded),
        units=units,
        reference_range=reference_range,
        flag=_flag(scope, places),
        status=status,
        low=low,
        high=high,
        part=scope.text(places.part),
        flag_written="~".join(filter(None, scope.codes(places.flag))),
        comment=comments(item),
    )


def _flag(scope: Scope, places: ResultMap) -> AbnormalFlag:
    """The flag by the laboratory's table, critical where the rule says so whatever else it means.

    Of several the weightiest counts. A code that nobody explained is Malformed: it might be the critical one.
    """
    codes = scope.codes(places.flag)
    rule = places.critical
    critical = any(rule.accepts(code) for code in scope.codes(rule.places))
    unknown = [code for code in codes if code not in places.flags]
    if unknown and not critical:
        raise Malformed(f"{scope.at(places.flag)} is no flag that the map lists{named(unknown[0])}")
    return flag_of([places.flags[code] for code in codes if code in places.flags], critical=critical)
