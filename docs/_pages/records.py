"""The page of records: for each thing that a HIS over HTTP or by views is asked or tells, its fields and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.his_http.checks import KIND_OF
from adapters.records.names import ASKED, KINDS, PATIENT, POSTS, Kind
from adapters.records.words import TYPES, WORDS
from docs._pages.markdown import code, document, table

INTRODUCTION = """
What is read out of a HIS over HTTP (`http-xml`: `fields` and `item_fields`) or by its views and procedures (`sql-view`:
`fields`) is a record: our names, and the hospital's texts under them. Its kind depends on the operation or feed. What
the texts mean stands in `conventions` of the settings: see [configuration](configuration.md). Over HL7 v2 and FHIR the
standard says where a value stands; there `map` holds what differs.

*always*: a record without it is a fault. *one of*: at least one of those named. Of all others any may be left out.
`check` names a field that is missing or unknown, with its line.
""".strip()
WORDS_OF_KIND = {
    "department": "A department that takes registrations.",
    "practitioner": "A practitioner of a department.",
    "patient": "An entry of the patient index.",
    "slot": "A slot of one practitioner on one day. The fee is `fee` and `extra_fee` together.",
    "booking": "An appointment as it was made, or as it is found under our number.",
    "receipt": "The answer to a payment or a refund that we posted.",
    "posting": "A line of the hospital's own book of payments and refunds through us.",
    "invoice": "How the e-invoice of one payment stands.",
    "visit": "A visit or an appointment that stands or was called off, wherever it was made.",
    "merge": "Record numbers that became one, or two again; the patient is who bears the number that stays.",
    "stay": "An inpatient stay with its deposits.",
    "bill": "An item of a bill, with the fields of the whole bill in every one.",
    "report": "An item or a document of a report, with the fields of the whole report in every one.",
}
REQUESTS = """
What a template (`{name}`) or a statement (`:name`) may use, with `now`, `today`, `request_id`, your own `values` and
`secrets` over HTTP, and `call_id` for a change by procedures. Days and times are written as `day_sent` and
`instant_sent` say, amounts in `unit`, codes by the first code of their table. What is not known is empty.
""".strip()
FEEDS = ("visit", "bill", "report", "merge", "stay")


def page() -> str:
    """One section for each kind, and the values of requests."""
    return document(
        "Records",
        INTRODUCTION,
        "## Types",
        table(("Type", "What is read"), TYPES.items()),
        *(part for kind in KINDS for part in _kind(kind)),
        *_requests(),
    )


def _kind(name: str) -> Iterator[str]:
    kind = KINDS[name]
    yield f"## {name}"
    operations = [operation for operation, of in KIND_OF.items() if of == name and operation not in POSTS[1:]]
    told = [f"read by {', '.join(map(code, operations))}"] if operations else []
    told += [f"a feed of kind {code(name)}"] if name in FEEDS else []
    yield f"{WORDS_OF_KIND[name]} {' and '.join(told).capitalize()}."
    names = sorted(kind.names, key=[*kind.needed, *kind.others].index)
    yield table(("Field", "Type", "Needed", "What it is"), (_row(each, _needed(each, kind)) for each in names))


def _row(name: str, *more: str) -> tuple[str, ...]:
    return code(name), WORDS[name].type, *more, WORDS[name].what


def _needed(name: str, kind: Kind) -> str:
    if name in kind.needed:
        return "always"
    either = next((each for each in kind.one_of if name in each), ())
    return f"one of {', '.join(map(code, either))}" if either else ""


def _requests() -> Iterator[str]:
    yield "## Values of a request"
    yield REQUESTS
    yield table(("Operation", "Values"), ((code(name), _listed(values)) for name, values in ASKED.items()))
    own = dict.fromkeys(name for values in ASKED.values() for name in values)
    yield table(("Value", "Type", "What it is"), (_row(name) for name in own))
    yield (
        "The patient is " + _listed(PATIENT) + ". A posting may be an operation of its own: the nearest of "
        f"{_listed(POSTS)} counts, with the values of `post`."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(code, names)) or "none"
