"""The page of every key of the configuration, installed adapters and verticals included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, missing

from docs._pages.markdown import code, document, table
from hospital_bridge.installed import installed
from hospital_bridge.settings.expectation import expectation
from hospital_bridge.settings.pace_schema import PaceSchema
from hospital_bridge.settings.references import by_key
from hospital_bridge.settings.schema import BridgeSchema, OperatorSchema

INTRODUCTION = (
    "One main file (by default `bridge.toml`) and, beside it, `conf.d/*.toml` and one `operators.d/*.toml` for each "
    'operator. Relative paths start at the folder of the main file. Any text may be given as `{ file = "…" }` or '
    '`{ env = "…" }`; a secret must be. `hospital-bridge check` names every fault at once; '
    "`hospital-bridge check --schema` prints a JSON Schema with which an editor completes the keys."
)


def page() -> str:
    """One section for each table; a key with * is required."""
    parts = installed()
    adapters = [
        _section(f"operator.his.{name}` or `operator.wallets.ACCOUNT.{name}", parts.adapters[name]()())
        for name in sorted(parts.adapters)
    ]
    verticals = [_section(f"operator.verticals.{name}", parts.verticals[name]()()) for name in sorted(parts.verticals)]
    core = [
        _section("bridge", BridgeSchema()),
        _section("operator", OperatorSchema()),
        _section("operator.his.pace", PaceSchema()),
    ]
    return document("Configuration", INTRODUCTION, "A key with * is required.", *core, *adapters, *verticals)


def _section(name: str, schema: Schema, told: dict[type[Schema], str] | None = None) -> str:
    """A table with the tables in it; one that stands further up already is only pointed at."""
    told = {} if told is None else told
    kind = type(schema)
    if kind in told:
        return f"`{name}` is written as `{told[kind]}`."
    told[kind] = name
    own = table(("Key", "Expected", "Default", "Meaning"), (_row(key, field) for key, field in by_key(schema).items()))
    inner = (_section(f"{name}.{key}", each, told) for key, each in _nested(schema))
    return "\n\n".join([f"## `{name}`", own, *inner])


def _nested(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The tables in a table; those that have names of the writer's own under `NAME`."""
    for key, field in by_key(schema).items():
        inner: fields.Field[Any] | None = field
        if isinstance(field, fields.Dict):
            key, inner = f"{key}.NAME", field.value_field  # noqa: PLW2901 - what follows is about the tables in it
        elif isinstance(field, fields.List):
            inner = field.inner
        if isinstance(inner, fields.Nested):
            yield key, inner.schema


def _row(key: str, field: fields.Field[Any]) -> tuple[str, str, str, str]:
    written = f"{code(key)} *" if field.required else code(key)
    return written, expectation(field).shown(), _default(field), str(field.metadata.get("description", ""))


def _default(field: fields.Field[Any]) -> str:
    default = field.load_default() if callable(field.load_default) else field.load_default
    if default is missing or default in ([], {}) or isinstance(field, fields.Nested):
        return ""
    return code(", ".join(map(str, default)) if isinstance(default, list) else str(default))
