"""What was typed, read by a page's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError

from hospital_bridge.web.forms import HIDDEN


@dataclass(frozen=True, slots=True)
class FormData:
    """The accepted values; `errors` by field say in message ids why others were not."""

    values: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def read_form(schema: type[Schema] | None, parts: Mapping[str, str]) -> FormData:
    """The request's query or form and the named parts of its path, checked by the schema."""
    typed = {name: value for name, value in request.values.items() if name not in HIDDEN} | dict(parts)
    if schema is None:
        return FormData(dict(parts))
    try:
        return FormData(dict(parts) | schema(unknown=EXCLUDE).load(typed))
    except ValidationError as fault:
        valid: Any = fault.valid_data
        return FormData(dict(parts) | dict(valid), _by_field(fault), typed)


def _by_field(fault: ValidationError) -> dict[str, list[str]]:
    messages: dict[str, list[str]] = fault.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow's own
    return {name: [str(text) for text in texts] for name, texts in messages.items()}
