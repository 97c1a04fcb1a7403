"""What a hospital's IT department tells of the texts of its records: tables that other adapters nest in theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, validate

from adapters.documents import ENCODINGS
from adapters.invoices import InvoiceState
from adapters.news import AbnormalFlag, ReportKind, ReportStatus
from adapters.records.conventions import (
    LINKED,
    LIVE,
    MERGED,
    NOTHING,
    OFF,
    OVER,
    PARTED,
    STANDS,
    WANTED,
    WITHDRAWN,
)
from adapters.texts import EPOCHS
from adapters.values import EntryKind, Sex

SEXES = {"男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}
"""Words and letters that mean nothing else; a digit is each hospital's own."""

TRUTHS = {"true": True, "false": False, "是": True, "否": False}

ID_TYPES = ("MRN", "VISIT_CARD", "CN_ID", "PASSPORT")

_DIRECTIVES = re.compile(r"(?:[^%]|%[YymdHMSfzpIbB%])+\Z")
_PART_OF_DAY = validate.Regexp(
    r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d\Z", error="a part of the day such as 08:00-12:00"
)


def _known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("not a time zone such as Asia/Shanghai")


def _a_format(text: str) -> None:
    if text not in EPOCHS and not _DIRECTIVES.match(text):
        raise ValidationError(f"a format of a time such as %Y/%m/%d %H:%M:%S, or {', '.join(EPOCHS)}")


def _table(meanings: Iterable[str], what: str) -> fields.Dict:
    """A table of the hospital's codes; empty until it is written, for no code means the same everywhere."""
    listed = [str(meaning) for meaning in meanings]
    described = {"description": f"{what}: {', '.join(listed)}."}
    known = fields.String(validate=validate.OneOf(listed))
    return fields.Dict(fields.String(), known, load_default=dict, metadata=described)


class ConventionsSchema(Schema):
    """What the texts of records mean."""

    unit = fields.String(
        load_default="yuan",
        validate=validate.OneOf(("yuan", "fen")),
        metadata={"description": "What amounts are in, read and sent."},
    )
    time_zone = fields.String(
        load_default="Asia/Shanghai", validate=_known_zone, metadata={"description": "Zone of times without offset."}
    )
    formats = fields.List(
        fields.String(validate=_a_format),
        load_default=list,
        metadata={"description": "Forms of times that are not year, month, day, in turn."},
    )
    day_sent = fields.String(
        load_default="%Y-%m-%d", validate=_a_format, metadata={"description": "How we write a day."}
    )
    instant_sent = fields.String(
        load_default="%Y-%m-%d %H:%M:%S", validate=_a_format, metadata={"description": "How we write a time."}
    )
    blanks = fields.List(
        fields.String(), load_default=list, metadata={"description": "Texts that stand for nothing, such as NULL."}
    )
    document = fields.String(
        load_default="CN_ID", metadata={"description": "What an id number is that comes without a type."}
    )
    id_types = fields.Dict(
        fields.String(validate=validate.OneOf(ID_TYPES)),
        fields.List(fields.String(), validate=validate.Length(min=1)),
        load_default=dict,
        metadata={"description": f"{', '.join(ID_TYPES)}: the hospital's codes for it, the one we send first."},
    )
    sexes = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf([str(sex) for sex in Sex])),
        load_default=lambda: dict(SEXES),
        metadata={"description": "Codes of the sex: F, M or U; `*` is every other code."},
    )
    sessions = fields.Dict(
        fields.String(),
        fields.String(validate=_PART_OF_DAY),
        load_default=dict,
        metadata={"description": "Codes of a part of the day: its local times, such as 08:00-12:00."},
    )
    booking_states = _table((LIVE, OVER), "States of an appointment; `*` is every other one")
    entry_kinds = _table(EntryKind, "What a posting moves; `+` and `-` where the sign of the amount says it")
    invoice_states = _table(InvoiceState, "How the e-invoice of a payment stands; `*` is every other state")
    visit_states = _table((STANDS, OFF, NOTHING), "States of a visit that is told of")
    bill_states = _table((WANTED, WITHDRAWN, NOTHING), "States of a bill")
    merge_states = _table((MERGED, LINKED, PARTED, NOTHING), "States of two record numbers")
    truths = fields.Dict(
        fields.String(),
        fields.Boolean(truthy={True}, falsy={False}),
        load_default=lambda: dict(TRUTHS),
        metadata={"description": "Codes of yes and no."},
    )
    report_kinds = _table(ReportKind, "Kinds of a report")
    statuses = _table((*ReportStatus, NOTHING), "How firm a report is; an empty key is a report that does not say")
    item_statuses = _table((*ReportStatus, NOTHING), "How firm an item of a report is")
    flags = _table(AbnormalFlag, "What the laboratory says of a value")
    document_encoding = fields.String(
        load_default="base64", validate=validate.OneOf(sorted(ENCODINGS)), metadata={"description": "Of documents."}
    )
