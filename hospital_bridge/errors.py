"""A fault that a person is told by its permanent code (`hospital_bridge.error_codes`)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from hospital_bridge.error_codes import CODES, ErrorCode

_BY_CODE: Final = {entry.code: entry for entry in CODES}


class BridgeError(Exception):
    """A fault that a person is told by its permanent code.

    `detail` says what is particular to this case, without personal data: it is shown and logged.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.entry = explain(code)
        self.detail = detail
        super().__init__(f"{code}: {self.entry.title}{f' {detail}' if detail else ''}")

    @property
    def code(self) -> str:
        """The permanent code, such as HB-C003."""
        return self.entry.code

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status under which a page or an API shows this."""
        return self.entry.status


def explain(code: str) -> ErrorCode:
    """The table's entry; KeyError for a code that does not exist."""
    return _BY_CODE[code]
