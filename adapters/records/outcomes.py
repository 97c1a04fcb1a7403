"""Yes, nothing, no, not now or unknown: what an answer means, by the rules of the hospital that gave it.

Every system has a code for it, and no code means the same everywhere: what no rule lists is never taken for a yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from adapters import texts
from adapters.errors import Malformed, OutsideError, Reason
from adapters.meanings import EMPTY, MEANINGS, OK, UNKNOWN, error, passes
from adapters.records.conventions import ANYTHING_ELSE


class OutcomeSchema(Schema):
    """What the codes of an answer mean."""

    codes = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(MEANINGS)),
        load_default=dict,
        metadata={
            "description": f"What a code means: {', '.join(MEANINGS)}; `>0`, `<0` are numbers, `*` every other code."
        },
    )
    words = fields.Dict(
        fields.String(validate=validate.Length(min=2)),
        fields.String(validate=validate.OneOf(MEANINGS)),
        load_default=dict,
        metadata={"description": "What words of its message mean where its code only says no (`other`)."},
    )

    @validates_schema(skip_on_field_errors=True)
    def _means_something(self, loaded: Mapping[str, Any], **_: object) -> None:
        codes, faults = loaded["codes"], dict[str, Any]()
        if codes.get(ANYTHING_ELSE) in (OK, EMPTY):
            told = f"a code that nobody listed would be {codes[ANYTHING_ELSE]}, such as a new error"
            faults["codes"] = {ANYTHING_ELSE: [told]}
        elif codes and not {OK, EMPTY} & set(codes.values()):
            faults["codes"] = ["no answer could ever be a yes: no code means ok or empty"]
        if loaded["words"] and Reason.OTHER not in codes.values():
            faults["words"] = ["nobody looks here: words count where a code means `other`, and none does"]
        if faults:
            raise ValidationError(faults)


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """The rules of one operation; with none, every answer is a yes."""

    codes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def holds(self, code: str, message: str, *, changes: bool, retry_after: timedelta) -> bool:
        """Whether there is something: True for a yes, False for an empty one; any other outcome is raised.

        A code that no rule lists is Malformed, and OutcomeUnknown behind what `changes` something.
        """
        if not self.codes:
            return True
        meaning = self._meaning(code.strip(), message)
        if meaning in (OK, EMPTY):
            return meaning == OK
        raise _outcome(meaning, texts.code(code.strip()), changes=changes, retry_after=retry_after)

    def _meaning(self, code: str, message: str) -> str:
        meaning = self.codes.get(code) or self._by_test(code) or self.codes.get(ANYTHING_ELSE, "")
        if meaning != Reason.OTHER:
            return meaning
        return next((told for words, told in self.words.items() if words in message), meaning)

    def _by_test(self, code: str) -> str:
        tests = sorted(self.codes.keys() - {ANYTHING_ELSE}, key=lambda test: ("=" in test, test))
        return next((self.codes[test] for test in tests if passes(code, test)), "")


def _outcome(meaning: str, code: str, *, changes: bool, retry_after: timedelta) -> OutsideError:
    if not meaning and not changes:
        return Malformed("the hospital answered with a code that no rule lists", native_code=code)
    said = f"the hospital answered {code}".rstrip()
    return error(meaning or UNKNOWN, said, native_code=code, retry_after=retry_after)
