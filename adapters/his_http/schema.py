"""What a hospital's IT department tells the HTTP adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from adapters.his_http.checks import OPERATIONS, Description, Finding, unknown
from adapters.his_http.knobs import DialectSchema, FeedSchema, LookupSchema, OperationSchema
from adapters.his_http.resolve import feed_of, operation_of
from adapters.his_http.settings import FeedOperation, HttpHisSettings, Operation

_NAME = validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="a name of small letters, digits and _")


def _seconds(default: float, what: str) -> fields.Float:
    above_zero = validate.Range(min=0, min_inclusive=False)
    return fields.Float(load_default=default, validate=above_zero, metadata={"description": f"Seconds {what}."})


def _described(schema: type[Schema], what: str, names: Any = _NAME) -> fields.Dict:
    return fields.Dict(
        fields.String(validate=names),
        fields.Nested(schema),
        load_default=dict,
        metadata={"description": what},
    )


def _an_operation(name: str) -> None:
    if name not in OPERATIONS:
        raise ValidationError(unknown(name, OPERATIONS, "an operation"))


class HttpHisSchema(DialectSchema):
    """A hospital information system over HTTP; the knobs at the top hold for every operation that does not say else."""

    secrets = fields.Dict(
        fields.String(validate=_NAME),
        fields.String(metadata={"secret": True}),
        load_default=dict,
        metadata={"description": "Logins and keys for templates, by the name of their place."},
    )
    connect_timeout = _seconds(5.0, "to wait for a connection")
    reply_timeout = _seconds(20.0, "to wait for an answer")
    busy_retry = _seconds(30.0, "until a busy hospital is asked again")
    largest_reply = fields.Integer(
        load_default=8 * 1024 * 1024,
        strict=True,
        validate=validate.Range(min=1024),
        metadata={"description": "Bytes of the longest answer that is read."},
    )
    ca_file = fields.String(
        load_default="",
        metadata={"description": "Who vouches for the hospital's certificate (PEM); empty: the machine's."},
    )
    dialects = _described(DialectSchema, "Other ways to ask, by name: what differs from the knobs at the top.")
    operations = _described(OperationSchema, "What the hospital can be asked.", _an_operation)
    lookups = _described(LookupSchema, "Further questions that complete the rows of others, or come first.")
    feeds = _described(FeedSchema, "Lists of what is new.")

    @validates_schema(skip_on_field_errors=True)
    def _is_whole(self, loaded: dict[str, Any], **_: object) -> None:
        faults: dict[str, Any] = {}
        made = {
            group: _each(group, loaded, make, faults)
            for group, make in (("operations", operation_of), ("lookups", operation_of), ("feeds", feed_of))
        }
        if not faults:
            feeds = {name: feed.operation for name, feed in made["feeds"].items()}
            for finding in Description(loaded, made["operations"], made["lookups"], feeds):
                _put(faults, finding)
        if faults:
            raise ValidationError(faults)


def settings_from(loaded: Mapping[str, Any]) -> HttpHisSettings:
    """The settings from what `HttpHisSchema` loaded."""
    return HttpHisSettings(
        operations={name: operation_of(name, each, loaded) for name, each in loaded["operations"].items()},
        lookups={name: operation_of(name, each, loaded) for name, each in loaded["lookups"].items()},
        feeds={name: feed_of(name, each, loaded) for name, each in loaded["feeds"].items()},
        **{
            key: loaded[key]
            for key in ("secrets", "connect_timeout", "reply_timeout", "busy_retry", "largest_reply", "ca_file")
        },
    )


def _each(
    group: str,
    loaded: Mapping[str, Any],
    make: Callable[[str, Mapping[str, Any], Mapping[str, Any]], Operation | FeedOperation],
    faults: dict[str, Any],
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, written in loaded[group].items():
        if written["dialect"] and written["dialect"] not in loaded["dialects"]:
            _put(faults, Finding((group, name, "dialect"), "no dialect of that name is described"))
            continue
        try:
            made[name] = make(name, written, loaded)
        except ValidationError as fault:
            faults.setdefault(group, {}).setdefault(name, {}).update(fault.messages_dict)
    return made


def _put(faults: dict[str, Any], finding: Finding) -> None:
    held: Any = faults
    for key in finding.keys[:-1]:
        held = held.setdefault(key, {})
        if isinstance(held, list):
            return
    told = held.setdefault(finding.keys[-1], [])
    if isinstance(told, list) and finding.text not in told:
        told.append(finding.text)
