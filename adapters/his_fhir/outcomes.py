"""An answer of the hospital's server -> one of the five outcomes, by tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from adapters import texts
from adapters.errors import Malformed, Reason
from adapters.his_fhir import json_text
from adapters.his_fhir.mapping.datatypes import codes
from adapters.his_fhir.node import Node, resource
from adapters.his_fhir.settings import FhirSettings
from adapters.http import Response
from adapters.meanings import BUSY, UNKNOWN, error

MEANING_OF_STATUS: Mapping[int, str] = {
    400: Reason.OTHER,
    401: Reason.CREDENTIALS,
    403: Reason.NOT_ALLOWED,
    404: Reason.NOT_FOUND,
    405: Reason.NOT_ALLOWED,
    406: Reason.NOT_ALLOWED,
    408: UNKNOWN,
    409: Reason.CONFLICTING_CONTENT,
    410: Reason.NOT_FOUND,
    412: Reason.CONFLICTING_CONTENT,
    413: Reason.NOT_ALLOWED,
    415: Reason.NOT_ALLOWED,
    422: Reason.OTHER,
    429: BUSY,
    501: Reason.NOT_ALLOWED,
}
"""A status (R4 section 3.1.0) -> a Reason to refuse, `busy` or `unknown`; behind any other 4xx is a plain no.

Behind a 5xx the work may have been done. 503 is busy only where it says when to come again (RFC 9110 section 15.6.4):
a proxy says 503 of its own too, when it has handed the request on already.
"""

MEANING_OF_ISSUE: Mapping[str, str] = {
    "login": Reason.CREDENTIALS,
    "expired": Reason.CREDENTIALS,
    "unknown": Reason.CREDENTIALS,
    "security": Reason.NOT_ALLOWED,
    "forbidden": Reason.NOT_ALLOWED,
    "suppressed": Reason.NOT_ALLOWED,
    "not-supported": Reason.NOT_ALLOWED,
    "not-found": Reason.NOT_FOUND,
    "deleted": Reason.NOT_FOUND,
    "duplicate": Reason.CONFLICTING_CONTENT,
    "multiple-matches": Reason.CONFLICTING_CONTENT,
    "conflict": Reason.CONFLICTING_CONTENT,
    "too-costly": Reason.OVER_LIMIT,
    "too-long": Reason.NOT_ALLOWED,
    "lock-error": BUSY,
    "throttled": BUSY,
}
"""IssueType of an OperationOutcome in a 4xx answer; it says more than the status does."""

_GOOD, _CLIENT, _UNAVAILABLE, _CODE_LENGTH = range(200, 300), range(400, 500), 503, 40
_UNSPOKEN = frozenset({202, 205, 206})
_NOBODY_THERE = frozenset({404, 405, 410})
"""Without an OperationOutcome it is a web server that says so, such as while the hospital's is put in anew."""
_FAILURES = frozenset({"error", "fatal"})


def check(answer: Response, settings: FhirSettings) -> None:
    """Return on a yes; else raise the outcome. No text of the hospital's is repeated, only codes.

    First counts the hospital's own code where the settings list it, then the standard's type of the issue, then the
    status.
    """
    if answer.status in _GOOD and answer.status not in _UNSPOKEN:
        return
    own, issue = _said(answer)
    listed = next((code for code in own if code in settings.codes), "")
    native = listed or next(iter(own), "") or issue
    meaning = settings.codes.get(listed) or _standard(answer, issue)
    text = f"the hospital answered {answer.status} {native}".rstrip()
    raise error(meaning, text, native_code=native, retry_after=_pause(answer, settings))


def failures(outcome: Node) -> list[str]:
    """The types of the issues that are no mere warning."""
    return [issue.text("code") for issue in outcome.children("issue") if issue.text("severity") in _FAILURES]


def _standard(answer: Response, issue: str) -> str:
    if answer.status == _UNAVAILABLE:
        return BUSY if "retry-after" in answer.headers else UNKNOWN
    if answer.status in (401, 429) or answer.status not in _CLIENT:
        return MEANING_OF_STATUS.get(answer.status, UNKNOWN)
    if answer.status in _NOBODY_THERE and not issue:
        return BUSY
    return MEANING_OF_ISSUE.get(issue) or MEANING_OF_STATUS.get(answer.status, Reason.OTHER)


def _said(answer: Response) -> tuple[list[str], str]:
    """The hospital's own codes and the first issue's type; nothing where the body is no OperationOutcome."""
    try:
        outcome = resource(json_text.parse(answer.body))
        if outcome.type != "OperationOutcome":
            return [], ""
        issues = outcome.children("issue")
        own = [code.code for issue in issues for code in codes(issue, "details") if code.code]
        return [code for code in own if texts.code(code)], next((issue.text("code") for issue in issues), "")
    except Malformed:
        return [], ""


def _pause(answer: Response, settings: FhirSettings) -> timedelta:
    """Retry-After in seconds; a date, or nothing, is the pause of the settings."""
    told = answer.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(told) if told.isdecimal() and len(told) < 6 else settings.busy_retry)  # noqa: PLR2004
