"""The configuration as a JSON Schema, so that an editor completes keys and marks mistakes while they are typed.

Only the plain words of JSON Schema are used: the TOML editors that hospitals have read Draft 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from hospital_bridge.settings.model import Installed, SchemaOf
from hospital_bridge.settings.pace_schema import PaceSchema
from hospital_bridge.settings.references import by_key
from hospital_bridge.settings.schema import BridgeSchema, OperatorSchema

_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.Boolean, "boolean"),
    (fields.Integer, "integer"),
    (fields.Number, "number"),
    (fields.TimeDelta, "number"),
    (fields.List, "array"),
    (fields.Nested, "object"),
    (fields.Dict, "object"),
)
_SECRET = {
    "type": "object",
    "oneOf": [{"required": ["file"]}, {"required": ["env"]}],
    "properties": {"file": {"type": "string"}, "env": {"type": "string"}},
    "additionalProperties": False,
}


def json_schema(installed: Installed) -> dict[str, Any]:
    """The schema of every configuration file, with what the installed adapters and verticals want to be told."""
    operator = _operator(installed)
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "hospital_bridge",
        **_object({"bridge": _table(BridgeSchema()), "operator": {"oneOf": [operator, _array(operator)]}}),
    }


def _operator(installed: Installed) -> dict[str, Any]:
    table = _table(OperatorSchema())
    choice = _choice(installed)
    table["properties"]["wallets"] |= {"additionalProperties": choice}
    system = {**choice, "properties": {**choice["properties"], "pace": _table(PaceSchema())}}
    table["properties"]["his"] |= system
    table["properties"]["systems"] |= {"additionalProperties": system}
    table["properties"]["verticals"] |= _object(_tables(installed.verticals))
    return table


def _choice(installed: Installed) -> dict[str, Any]:
    adapter = {"type": "string", "enum": sorted(installed.adapters)}
    return _object({"adapter": adapter, **_tables(installed.adapters)}, required=["adapter"])


def _tables(offered: Mapping[str, SchemaOf]) -> dict[str, Any]:
    return {name: _table(offered[name]()()) for name in sorted(offered)}


def _table(schema: Schema) -> dict[str, Any]:
    known = by_key(schema)
    required = sorted(key for key, field in known.items() if field.required)
    return _object({key: _property(field) for key, field in known.items()}, required=required)


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    table = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**table, "required": required} if required else table


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _property(field: fields.Field[Any]) -> dict[str, Any]:
    described = {"description": field.metadata["description"]} if "description" in field.metadata else {}
    if field.metadata.get("secret"):
        return {**_SECRET, **described}
    if isinstance(field, fields.Nested):
        return {**_table(field.schema), **described}
    items = {"items": _property(field.inner)} if isinstance(field, fields.List) else {}
    if isinstance(field, fields.Dict) and field.value_field is not None:
        items = {"additionalProperties": _property(field.value_field)}
    return {"type": _kind(field), **items, **described, **_limits(field), **_default(field)}


def _kind(field: fields.Field[Any]) -> str | list[str]:
    if isinstance(field, fields.String) and not _limits(field):
        return ["string", "object"]  # any text may be a reference to a file or the environment
    return next((word for known, word in _KINDS if isinstance(field, known)), "string")


def _limits(field: fields.Field[Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for validator in field.validators:
        if isinstance(validator, validate.OneOf):
            limits["enum"] = list(validator.choices)
        if isinstance(validator, validate.Range) and isinstance(field, fields.Number):
            ends = {"minimum": validator.min, "maximum": validator.max}
            limits |= {word: end for word, end in ends.items() if end is not None}
    return limits


def _default(field: fields.Field[Any]) -> dict[str, Any]:
    default = field.load_default
    return {"default": default} if isinstance(default, str | int | float) and default != "" else {}
