"""How one hospital is asked over HTTP, as its IT writes it: every knob for all, for a dialect, or for one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from adapters.his_http.charset import codec_of
from adapters.his_http.client import NO_CONTENT, READ
from adapters.his_http.reply import FORMS
from adapters.his_http.template import ESCAPES
from adapters.meanings import ANY, BUSY, EMPTY, MEANINGS, NOES, UNKNOWN
from adapters.records.schema import ConventionsSchema

USUAL: dict[str, Any] = {
    "url": "",
    "path": "",
    "method": "POST",
    "headers": {"Content-Type": "text/xml; charset=utf-8"},
    "envelope": "",
    "frame": "",
    "template": "",
    "escape": "xml",
    "values": {},
    "digests": {},
    "charset": "UTF-8",
    "reply_charset": "",
    "statuses": {
        "200": READ,
        **dict.fromkeys(("401", "403", "404", "405", "415", "429"), BUSY),
    },
    "namespaces": {},
    "unwrap": [],
    "reply": "xml",
    "segments": ["MSA", "ERR", "QAK", "QPD", "PID", "PV1", "ORC", "OBR", "OBX", "SCH", "FT1"],
    "echo": "",
    "code": "",
    "codes": {},
    "rules": [],
    "otherwise": UNKNOWN,
    "conventions": {},
    "first": [],
}
"""What holds where nobody writes a knob. A status that turns a request away unread did nothing."""

TABLES = ("headers", "values", "digests", "statuses", "namespaces", "codes", "conventions")
"""Knobs that are tables: a nearer one adds to a wider one, key by key."""


class Places(fields.Field[Any]):
    """A place, several in turn (`Fee, Charge`), a constant in single quotes, or a list whose texts are joined."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(part, str) for part in parts):
            raise ValidationError("a place, or a list of places whose texts are joined")
        return value


def _known_charset(name: str) -> None:
    if name and codec_of(name) is None:
        raise ValidationError("not a character set such as UTF-8 or GB18030")


def _only_204_is_empty(statuses: Mapping[str, str]) -> None:
    """Any other may come of a proxy's page or a wrong path, and nothing of that is ever a yes."""
    if any(meaning == EMPTY and status != NO_CONTENT for status, meaning in statuses.items()):
        raise ValidationError(f"only {NO_CONTENT} may be {EMPTY}: of any other `read` what stands in it")


def _a_code(text: str) -> None:
    if text == ANY or text.startswith(("<", ">")):
        raise ValidationError("a code is the text itself: comparisons and * stand in `rules`")


def _without_login(url: str) -> None:
    if url and (not url.startswith(("http://", "https://")) or "@" in url or len(url.split("/")[2]) == 0):
        raise ValidationError("an address such as http://10.0.0.5:8080/his, without a login: that belongs into secrets")


def _text(what: str, *checks: Any) -> fields.String:
    return fields.String(validate=list(checks), metadata={"description": what})


def _template(what: str) -> fields.String:
    return fields.String(metadata={"description": what, "expected": "a template", "explained": True})


def _one_of(choices: Iterable[str], what: str) -> fields.String:
    return fields.String(validate=validate.OneOf([*map(str, choices)]), metadata={"description": what})


def _texts(what: str, default: Any = None) -> fields.List[Any]:
    more = {} if default is None else {"load_default": default}
    return fields.List(fields.String(), metadata={"description": what}, **more)


def _table(what: str, value: fields.Field[Any] | None = None) -> fields.Dict:
    return fields.Dict(fields.String(), value or fields.String(), metadata={"description": what})


def places(what: str, *, required: bool = False) -> Places:
    """A field of type `Places`."""
    told = {"description": what, "expected": "a place such as Fee/Amount, or several", "explained": True}
    return Places(required=required, metadata=told)


class RowRuleSchema(Schema):
    """A condition on the text at a place."""

    at = fields.String(required=True, metadata={"description": "The place."})
    tests = _texts("Texts of which it is one; `*` is any, `>0` a number above it, an empty text nothing.", list)
    tests.data_key = "is"
    words = _texts("Words of which it has one.", list)
    words.data_key = "has"


class RuleSchema(RowRuleSchema):
    """What an answer means under a condition."""

    means = fields.String(
        required=True,
        validate=validate.OneOf([*map(str, MEANINGS)]),
        metadata={"description": "`ok`, `empty`, `busy`, `unknown`, or why it is a no."},
    )


class DigestSchema(Schema):
    """A checksum that a request carries."""

    algorithm = fields.String(
        load_default="md5", validate=validate.OneOf(("md5", "sha1", "sha256")), metadata={"description": "Which one."}
    )
    of = fields.String(required=True, metadata={"description": "A template, nothing in it escaped."})
    upper = fields.Boolean(load_default=False, metadata={"description": "Whether its letters are capitals."})


