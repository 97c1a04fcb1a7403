"""What a field of a schema expects, in words for the person who writes the configuration."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from hospital_bridge.settings.references import SECRET_FORM
from hospital_bridge.settings.sentence import Sentence

_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.Boolean, "true or false"),
    (fields.Integer, "a whole number"),
    (fields.Number, "a number"),
    (fields.TimeDelta, "a length of time as a number"),
    (fields.Nested, "a table"),
    (fields.Mapping, "a table"),
    (fields.Time, "a time such as 07:30"),
    (fields.Date, "a date such as 2026-11-22"),
)
_TOLD = (validate.OneOf, validate.Range, validate.URL)
"""Validators that an expectation puts into words; another's own words are shown beside it."""


def expectation(field: fields.Field[Any]) -> Sentence:
    """What may be written there; a field may say it better itself in `metadata["expected"]`."""
    if field.metadata.get("secret"):
        return SECRET_FORM
    if said := field.metadata.get("expected"):
        return Sentence(said)
    return _by_validators(field) or _by_kind(field)


def says_it_all(field: fields.Field[Any], text: str) -> bool:
    """Whether the expectation leaves nothing that a fault's own words would add.

    A field whose faults always add something says so in `metadata["explained"]`.
    """
    if field.metadata.get("explained"):
        return False
    if "expected" in field.metadata or field.validators:
        return "expected" in field.metadata or all(isinstance(validator, _TOLD) for validator in field.validators)
    return text in field.error_messages.values()  # else a rule of the whole table speaks


def _by_validators(field: fields.Field[Any]) -> Sentence | None:
    for validator in field.validators:
        if isinstance(validator, validate.OneOf):
            return Sentence("one of {choices}", {"choices": ", ".join(map(str, validator.choices))})
        if isinstance(validator, validate.URL):
            return Sentence("an address such as https://hospital.example")
        if isinstance(validator, validate.Range) and isinstance(field, fields.Number):
            return _in_range(validator)
    return None


def _by_kind(field: fields.Field[Any]) -> Sentence:
    if isinstance(field, fields.List):
        return Sentence("a list, each {item}", {"item": expectation(field.inner)})
    return Sentence(next((words for kind, words in _KINDS if isinstance(field, kind)), "text"))


def _in_range(allowed: validate.Range) -> Sentence:
    if allowed.max is None:
        return Sentence("a number of at least {least}", {"least": str(allowed.min)})
    if allowed.min is None:
        return Sentence("a number of at most {most}", {"most": str(allowed.max)})
    return Sentence("a number from {least} to {most}", {"least": str(allowed.min), "most": str(allowed.max)})
