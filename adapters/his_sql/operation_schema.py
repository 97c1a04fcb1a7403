"""What a hospital's IT department tells of one operation or feed: statement, columns, and what its answers mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from adapters.his_sql.operations import OPERATIONS, Operation
from adapters.his_sql.statement import Statement
from adapters.meanings import NOES
from adapters.records.names import KINDS
from adapters.records.outcomes import OutcomeSchema

FED = ("visit", "bill", "report", "merge", "stay")
"""The kinds of records that feeds tell of; an appointment that is called off is a visit that is off."""

_NAMED = r'[\w$#]+\Z|"[^"]+"\Z|`[^`]+`\Z|\[[^\]]+\]\Z'
_COLUMN = validate.Regexp(_NAMED, error="the name of a column")
_COLUMN_OR_NONE = validate.Regexp(rf"\Z|{_NAMED}", error="the name of a column")
_NAME = validate.Regexp(r"[a-z][a-z0-9-]{0,29}\Z", error="a short name such as bills")
_OWN_WORDS = {"own_words": True}


def _column(what: str, *, required: bool = False) -> fields.String:
    """The name of a column, in the quotes that the database wants where it wants some."""
    if required:
        return fields.String(required=True, validate=_COLUMN, metadata={"description": what})
    return fields.String(load_default="", validate=_COLUMN_OR_NONE, metadata={"description": what})


def _statement(what: str, **how: Any) -> fields.String:
    return fields.String(metadata={"description": what, **_OWN_WORDS}, **how)


def _columns() -> fields.Dict:
    return fields.Dict(
        fields.String(),
        fields.String(validate=_COLUMN),
        load_default=dict,
        data_key="fields",  # marshmallow keeps the name for itself
        metadata={"description": "The fields of the record: the column of each.", **_OWN_WORDS},
    )


def _fixed() -> fields.Dict:
    return fields.Dict(
        fields.String(),
        fields.String(),
        load_default=dict,
        metadata={"description": "Fields that no column has: what they always are.", **_OWN_WORDS},
    )


class OperationSchema(Schema):
    """One operation."""

    operation: ClassVar[Operation]
    parameters: ClassVar[tuple[str, ...]] = ()

    statement = _statement("One statement; its parameters stand behind a colon.", required=True)
    fields_ = _columns()
    fixed = _fixed()
    code = _column("The column that says how it went; left out, an answer is a yes.")
    message = _column("The column with its words.")
    outcome = fields.Nested(
        OutcomeSchema,
        load_default=lambda: OutcomeSchema().load({}),
        metadata={"description": "What the codes in that column mean."},
    )
    changes = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether a procedure that only tells writes all the same, such as a log."},
    )
    answer = _statement(
        "Where a change is answered elsewhere: what reads the answer, until it has a row.", load_default=""
    )
    waiting = _statement(
        "What finds a change of ours that still lies in an interface table: while it has a row, nobody knows.",
        load_default="",
    )
    errors = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(NOES)),
        load_default=dict,
        metadata={
            "description": "What an error of the database means at a change, by code, constraint or `*words*` of it."
        },
    )
    own_commit = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether the procedure commits by itself: then every error is an unknown outcome."},
    )

    @validates_schema(skip_on_field_errors=True)
    def whole(self, loaded: Mapping[str, Any], **_: Any) -> None:
        """Every fault of the statements and of the columns at once."""
        found = {
            "statement": [*Statement(loaded["statement"]).faults(self.parameters, reads=not self._changes(loaded))],
            "answer": [*self._faults_of_answer(loaded)],
            "waiting": [*self._faults_of_waiting(loaded)],
            "fields": [*faults_of_fields(self.operation.record, loaded["fields_"], loaded["fixed"])],
            "code": ["names no column, and the rules of its outcome need one"]
            if loaded["outcome"]["codes"] and not loaded["code"]
            else [],
        }
        if any(found.values()):
            raise ValidationError({key: told for key, told in found.items() if told})

    @post_load
    def made(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """With what its nature says."""
        return {**loaded, "fields": loaded["fields_"], "changes": self._changes(loaded)}

    def _changes(self, loaded: Mapping[str, Any]) -> bool:
        return self.operation.changes or bool(loaded["changes"])

    def _faults_of_answer(self, loaded: Mapping[str, Any]) -> Iterator[str]:
        if not loaded["answer"]:
            return
        if not self._changes(loaded):
            yield "only a change is answered elsewhere"
        yield from Statement(loaded["answer"]).faults(self.parameters, reads=True)

    def _faults_of_waiting(self, loaded: Mapping[str, Any]) -> Iterator[str]:
        if not loaded["waiting"]:
            return
        if self.operation not in (OPERATIONS["find_booking"], OPERATIONS["find_posting"]):
            yield "only find_booking and find_posting look for a change that was sent"
        yield from Statement(loaded["waiting"]).faults(self.parameters, reads=True)


class FeedSchema(Schema):
    """One feed."""

    name = fields.String(required=True, validate=_NAME, metadata={"description": "Its name, in lists and alerts."})
    kind = fields.String(required=True, validate=validate.OneOf(FED), metadata={"description": "What it tells of."})
    statement = _statement("One statement without parameters; the bridge pages through it.", required=True)
    watermark = _column("The column of the last change, that only grows: a time or a count.", required=True)
    tie = _column("A column that no two rows share, to go on between rows of one watermark.", required=True)
    item = _column("The column of the number of visit, bill or report: its rows are told together.", required=True)
    fields_ = _columns()
    fixed = _fixed()
    every = fields.Float(
        load_default=30.0,
        validate=validate.Range(min=1),
        metadata={"description": "Seconds between two looks."},
    )
    overlap = fields.Integer(
        load_default=300,
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "How late a row may be committed: seconds, or counts of the watermark."},
    )
    page = fields.Integer(
        load_default=200,
        strict=True,
        validate=validate.Range(1, 1000),
        metadata={"description": "Rows of one page."},
    )

    @validates_schema(skip_on_field_errors=True)
    def whole(self, loaded: Mapping[str, Any], **_: Any) -> None:
        """Every fault of the statement and of the columns at once."""
        found = {
            "statement": [*Statement(loaded["statement"]).faults((), reads=True)],
            "fields": [*faults_of_fields(loaded["kind"], loaded["fields_"], loaded["fixed"])],
        }
        if any(found.values()):
            raise ValidationError({key: told for key, told in found.items() if told})

    @post_load
    def made(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Under the name that a configuration writes."""
        return {**loaded, "fields": loaded["fields_"]}


def faults_of_fields(record: str, columns: Mapping[str, str], fixed: Mapping[str, str]) -> Iterator[str]:
    """Fields that a record does not have, have twice or lacks."""
    named = (*columns, *fixed)
    if not record:
        if named:
            yield "nothing is read out of this answer but its outcome"
        return
    kind = KINDS[record]
    for name in named:
        if name not in kind.names:
            near = difflib.get_close_matches(name, kind.names, n=1)
            yield f"a {record} has no field {name}" + (f"; did you mean {near[0]}?" if near else "")
        elif name in columns and name in fixed:
            yield f"{name} has a column and is fixed"
    if lacking := kind.lacking(named):
        yield f"a {record} needs {', '.join(lacking)}"


def _of(name: str) -> fields.Nested:
    operation = OPERATIONS[name]
    members = {"operation": operation, "parameters": operation.parameters(name)}
    schema = type(f"{name.title().replace('_', '')}Schema", (OperationSchema,), members)
    return fields.Nested(schema, metadata={"description": operation.what})


OperationsSchema = Schema.from_dict({name: _of(name) for name in OPERATIONS}, name="OperationsSchema")
