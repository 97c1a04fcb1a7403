"""Money as a person types it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

NOT_AN_AMOUNT = "Type an amount such as 12.50."
_YUAN = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?")


class Yuan(fields.Field[int]):
    """An amount above 0 such as `12`, `12.5` or `12.50`, read as fen without a float."""

    default_error_messages = {"required": NOT_AN_AMOUNT}  # noqa: RUF012  marshmallow's own way

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> int:
        found = _YUAN.fullmatch(str(value).strip())
        fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
        if fen <= 0:
            raise ValidationError(NOT_AN_AMOUNT)
        return fen
