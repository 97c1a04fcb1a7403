"""A message held against the standard, by hl7apy's tables: for messages that we build and for an engineer's question.

About a thousand times slower than reading a message, so nothing that carries traffic calls this.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from adapters.errors import Malformed
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment
from adapters.hl7.structure import UNBOUNDED, Node, misplaced

_STRUCTURES = {
    **dict.fromkeys(("ADT^A04", "ADT^A08"), "ADT_A01"),
    **dict.fromkeys(("ADT^A28", "ADT^A31"), "ADT_A05"),
    "ADT^A11": "ADT_A09",
    **{f"ADT^{event}": f"ADT_{event}" for event in ("A18", "A24", "A37")},
    "ADT^A40": "ADT_A39",
    **dict.fromkeys(("ADT^A30", "ADT^A34"), "ADT_A30"),
    **dict.fromkeys(("MDM^T02", "MDM^T04", "MDM^T06", "MDM^T08", "MDM^T10"), "MDM_T02"),
    "MDM^T11": "MDM_T01",
    "ORU^R01": "ORU_R01",
    **dict.fromkeys(("ORU^R30", "ORU^R31", "ORU^R32"), "ORU_R30"),
    **dict.fromkeys(("SIU^S12", "SIU^S13", "SIU^S14", "SIU^S15", "SIU^S26"), "SIU_S12"),
    "QBP^Q22": "QBP_Q21",
    "RSP^K22": "RSP_K22",
    **dict.fromkeys(("SRM^S01", "SRM^S02", "SRM^S04"), "SRM_S01"),
    **dict.fromkeys(("SRR^S01", "SRR^S02", "SRR^S04"), "SRR_S01"),
}
"""HL7 table 0354 where a structure bears the name of another event; hl7apy has no such map."""
_OWN_NAME = ("BAR", "DFT", "OMG", "OML", "ORM", "OUL")
"""Of these messages every event has the structure of its own name."""

_RSP_K22 = Node(
    "RSP_K22",
    children=(
        Node("MSH"),
        Node("SFT", 0, UNBOUNDED),
        Node("MSA"),
        Node("ERR", 0),
        Node("QAK"),
        Node("QPD"),
        Node("QUERY_RESPONSE", 0, UNBOUNDED, (Node("PID"), Node("PD1", 0), Node("NK1", 0, UNBOUNDED), Node("QRI", 0))),
        Node("DSC", 0),
    ),
)
"""HL7 v2.5.1 section 3.3.57; hl7apy lacks it."""

_PARAMETERS_OF_ITS_OWN = "QPD-3"
"""From here on a query's profile says what stands in QPD (section 5.4.4), so the base table's limit means nothing."""

_OF_HL7APY = re.compile(r"Error: (?:Datatype None is not correct for|Invalid children detected for <Segment RDT>)")
"""What hl7apy 1.3.5 has against any TXA-2, and against any RDT, whose columns RDF tells (section 5.5.6)."""

_REPORT = re.compile(
    r"(?P<severity>Error|Warning): "
    r"(?:(?P<missing>Missing required child )|(?P<limit>Child limit exceeded )"
    r"|Exceeded max length \((?P<length>\d+)\) of |Value .* not in table (?P<table>\w+) in element )"
    r"(?P<place>\S+)",
    re.DOTALL,
)


class Severity(StrEnum):
    """An error breaks the standard; a warning may be a local habit, such as a user-defined code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the standard has against a message; `line` from 1, `place` such as PID-3 or PID; no values."""

    severity: Severity
    line: int
    place: str
    text: str


def check(raw: bytes, charset: str | None = None) -> list[Finding]:
    """Everything found in a message, in its order; an empty list means that it conforms as far as hl7apy can tell.

    `charset` is what its sender sends where the message does not say. Checked: readability, MSH-9.3, presence and order
    of segments, required and repeated fields, lengths and table values. Of Z-segments and unknown versions only
    readability.
    """
    try:
        message = Message.parse(raw, charset)
    except Malformed as fault:
        return [Finding(Severity.ERROR, 1, "MSH", fault.text)]
    findings = [
        *(Finding(Severity.WARNING, 1, "MSH", oddity.value) for oddity in message.problems),
        *_structure_findings(message),
        *_segment_findings(message),
    ]
    return sorted(findings, key=lambda finding: finding.line)


def _structure_findings(message: Message) -> Iterator[Finding]:
    event, named = message.type, message["MSH-9.3"]
    expected = _STRUCTURES.get(event) or _own_structure(event) or named
    if not named:
        yield Finding(Severity.ERROR, 1, "MSH-9.3", "the message structure is missing")
    elif named != expected:
        yield Finding(Severity.ERROR, 1, "MSH-9.3", f"the structure of {event} is {expected}")
    structure = _structure(expected, message["MSH-12.1"])
    if structure is None:
        yield Finding(
            Severity.WARNING, 1, "MSH-9.3", "unknown structure or version; the order of segments is unchecked"
        )
        return
    segments = message.segments()
    for each in misplaced(structure, [segment.name for segment in segments]):
        name = segments[each.index].name if each.index < len(segments) else "end"
        yield Finding(Severity.ERROR, each.index + 1, name or "stray line", each.text)


def _own_structure(event: str) -> str:
    code, _, trigger = event.partition("^")
    return f"{code}_{trigger}" if code in _OWN_NAME and trigger and not trigger.startswith("Z") else ""


def _structure(name: str, version: str) -> Node | None:
    from hl7apy import load_reference  # noqa: PLC0415  slow to import, and only this question needs it
    from hl7apy.exceptions import HL7apyException  # noqa: PLC0415

    if name == _RSP_K22.name:
        return _RSP_K22
    try:
        reference = load_reference(name, "Message", version)
    except (HL7apyException, KeyError):
        return None
    return Node(name, children=_children(reference), choice=reference[0] == "choice")


def _children(reference: Any) -> tuple[Node, ...]:
    return tuple(
        Node(name, least, most, *((_children(inner), inner[0] == "choice") if kind == "GRP" else ()))
        for name, inner, (least, most), kind in reference[1]
    )


def _segment_findings(message: Message) -> Iterator[Finding]:
    from hl7apy import SUPPORTED_LIBRARIES  # noqa: PLC0415  as above

    if message["MSH-12.1"] not in SUPPORTED_LIBRARIES:
        return
    for line, segment in enumerate(message.segments(), 1):
        if segment.name and not segment.name.startswith("Z"):
            for report in _reports(message, segment):
                yield from _finding(line, segment.name, report)


def _finding(line: int, name: str, report: str) -> Iterator[Finding]:
    if _OF_HL7APY.match(report):
        return
    found = _REPORT.match(report)
    if found is None:
        yield Finding(Severity.ERROR, line, name, "not valid by the tables of hl7apy")
    elif (place := _place(found["place"])) != _PARAMETERS_OF_ITS_OWN:
        yield Finding(Severity(found["severity"].lower()), line, place, _in_words(found))


def _reports(message: Message, segment: Segment) -> list[str]:
    """hl7apy's own lines on one segment; it writes them nowhere but into a file."""
    from hl7apy.parser import parse_segment  # noqa: PLC0415  as above
    from hl7apy.validation import Validator  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report")
        try:
            parsed = parse_segment(segment.text, message["MSH-12.1"], _encoding_characters(message))
            Validator.validate(parsed, report_file=str(report))
        except Exception:  # noqa: BLE001  it raises its first finding, and whatever else on odd input
            if not report.exists():
                return ["Error: unreadable"]
        return report.read_text().splitlines()


def _encoding_characters(message: Message) -> dict[str, str]:
    delimiters = message.delimiters
    return {
        "SEGMENT": "\r",
        "GROUP": "\r",
        "FIELD": delimiters.field,
        "COMPONENT": delimiters.component or "^",
        "SUBCOMPONENT": delimiters.subcomponent or "&",
        "REPETITION": delimiters.repetition or "~",
        "ESCAPE": delimiters.escape or "\\",
    }


def _place(element: str) -> str:
    """`PID.PID_8` as PID-8, `FT1_11.CP_2` as FT1-11.2."""
    parent, _, child = element.partition(".")
    number = child.rpartition("_")[2]
    return f"{parent.replace('_', '-')}.{number}" if "_" in parent else f"{parent}-{number}"


def _in_words(found: re.Match[str]) -> str:
    if found["missing"]:
        return "required and missing"
    if found["limit"]:
        return "repeated more often than allowed"
    if found["length"]:
        return f"longer than {found['length']} characters"
    return f"a value outside table {found['table'].removeprefix('HL7')}"