class DialectSchema(Schema):
    """How things are asked; a knob that is left out is as it is further out, and at last as it usually is."""

    url = _text("Address of the service; the path of an operation is put behind it.", _without_login)
    path = _template("Template of what is put behind the address.")
    method = _one_of(("POST", "GET", "PUT", "DELETE"), "Method of the request, usually POST.")
    headers = _table("Templates of headers.", _template("A template."))
    envelope = _template("Template around the request, which stands in it as {payload}; empty for none.")
    frame = _template(
        "Template around what an operation writes, which stands in it as {request:raw}; both are {payload}."
    )
    template = _template("What an operation asks, with places such as {mrn}.")
    escape = _one_of(ESCAPES, "How values are escaped where a template does not say, usually xml.")
    values = _table("Values of the hospital's own for templates.")
    digests = _table("Checksums by the name of their place.", fields.Nested(DigestSchema))
    charset = _text("Character set of requests, usually UTF-8.", _known_charset)
    reply_charset = _text("Character set of replies; empty where they say it themselves.", _known_charset)
    statuses = fields.Dict(
        fields.String(validate=validate.Regexp(r"[2-5]\d\d\Z", error="an HTTP status such as 500")),
        _one_of((READ, EMPTY, *NOES), "What it means; only 204 may be `empty`, done and without an answer."),
        validate=_only_204_is_empty,
        metadata={
            "description": "HTTP statuses: 200 is read; 401, 403, 404, 405, 415 and 429 did nothing; else unknown."
        },
    )
    namespaces = _table("Namespaces by the prefixes that places use.")
    unwrap = _texts("Layers off a reply: `xml:/Envelope/…/return`, `json:/d`, `base64`.")
    reply = _one_of(FORMS, "What is inside, usually xml.")
    segments = _texts("Segments before which an HL7 message is split that lost its segment ends.")
    echo = _text("Where an answer repeats {request_id}; any other id there belongs to another request.")
    code = _text("Where an answer has its code.")
    codes = fields.Dict(
        fields.String(validate=_a_code),
        _one_of(MEANINGS, "`ok`, `empty`, `busy`, `unknown`, or why it is a no."),
        metadata={"description": "What its codes mean, each the text itself."},
    )
    rules = fields.List(
        fields.Nested(RuleSchema), metadata={"description": "What an answer means whose code no table lists, in turn."}
    )
    otherwise = _one_of(MEANINGS, "What every other answer means, usually unknown.")
    first = _texts("Lookups that are asked before, in turn, such as a login; their fields are values of the request.")
    conventions = fields.Nested(
        ConventionsSchema(partial=True), metadata={"description": "What the texts of rows mean."}
    )


class OperationSchema(DialectSchema):
    """One thing that the hospital can be asked."""

    dialect = fields.String(load_default="", metadata={"description": "One of `dialects`."})
    rows = fields.String(load_default="", metadata={"description": "Where the rows are; empty where the whole is one."})
    may_be_absent = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether no rows means that there are none, wherever they would be."},
    )
    only_rows = fields.List(
        fields.Nested(RowRuleSchema),
        data_key="only",
        load_default=list,
        metadata={"description": "Conditions on the rows that count."},
    )
    fields_ = _table("Where a row has our fields.", places("Where it stands."))
    fields_.data_key = "fields"
    fields_.load_default = dict
    page_size = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(0, 10_000),
        metadata={
            "description": "Rows of a page, where a list comes in pages: {page} from 1 and {page_size}; 0 for none. No"
            " more than the server gives at once: a page with fewer rows is the last."
        },
    )
    complete = _texts("Lookups that complete each row, in turn.", list)
    drop_when_empty = fields.Boolean(
        load_default=False,
        metadata={"description": "Of a lookup: whether a row is left out of which it knows nothing."},
    )


class LookupSchema(OperationSchema):
    """A further question."""

    keep = fields.Float(
        load_default=0.0,
        validate=validate.Range(min=0),
        metadata={"description": "Seconds for which its answer counts, such as a session's; 0 asks anew each time."},
    )


class FeedSchema(OperationSchema):
    """A list of what is new."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("visit", "bill", "report", "merge", "stay")),
        metadata={"description": "What its things are."},
    )
    every = fields.Float(
        load_default=30.0, validate=validate.Range(min=1), metadata={"description": "Seconds between two looks."}
    )
    id = places("The number of a thing; rows of one number are one thing.", required=True)
    version = places("What says when a thing last changed.", required=True)
    by_number = fields.Boolean(
        load_default=False, metadata={"description": "Whether the version is a running number and no time."}
    )
    first_hours = fields.Float(
        load_default=24.0, validate=validate.Range(min=0), metadata={"description": "How far back the first look goes."}
    )
    overlap = fields.Float(
        load_default=120.0,
        validate=validate.Range(min=0),
        metadata={"description": "Seconds by which a look begins before the last thing seen."},
    )
    window_hours = fields.Float(
        load_default=24.0,
        validate=validate.Range(min=0.1),
        metadata={"description": "Hours that one look covers at most."},
    )
    items = fields.String(load_default="", metadata={"description": "Where a row has its items, each with fields too."})
    item_fields = _table("Where an item has our fields.", places("Where it stands."))
    item_fields.load_default = dict
