"""What a permanent code says."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One permanent code: what happened, what its reader can do, and the HTTP status where it has one."""

    code: str
    title: str
    remedy: str
    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
