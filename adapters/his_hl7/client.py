"""One message to the hospital and the answer that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from adapters import unread
from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.his_hl7 import outcomes
from adapters.his_hl7.mapping.draft import Draft, Envelope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.build import Header, Unencodable, build
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.pool import ClosableLink
from adapters.time import Now

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONTROL_ID_LENGTH = 20


class Hl7Client:
    """Exchanges messages over a link; an answer counts only when its MSA-2 is our MSH-10."""

    def __init__(self, link: ClosableLink, settings: Hl7HisSettings, now: Now, new_id: Callable[[], str]) -> None:
        self._link = link
        self._settings = settings
        self._now = now
        self._new_id = new_id

    def envelope(self) -> Envelope:
        """A fresh control id and the present instant for one message."""
        return Envelope(control_id(self._new_id()), self._now())

    def today(self) -> date:
        """The present day where the hospital is."""
        return self._now().astimezone(self._settings.time_zone).date()

    def ask(self, envelope: Envelope, draft: Draft) -> Message:
        """Send a query, which changes nothing: whatever is lost on the way is NotDone.

        Malformed where the answer goes on in another message (DSC-1): a part is not the whole.
        """
        try:
            answer = self.tell(envelope, draft)
        except OutcomeUnknown as lost:
            later = timedelta(seconds=self._settings.busy_retry)
            raise NotDone(lost.text, native_code=lost.native_code, retry_after=later) from lost
        if told(answer["DSC-1"]):
            raise Malformed("DSC-1: the hospital sent only a part of the list")
        return answer

    def tell(self, envelope: Envelope, draft: Draft) -> Message:
        """Send a message that changes something and return the hospital's yes; else one of the five outcomes."""
        unread.note(b"")
        raw = self._link.exchange(self._encode(envelope, draft))
        unread.note(raw)
        answer = Message.parse(raw, self._settings.charset)
        if answer["MSA-2"] != envelope.control_id:
            self._link.close()
            raise OutcomeUnknown("the answer belongs to another message")
        outcomes.check(answer, self._settings)
        return answer

    def close(self) -> None:
        """Close the connection; the next exchange opens a new one."""
        self._link.close()

    def _encode(self, envelope: Envelope, draft: Draft) -> bytes:
        settings = self._settings
        header = Header(
            control_id=envelope.control_id,
            at=envelope.at,
            zone=settings.time_zone,
            sending_application=settings.sending_application,
            sending_facility=settings.sending_facility,
            receiving_application=settings.receiving_application,
            receiving_facility=settings.receiving_facility,
            processing_id=settings.processing_id,
        )
        try:
            return build(draft.message_type, header, *draft.segments).encode(settings.charset)
        except Unencodable as misfit:
            raise Refused(str(misfit), reason=Reason.NOT_ALLOWED) from misfit


def control_id(new_id: str) -> str:
    """MSH-10 from an id of 32 hex digits: 20 characters that hold the whole time of a UUIDv7 and 52 bits of its end."""
    number = int(new_id, 16)
    short = (number >> 80 << 52) | (number & ((1 << 52) - 1))
    digits = (_ALPHABET[(short >> shift) & 31] for shift in range((_CONTROL_ID_LENGTH - 1) * 5, -1, -5))
    return "".join(digits)
