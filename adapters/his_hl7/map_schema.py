"""What a hospital's IT department tells of the messages that its systems send unasked: `[operator.his.hl7v2.map]`.

Every key has a default by the standard (HL7 v2.5.1); a hospital writes only where it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from adapters.his_hl7.map_settings import NOTHING, places_of
from adapters.his_hl7.standard_codes import DOCUMENT_STATUSES, FLAGS, IMAGING, ITEM_STATUSES, STATUSES
from adapters.hl7.path import path
from adapters.news import AbnormalFlag, ReportStatus

_RESULTS = ("ORU^R01", "ORU^R30", "ORU^R31", "ORU^R32", "OUL^R21", "OUL^R22", "OUL^R23", "OUL^R24")
_STAYS = ("ADT^A01", "ADT^A02", "ADT^A03", "ADT^A06", "ADT^A08", "ADT^A11", "ADT^A12", "ADT^A13")
_OFF = ("Cancelled", "Canceled", "Deleted", "Discontinued", "Noshow", "Blocked")
_TYPE = validate.Regexp(r"[A-Z][A-Z0-9]{2}(?:\^[A-Z0-9]{3})?\Z", error="a message type such as ORU^R01")


def _addresses(text: str) -> None:
    for address in places_of(text):
        try:
            found = path(address)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if found.occurrence != 1 or "(1)-" in address:
            raise ValidationError(f"{address}: a segment is not counted here, each thing is read from its own")


def _whole_fields(text: str) -> None:
    if "." in text:
        raise ValidationError("a whole field such as OBR-16: all its components count")


def _places(default: str, what: str) -> fields.String:
    return fields.String(
        load_default=default,
        validate=_addresses,
        metadata={"description": what, "expected": "a place such as OBX-3.2, or several in turn"},
    )


def _people(default: str, what: str) -> fields.String:
    return fields.String(
        load_default=default,
        validate=[_addresses, _whole_fields],
        metadata={"description": what, "expected": "a field such as OBR-16, or several in turn"},
    )


def _unit() -> fields.String:
    units = validate.OneOf(("yuan", "fen"))
    return fields.String(load_default="yuan", validate=units, metadata={"description": "What amounts are in."})


def _types(default: Sequence[str], what: str) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=_TYPE), load_default=lambda: list(default), metadata={"description": what}
    )


def _table(meanings: Sequence[str], what: str) -> fields.Dict:
    listed = ", ".join(dict.fromkeys(map(str, meanings)))
    return fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf([str(meaning) for meaning in meanings])),
        load_default=dict,
        metadata={"description": f"{what} One of {listed}; a code that is not listed keeps its standard meaning."},
    )


def _rule_schema(places: str, values: Sequence[str]) -> type[Schema]:
    """The schema of one rule, with its own defaults."""
    return Schema.from_dict(
        {
            "from": _places(places, "Where the value stands."),
            "values": fields.List(
                fields.String(),
                load_default=lambda: list(values),
                metadata={"description": "The values under which it holds; capitals or not."},
            ),
        },
        name="RuleSchema",
    )


def _rule(places: str, values: Sequence[str], what: str) -> fields.Nested:
    return _nested(_rule_schema(places, values), what)


def _nested(schema: type[Schema], what: str) -> fields.Nested:
    default: Callable[[], Any] = partial(schema().load, {})
    return fields.Nested(schema, load_default=default, metadata={"description": what})


class PatientMapSchema(Schema):
    """Patients: record numbers that become one, or two again."""

    merging = _types(("ADT^A40",), "Messages that merge record numbers; older systems send ADT^A18, A30 or A34.")
    linking = _types(("ADT^A24",), "Messages that say that all these numbers are one person's and stay in use.")
    parting = _types(("ADT^A37",), "Messages that undo a merge or a link.")
    updating = _types(("ADT^A08", "ADT^A31"), "Messages that say anew who the patient is.")
    retired = _people("MRG-1", "The numbers that go, a field of type CX; without it, those of every further PID.")
    told_at = _places("EVN-6.1, EVN-2.1, MSH-7.1", "When the hospital did it: of two words the later holds.")


class VisitMapSchema(Schema):
    """Visits and appointments."""

    messages = _types(("ADT^A04", "SIU^S12", "SIU^S13", "SIU^S14"), "Messages that tell of a visit.")
    cancelling = _types(("ADT^A11", "SIU^S15"), "Messages that call one off.")
    number = _places("SCH-2.1, PV1-19.1", "The hospital's number of the visit.")
    our_number = _places("SCH-1.1", "Our number, where it was booked here.")
    department_code = _places("PV1-3.1, AIL-3.1", "The department's code, as in the directory.")
    department_name = _places("PV1-3.9, AIL-3.9", "Its name.")
    practitioner = _people("PV1-7, AIP-3", "The practitioner, of type XCN: a code and a name.")
    place = _places("PV1-3.2, AIL-3.2", "Where the patient goes, such as a room.")
    starts_at = _places("SCH-11.4, AIS-4.1, PV1-44.1, EVN-6.1, EVN-2.1", "When it begins.")
    ends_at = _places("SCH-11.5", "When it ends; where it is empty, AIS-7 and AIS-8 say how long it takes.")
    told_at = _places("MSH-7.1", "When it was told: of two messages of one visit the later holds.")
    ignored = _rule("PV1-2.1", ("N",), "A message that tells of no visit, by default patient class N.")
    cancelled = _rule("SCH-25.1", _OFF, "An appointment that is off, whatever the message is called.")


class StayMapSchema(Schema):
    """Stays of inpatients; without `messages` nothing is read of them."""

    messages = _types(_STAYS, "Messages that tell of a stay, whatever else they tell; empty reads nothing of stays.")
    admitting = _types(("ADT^A01", "ADT^A06"), "Those of them that admit.")
    discharging = _types(("ADT^A03",), "Those that discharge.")
    cancelling = _types(("ADT^A11",), "Those that say that there was no such admission.")
    reopening = _types(("ADT^A13",), "Those that take a discharge back.")
    settling = _types((), "Messages that tell of the settlement (出院结算), such as BAR^P06 where it has sums.")
    inpatient = _rule("PV1-2.1", ("I",), "A message of an inpatient; others tell of no stay.")
    number = _places("PV1-19.1", "The number of the stay (住院号), to which deposits are posted.")
    ward = _places("PV1-3.9, PV1-3.1", "The ward.")
    admitted_at = _places("PV1-44.1", "When the patient came in.")
    discharged_at = _places("PV1-45.1", "When the patient left; a message that discharges counts without it.")
    told_at = _places("MSH-7.1", "When it was told: of two messages of one stay the later holds.")
    balance = _places("", "What of the deposits is left. PV1-46 is, by the standard, what is owed: no default.")
    asked = _places("", "The further deposit that is wanted (催缴).")
    total = _places("", "Of a message that settles: what the stay came to.")
    insurance = _places("", "The insurance's share of it.")
    account = _places("", "What the patient's personal account (个人账户) pays at the insurance's side.")
    self_pay = _places("", "The patient's own part; the three must add up to the total.")
    deposits = _places("", "All deposits, those paid at the window too.")
    surplus = _places("", "What of the deposits goes back.")
    due = _places("", "What the deposits did not cover.")
    settlement_no = _places("", "The number of the settlement, to which what is due is posted; without it, the stay's.")
    unit = _unit()


class BillMapSchema(Schema):
    """Bills."""

    charges = _types(("DFT^P03",), "Messages with a segment FT1 for each charge.")
    accounts = _types(("BAR^P01", "BAR^P05", "BAR^P06"), "Messages of an account, which may hold charges in FT1.")
    orders = _types(("ORM^O01", "OML^O21", "OMG^O19"), "Messages with a group ORC for each order.")
    charge = _rule("FT1-6", ("CG",), "A charge that is wanted.")
    credit = _rule("FT1-6", ("CD",), "A charge that is wanted no more.")
    order = _rule("ORC-1", ("NW", "XO"), "An order that is wanted.")
    cancellation = _rule("ORC-1", ("CA", "OC"), "An order that is wanted no more.")
    number = _places("FT1-3, FT1-2", "The bill of a charge; charges of one number are one bill.")
    order_number = _places("ORC-4.1, ORC-2.1", "The bill of an order; orders of one number are one bill.")
    visit = _places("PV1-19.1", "The visit.")
    department_name = _places("FT1-13.2, ORC-17.2, PV1-3.9", "The department's name.")
    practitioner = _people("FT1-21, ORC-12, OBR-16, PV1-7", "Who ordered it.")
    code = _places("FT1-7.1, FT1-25.1, OBR-4.1, RXO-1.1", "The item's code.")
    item = _places("FT1-7.2, FT1-8, FT1-25.2, OBR-4.2, RXO-1.2", "Its name.")
    quantity = _places("FT1-10", "How much of it.")
    amount = _places("FT1-11.1.1", "What it costs, all of the quantity. An order without a price is no bill.")
    total = _places("", "The bill's total, where it stands apart; the items must add up to it.")
    insurance = _places("FT1-15.1.1", "The insurance's share, in each item or once for the bill.")
    account = _places("", "What the patient's personal account (个人账户) pays at the insurance's side, likewise.")
    self_pay = _places("", "The patient's share, likewise; the shares must add up to the total.")
    unit = _unit()
    at_window = _rule("PV1-20.1", (), "A bill that can only be settled at the hospital's window.")
    issued_at = _places("ORC-9.1, EVN-2.1, MSH-7.1", "When it was issued or withdrawn.")


class ResultMapSchema(Schema):
    """Reports."""

    messages = _types(_RESULTS, "Messages with reports, a group OBR for each.")
    number = _places("OBR-3.1, ORC-3.1", "The report's number; groups of one number are one report.")
    our_order = _places("OBR-2.1, ORC-2.1", "The number of the order.")
    visit = _places("PV1-19.1", "The visit.")
    title = _places("OBR-4.2, OBR-4.5, OBR-4.1", "What was examined.")
    imaging = _rule("OBR-24.1", IMAGING, "A report of findings in words; any other is a laboratory's.")
    status = _places("OBR-25", "How firm the report is; where it is empty, its items tell.")
    statuses = _table((*ReportStatus, NOTHING), "What the codes of `status` mean.")
    issued_at = _places("OBR-22.1, MSH-7.1", "When this version was reported: versions are ordered by it.")
    observed_at = _places("OBR-7.1, SPM-17.1", "When the specimen was taken or the patient examined.")
    practitioner = _people("OBR-16, ORC-12, PV1-7", "Who ordered it.")
    department_name = _places("ORC-17.2, PV1-3.9", "The department that ordered it.")
    code = _places("OBX-3.1, OBX-3.4, OBX-3.2", "An item's code.")
    item = _places("OBX-3.2, OBX-3.5, OBX-3.1", "Its name.")
    part = _places("OBX-4", "What tells items of one code apart.")
    coded = fields.String(
        load_default="2, 5, 9, 1, 4",
        validate=validate.Regexp(r"[1-9](?:\s*,\s*[1-9])*\Z", error="numbers of components such as 2, 1, 9"),
        metadata={
            "description": "Which component of a coded value (CE, CWE, CNE) is shown, the first that is filled: its "
            "name (2), its other name (5), the original text (9), its code (1), its other code (4)."
        },
    )
    units = _places("OBX-6.1, OBX-6.2", "Its units.")
    range = _places("OBX-7", "Its reference range.")
    flag = _places("OBX-8", "What the laboratory says of the value.")
    flags = _table(tuple(AbnormalFlag), "What its codes mean.")
    critical = _rule("OBX-8", ("HH", "LL", "AA"), "A critical value, on which somebody must act at once.")
    item_status = _places("OBX-11", "How firm the item is; where it is empty, as firm as its report.")
    item_statuses = _table((*ReportStatus, NOTHING), "What the codes of `item_status` mean.")

    @post_load
    def _over_the_standard(self, loaded: dict[str, Any], **_: object) -> dict[str, Any]:
        standard: dict[str, Mapping[str, str]] = {"flags": FLAGS, "statuses": STATUSES, "item_statuses": ITEM_STATUSES}
        return {**loaded, **{key: {**table, **loaded[key]} for key, table in standard.items()}}


class DocumentMapSchema(Schema):
    """Documents."""

    messages = _types(("MDM^T02", "MDM^T04", "MDM^T06"), "Messages with a document in OBX behind its TXA.")
    correcting = _types(("MDM^T08",), "The same, of one that was edited.")
    replacing = _types(("MDM^T10",), "The same, of one that stands in the place of another.")
    cancelling = _types(("MDM^T11",), "Messages that take a document back.")
    number = _places("TXA-12.1, TXA-12.3", "The document's number.")
    replaces = _places("TXA-13.1, TXA-13.3", "The number of the one that it replaces.")
    our_order = _places("TXA-14.1, OBR-2.1, ORC-2.1", "The number of the order.")
    visit = _places("PV1-19.1", "The visit.")
    title = _places("TXA-2.2, OBR-4.2, TXA-2.1", "What it is.")
    status = _places("TXA-17", "How firm it is.")
    statuses = _table((*ReportStatus, NOTHING), "What the codes of `status` mean.")
    withdrawn = _rule("TXA-19", ("CA", "OB"), "A document that is taken back, whatever the message is called.")
    unavailable = _rule("TXA-19", ("UN",), "A document that is not for anybody's use.")
    withheld = _rule("TXA-18", ("R", "V"), "A document that its patient is not shown.")
    issued_at = _places("EVN-6.1, EVN-2.1, MSH-7.1", "When this version was told: versions are ordered by it.")
    observed_at = _places("TXA-4.1, TXA-6.1", "When what it tells of took place.")
    practitioner = _people("TXA-5, TXA-9, OBR-16, PV1-7", "Whose it is.")
    department_name = _places("PV1-3.9", "The department.")

    @post_load
    def _over_the_standard(self, loaded: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**loaded, "statuses": {**DOCUMENT_STATUSES, **loaded["statuses"]}}


class MapSchema(Schema):
    """How the messages that the hospital sends unasked are read."""

    patient = _nested(PatientMapSchema, "Patients and their record numbers.")
    visit = _nested(VisitMapSchema, "Visits and appointments.")
    stay = _nested(StayMapSchema, "Stays of inpatients.")
    bill = _nested(BillMapSchema, "Bills.")
    result = _nested(ResultMapSchema, "Reports.")
    document = _nested(DocumentMapSchema, "Documents that are sent as such.")
