"""The delimiters that a message declares in MSH-1 and MSH-2 (HL7 v2.5.1 section 2.5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from adapters.errors import Malformed

_HEADER_NAME_LENGTH = 3
_USUAL = "^~\\&"
_USUAL_HEADER = f"MSH|{_USUAL}|"
_MOST = 5
"""MSH-2 has four characters, and a fifth since v2.7."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """Each delimiter is one character, or '' where MSH-2 was too short to declare it."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""

    @property
    def encoding_characters(self) -> str:
        """MSH-2 as these delimiters are declared."""
        return self.component + self.repetition + self.escape + self.subcomponent + self.truncation

    @property
    def complete(self) -> bool:
        """Whether all four characters of MSH-2 are there."""
        return bool(self.subcomponent)

    @classmethod
    def of_header(cls, header: str) -> Delimiters:
        r"""Read them from a header segment; Malformed where one character has two roles.

        An empty MSH-2 declares nothing and means the usual `^~\&`; a short one leaves out
        what the message does not use.
        """
        if header.startswith(_USUAL_HEADER):
            return USUAL
        field = header[_HEADER_NAME_LENGTH : _HEADER_NAME_LENGTH + 1]
        return _of_roles(field + (header[_HEADER_NAME_LENGTH + 1 :].split(field, 1)[0] or _USUAL)[:_MOST])


@lru_cache(maxsize=64)
def _of_roles(roles: str) -> Delimiters:
    """The same few all day long."""
    if len(set(roles)) < len(roles):
        raise Malformed("MSH-1 and MSH-2 give one character two roles")
    return Delimiters(*roles, *[""] * (1 + _MOST - len(roles)))


USUAL = Delimiters()
