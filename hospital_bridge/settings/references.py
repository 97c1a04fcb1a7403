"""Texts that the configuration does not hold itself but points to: `{ file = "…" }` or `{ env = "…" }`.

Any text may be given so (a certificate, say); a field with `metadata={"secret": True}` must be.
Relative paths start at the folder of the main configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from hospital_bridge.settings.faults import Fault
from hospital_bridge.settings.section import Section
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.settings.toml_lines import KeyPath

SECRET_FORM = Sentence('{ file = "…" } or { env = "…" }')


class References:
    """Replaces the references of one section by what they point to.

    `spoiled` holds the paths whose reference leads nowhere: their values mean nothing.
    """

    def __init__(self, section: Section, environment: Mapping[str, str]) -> None:
        self._section = section
        self._environment = environment
        self.faults: list[Fault] = []
        self.spoiled: set[KeyPath] = set()

    def resolved(self, schema: Schema) -> dict[str, Any]:
        """The section's table with every reference resolved."""
        return self._table(schema, self._section.table, ())

    def _table(self, schema: Schema, table: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        known = by_key(schema)
        return {
            key: self._value(known[key], value, (*path, key)) if key in known else value for key, value in table.items()
        }

    def _value(self, field: fields.Field[Any], value: Any, path: KeyPath) -> Any:
        if field.metadata.get("secret"):
            return self._secret(value, path)
        if isinstance(field, fields.String) and (reference := _reference(value)):
            return self._text(*reference, path, "HB-C010")
        if isinstance(field, fields.Nested) and isinstance(value, Mapping):
            return self._table(field.schema, value, path)
        if isinstance(field, fields.List) and isinstance(value, list):
            return [self._value(field.inner, item, (*path, number)) for number, item in enumerate(value)]
        if isinstance(field, fields.Dict) and isinstance(value, Mapping) and field.value_field is not None:
            return {key: self._value(field.value_field, item, (*path, key)) for key, item in value.items()}
        return value

    def _secret(self, value: Any, path: KeyPath) -> str:
        if reference := _reference(value):
            return self._text(*reference, path, "HB-C009")
        return self._spoil(path, "HB-C008", Sentence("a secret is written {form}", {"form": SECRET_FORM}))

    def _text(self, kind: str, name: str, path: KeyPath, code: str) -> str:
        """What a reference points to; a file's last line end is no part of it."""
        if kind == "env":
            if name in self._environment:
                return self._environment[name]
            return self._spoil(path, code, Sentence("the environment variable {name} is not set", {"name": name}))
        file = (self._section.base / name).resolve()
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            why = {"file": str(file), "reason": error.strerror or type(error).__name__}
            return self._spoil(path, code, Sentence("{file} cannot be read: {reason}", why))
        except UnicodeDecodeError:
            return self._spoil(path, code, Sentence("{file} is not UTF-8 text", {"file": str(file)}))

    def _spoil(self, path: KeyPath, code: str, sentence: Sentence) -> str:
        self.faults.append(self._section.fault(path, code, sentence))
        self.spoiled.add(path)
        return ""


def by_key(schema: Schema) -> dict[str, fields.Field[Any]]:
    """The schema's fields by the key that a configuration writes."""
    return {field.data_key or name: field for name, field in schema.load_fields.items()}


def _reference(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    kind, name = next(iter(value.items()))
    return (kind, name) if kind in {"file", "env"} and isinstance(name, str) and name else None
