"""Alipay's noes: code, sub_code and the message that goes with them."""

from __future__ import annotations

_MESSAGES = {
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}


class Refusal(Exception):
    """An answer other than success; it is sent to the caller, with HTTP status 200 as Alipay does."""

    def __init__(self, code: str, sub_code: str, sub_msg: str = "") -> None:
        super().__init__(f"{code} {sub_code}")
        self.node = {"code": code, "msg": _MESSAGES[code], "sub_code": sub_code, "sub_msg": sub_msg or sub_code}


def business(sub_code: str, sub_msg: str = "") -> Refusal:
    """A business no (code 40004)."""
    return Refusal("40004", sub_code, sub_msg)


def missing(name: str) -> Refusal:
    """A required common parameter is missing."""
    return Refusal("40001", f"isv.missing-{name}", f"缺少{name}参数")


def invalid(name: str) -> Refusal:
    """A common parameter is invalid."""
    return Refusal("40002", f"isv.invalid-{name}", f"无效的{name}参数")


def invalid_content(sub_msg: str) -> Refusal:
    """The content of the call is not what the method takes."""
    return Refusal("40002", "isv.invalid-parameter", sub_msg)
