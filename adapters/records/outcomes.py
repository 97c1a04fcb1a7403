"""Yes, nothing, no, not now or unknown: what an answer means, by the rules of the hospital that gave it.

Every system has a code for it, and no code means the same everywhere: what no rule lists is never taken for a yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from marshmallow import Schema, fields, validate

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.records.conventions import ANYTHING_ELSE

OK, EMPTY, BUSY, UNKNOWN = "ok", "empty", "busy", "unknown"
MEANINGS = (OK, EMPTY, BUSY, UNKNOWN, *(str(reason) for reason in Reason))

_SHOWN = re.compile(r"(?!.*\d{11})[\w.:-]{1,40}", re.ASCII)
_AGAINST_ZERO: Mapping[str, Callable[[Decimal], bool]] = {
    ">0": lambda number: number > 0,
    "<0": lambda number: number < 0,
    ">=0": lambda number: number >= 0,
    "<=0": lambda number: number <= 0,
}


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
        raise _outcome(meaning, shown(code.strip()), changes=changes, retry_after=retry_after)

    def _meaning(self, code: str, message: str) -> str:
        meaning = self.codes.get(code) or self._by_number(code) or self.codes.get(ANYTHING_ELSE, "")
        if meaning != Reason.OTHER:
            return meaning
        return next((told for words, told in self.words.items() if words in message), meaning)

    def _by_number(self, code: str) -> str:
        try:
            number = Decimal(code)
        except InvalidOperation:
            return ""
        if not number.is_finite():
            return ""
        return next((self.codes[key] for key, fits in _AGAINST_ZERO.items() if key in self.codes and fits(number)), "")


def shown(code: str) -> str:
    """The code where it looks like one: hanzi, or digits enough for a phone or ID number, may be personal."""
    return code if _SHOWN.fullmatch(code) else ""


def _outcome(meaning: str, code: str, *, changes: bool, retry_after: timedelta) -> OutsideError:
    said = f"the hospital answered {code}".rstrip()
    if meaning == BUSY:
        return NotDone(said, native_code=code, retry_after=retry_after)
    if meaning == UNKNOWN or (not meaning and changes):
        return OutcomeUnknown(said, native_code=code)
    if not meaning:
        return Malformed("the hospital answered with a code that no rule lists", native_code=code)
    return Refused(said, reason=Reason(meaning), native_code=code)
