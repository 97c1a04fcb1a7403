"""The desk of received messages (`web.message_reads.Messages`): finding, opening, trying again, putting away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import Malformed
from adapters.hl7.conformance import check
from hospital_bridge.message_lines import lines_of
from hospital_bridge.news_fields import fields_of
from hospital_bridge.store.inbox_search import (
    DISMISSED,
    Standing,
    count_needing,
    job_of_message,
    search,
    standing_of,
)
from hospital_bridge.store.jobs import JobState
from hospital_bridge.store.keys import KeyMissing
from hospital_bridge.web.message_reads import (
    MessageOpened,
    MessagePage,
    MessageRow,
    MessageTold,
    NewsTold,
    StandardTold,
    Try,
)

if TYPE_CHECKING:
    from hospital_bridge.application_answers import AnswersOwed
    from hospital_bridge.store.inbox_search import Kept, Place, Sought
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work
    from hospital_bridge.systems import Sender
    from hospital_bridge.web.admin_reads import Dismissal

LARGEST_HELD, MOST_LINES_HELD = 64 * 1024, 120
"""Bytes and lines that are held against the standard in a process that also serves pages: about a second of it."""


@dataclass(frozen=True, slots=True)
class MessageDesk:
    """`sender` says who reads the messages of a peer of the inbox, `answers` how it hears what became of them."""

    store: Store
    sender: Callable[[str], Sender]
    answers: Callable[[str], AnswersOwed | None] = lambda _peer: None

    def patient_index(self, operator_id: str, record_number: str) -> str:
        with self.store.begin(operator_id) as work:
            return work.inbox.patient_index(record_number) or ""

    def search(self, operator_id: str, sought: Sought, limit: int, after: Place | None = None) -> MessagePage:
        with self.store.read(operator_id) as work:
            found = search(work, sought, limit, after)
            rows = [
                _row(row, standing, _parked_because(work, row) if standing is Standing.PARKED else "")
                for row, standing in found.messages
            ]
        return MessagePage(rows, found.after)

    def needing(self, operator_id: str) -> int:
        with self.store.read(operator_id) as work:
            return count_needing(work)

    def show(self, operator_id: str, message_id: str) -> MessageTold | None:
        with self.store.read(operator_id) as work:
            row = _found(work, message_id)
            return None if row is None else self._told(work, row)

    def _told(self, work: Work, row: Kept) -> MessageTold:
        job = job_of_message(work, row.message_id)
        tries = [] if job is None else _tries(work, job)
        waits = job is not None and job.state is JobState.READY
        return MessageTold(
            row=_row(row, standing_of(row, job), tries[-1].error if tries else ""),
            sender=" ".join(filter(None, (row.sending_application, row.sending_facility))),
            sha256=row.sha256,
            tries=tries,
            next_try_at=job.run_at if waits and job is not None else None,
            applied_at=row.applied_at,
            config_digest=row.config_digest or "",
            did=(row.did or "").splitlines(),
            answer=lines_of(row.ack, self.sender(row.peer).charset) if row.ack else (),
        )

    def open(self, operator_id: str, message_id: str, by: str) -> MessageOpened | None:
        raw, peer = self._bytes(operator_id, message_id, by, "message.opened")
        if not peer:
            return None
        return MessageOpened(gone=True) if raw is None else opened(raw, self.sender(peer))

    def standard(self, operator_id: str, message_id: str, by: str) -> StandardTold | None:
        raw, peer = self._bytes(operator_id, message_id, by, "message.checked")
        if not peer:
            return None
        return StandardTold(gone=True) if raw is None else self.held_against(raw, self.sender(peer).charset)

    def held_against(self, raw: bytes, charset: str | None) -> StandardTold:
        # hl7apy's tables are slow, and a large message would hold up every other page.
        if len(raw) > LARGEST_HELD or raw.count(b"\r") + raw.count(b"\n") > MOST_LINES_HELD:
            return StandardTold(too_large=True)
        return StandardTold(check(raw, charset))

    def _bytes(self, operator_id: str, message_id: str, by: str, act: str) -> tuple[bytes | None, str]:
        """The bytes, None past their retention, and who sent them, '' for no such message; the look is recorded."""
        with self.store.begin(operator_id) as work:
            row = _found(work, message_id)
            if row is None:
                return None, ""
            work.audit.record(by, act, message_id)
            try:
                return work.inbox.raw(message_id), row.peer
            except KeyMissing:
                return None, row.peer

    def replay(self, operator_id: str, message_id: str, by: str) -> bool:
        with self.store.begin(operator_id) as work:
            job = _parked(work, message_id)
            if job is None or not work.jobs.replay(job.job_id):
                return False
            work.audit.record(by, "message.replayed", message_id, job=job.job_id)
            return True

    def dismiss(self, operator_id: str, message_id: str, reason: Dismissal, by: str) -> bool:
        with self.store.begin(operator_id) as work:
            row = _found(work, message_id)
            job = _parked(work, message_id)
            quarantined = row is not None and standing_of(row, job) is Standing.QUARANTINED
            if not quarantined and (job is None or not work.jobs.dismiss(job.job_id)):
                return False
            work.inbox.dismissed(message_id, f"{DISMISSED}{reason}")
            self._answer_no(work, message_id)
            work.audit.record(by, "message.dismissed", message_id, reason=reason)
            return True

    def _answer_no(self, work: Work, message_id: str) -> None:
        row = work.inbox.get(message_id)
        answers = self.answers(row.peer)
        if answers is None:
            return
        # What cannot be read any more is told to nobody: its sender has waited for the whole retention.
        with suppress(KeyMissing):
            answers.owe(work, row.peer, message_id, work.inbox.opened(row), accepted=False)


def opened(raw: bytes, sender: Sender) -> MessageOpened:
    """The message beside what it tells, read as the configuration says; nothing is kept of the look."""
    lines = lines_of(raw, sender.charset)
    if sender.reader is None:
        return MessageOpened(lines)
    try:
        read = sender.reader.preview_news(raw, sender.charset)
    except Malformed as fault:
        return MessageOpened(lines, fault=fault.text)
    except Exception as fault:  # noqa: BLE001 - a person looks at a message that some adapter cannot bear
        return MessageOpened(lines, fault=type(fault).__name__)
    return MessageOpened(
        lines,
        [NewsTold(type(news).__name__, tuple(fields_of(news))) for news in read.news],
        [(left.place, left.reason) for left in read.left],
        [(unread.place, unread.text) for unread in read.unread],
    )


def _row(row: Kept, standing: Standing, error: str) -> MessageRow:
    reason = row.reason.removeprefix(DISMISSED) or error
    return MessageRow(row.message_id, row.received_at, row.peer, row.message_type, row.control_id, standing, reason)


def _found(work: Work, message_id: str) -> Kept | None:
    try:
        return work.inbox.get(message_id)
    except LookupError:
        return None


def _parked(work: Work, message_id: str) -> Job | None:
    job = job_of_message(work, message_id)
    return job if job is not None and job.state is JobState.DEAD else None


def _parked_because(work: Work, row: Kept) -> str:
    job = _parked(work, row.message_id)
    tries = [] if job is None else _tries(work, job)
    return tries[-1].error if tries else ""


def _tries(work: Work, job: Job) -> list[Try]:
    told = [row for row in work.jobs.attempts(job.job_id) if row.error or row.text]
    return [Try(row.at, ": ".join(filter(None, (row.error, row.text)))) for row in told]
