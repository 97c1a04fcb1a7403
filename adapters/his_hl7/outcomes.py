"""A hospital's acknowledgement -> one of the five outcomes, by tables."""

from __future__ import annotations

from datetime import timedelta

from adapters import texts
from adapters.errors import Malformed, OutsideError, Reason
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.meanings import BUSY, UNKNOWN, error

ACCEPTED = frozenset({"AA", "CA"})
REJECTED_UNREAD = frozenset({"AR", "CR"})
FAILED = frozenset({"AE", "CE"})
_QUERY_FAILED = frozenset({"AE", "AR"})

MEANING_OF_STANDARD_CODE = {
    "100": Reason.OTHER,
    "101": Reason.OTHER,
    "102": Reason.OTHER,
    "103": Reason.OTHER,
    "200": Reason.NOT_ALLOWED,
    "201": Reason.NOT_ALLOWED,
    "202": Reason.NOT_ALLOWED,
    "203": Reason.NOT_ALLOWED,
    "204": Reason.NOT_FOUND,
    "205": Reason.CONFLICTING_CONTENT,
    "206": BUSY,
    "207": UNKNOWN,
}
"""ERR-3 (HL7 v2.5.1 table 0357) -> a Reason to refuse, `busy` or `unknown`.

100 to 205 are found before anything is done; 206 is a locked record, free to repeat; behind
207, an internal error, the work may have been done before it failed.
"""

_STANDARD_SYSTEMS = frozenset({"", "HL70357"})


def check(answer: Message, settings: Hl7HisSettings) -> None:
    """Return on a yes; else raise the outcome. No text of the hospital's is repeated, only codes.

    First counts the hospital's own code where the settings list it, then the standard code of
    ERR-3. An own code that is not listed is a business no unless
    ERR-3 says 207. With no code at all AR and CR mean that the message was turned away unread
    (HL7 v2.5.1 section 2.9.2.2) and AE and CE tell nothing.
    """
    acknowledgement = answer["MSA-1"]
    if acknowledgement in ACCEPTED:
        acknowledgement = answer["QAK-2"] if answer["QAK-2"] in _QUERY_FAILED else ""
        if not acknowledgement:
            return
    if acknowledgement not in REJECTED_UNREAD | FAILED:
        raise Malformed("MSA-1 holds no acknowledgement code")
    raise _outcome(answer, acknowledgement, settings)


def _outcome(answer: Message, acknowledgement: str, settings: Hl7HisSettings) -> OutsideError:
    own, standard = _own_code(answer), texts.code(answer["ERR-3.1"])
    meaning = settings.codes.get(own) or MEANING_OF_STANDARD_CODE.get(standard)
    if meaning is None:
        meaning = _meaning_without_standard_code(acknowledgement, own)
    text = f"the hospital answered {acknowledgement} {own or standard}".rstrip()
    return error(meaning, text, native_code=own or standard, retry_after=timedelta(seconds=settings.busy_retry))


def _own_code(answer: Message) -> str:
    """ERR-5, an ERR-3 of a coding system other than HL7's, or MSA-6 of older versions."""
    if told(answer["ERR-3.3"]) not in _STANDARD_SYSTEMS:
        return texts.code(told(answer["ERR-5.1"]) or answer["ERR-3.1"])
    return texts.code(told(answer["ERR-5.1"]) or answer["MSA-6.1"])


def _meaning_without_standard_code(acknowledgement: str, own: str) -> str:
    if own:
        return Reason.OTHER
    return BUSY if acknowledgement in REJECTED_UNREAD else UNKNOWN
