"""What the pages of received messages read and the three things that they do; contents only where they are opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.hl7.conformance import Finding
from hospital_bridge.message_lines import Line
from hospital_bridge.news_fields import NewsField
from hospital_bridge.store.inbox_search import Place, Sought, Standing
from hospital_bridge.web.admin_reads import Dismissal


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the log, without its content; `reason` says why it was not applied."""

    message_id: str
    received_at: datetime
    peer: str
    kind: str
    control_id: str
    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """The newest first; `after` begins the next page."""

    rows: Sequence[MessageRow]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Try:
    """One try to apply a message that did not succeed."""

    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class MessageTold:
    """What is known of one message without opening it.

    `did` names what took it and what followed, `answer` is the acknowledgement line by line. Only a PARKED one may be
    tried again.
    """

    row: MessageRow
    sender: str
    sha256: str
    tries: Sequence[Try]
    next_try_at: datetime | None
    applied_at: datetime | None
    config_digest: str
    did: Sequence[str]
    answer: Sequence[Line]

    @property
    def may_replay(self) -> bool:
        return self.row.standing is Standing.PARKED

    @property
    def may_dismiss(self) -> bool:
        return self.row.standing in (Standing.PARKED, Standing.QUARANTINED)


@dataclass(frozen=True, slots=True)
class NewsTold:
    """One thing that a message tells: its kind and its filled fields."""

    kind: str
    fields: Sequence[NewsField] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageOpened:
    """The content of a message beside what is read in it under the present configuration.

    `fault` says why it cannot be read; `gone` that its bytes are past their retention.
    """

    lines: Sequence[Line] = field(default=(), repr=False)
    news: Sequence[NewsTold] = ()
    left: Sequence[tuple[str, str]] = ()
    unread: Sequence[tuple[str, str]] = field(default=(), repr=False)
    fault: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class StandardTold:
    """What the standard has against a message, by places and without values; one that is `too_large` was not held."""

    findings: Sequence[Finding] = ()
    too_large: bool = False
    gone: bool = False


class Messages(Protocol):
    """The desk of received messages; each act is recorded in the name of `by`."""

    def patient_index(self, operator_id: str, record_number: str) -> str: ...

    def search(self, operator_id: str, sought: Sought, limit: int, after: Place | None = None) -> MessagePage: ...

    def needing(self, operator_id: str) -> int:
        """How many wait for a person."""

    def show(self, operator_id: str, message_id: str) -> MessageTold | None: ...

    def open(self, operator_id: str, message_id: str, by: str) -> MessageOpened | None:
        """Its content: a look that is recorded."""

    def standard(self, operator_id: str, message_id: str, by: str) -> StandardTold | None:
        """The message held against the standard: a look that is recorded."""

    def held_against(self, raw: bytes, charset: str | None) -> StandardTold:
        """Any message held against the standard; nothing of it is kept."""

    def replay(self, operator_id: str, message_id: str, by: str) -> bool:
        """Let a parked message be applied again; False when it is not parked (any more)."""

    def dismiss(self, operator_id: str, message_id: str, reason: Dismissal, by: str) -> bool:
        """A parked or quarantined message is not needed any more; False when it is neither."""
