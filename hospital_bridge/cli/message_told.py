"""One received message in lines and in JSON; a patient's values only where they may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from hospital_bridge.cli.language import translate
from hospital_bridge.message_lines import HIDDEN, place_told

if TYPE_CHECKING:
    from hospital_bridge.web.message_reads import MessageOpened, MessageRow, MessageTold

SECONDS = "%Y-%m-%d %H:%M:%S"


def row_as_json(row: MessageRow) -> dict[str, Any]:
    """One line of the log."""
    return {
        "message": row.message_id,
        "received_at": row.received_at.isoformat(),
        "peer": row.peer,
        "type": row.kind,
        "control_id": row.control_id,
        "state": row.standing.value,
        "reason": row.reason,
    }


def row_line(row: MessageRow, zone: tzinfo) -> str:
    """The same for a terminal."""
    told = (_at(row.received_at, zone), row.message_id, row.peer, row.kind, row.control_id, row.standing, row.reason)
    return "  ".join(part or "-" for part in told).rstrip(" -")


def as_json(told: MessageTold, opened: MessageOpened | None, *, shown: bool) -> dict[str, Any]:
    """Everything that is known of a message, and its content where it was opened."""
    known = row_as_json(told.row) | {
        "sender": told.sender,
        "sha256": told.sha256,
        "tries": [{"at": each.at.isoformat(), "error": each.error} for each in told.tries],
        "next_try_at": told.next_try_at and told.next_try_at.isoformat(),
        "applied_at": told.applied_at and told.applied_at.isoformat(),
        "config_digest": told.config_digest,
        "did": list(told.did),
        "answer": [line.text for line in told.answer],
        "may_replay": told.may_replay,
    }
    return known if opened is None else known | {"opened": opened_as_json(opened, shown=shown)}


def opened_as_json(opened: MessageOpened, *, shown: bool) -> dict[str, Any]:
    """The content of a message beside what is read in it."""
    return {
        "gone": opened.gone,
        "received": [line.text if shown else line.shape for line in opened.lines],
        "fault": opened.fault,
        "news": [
            {
                "kind": news.kind,
                "fields": {each.path: each.text if shown else HIDDEN for each in news.fields if each.text is not None},
            }
            for news in opened.news
        ],
        "left": [{"place": place_told(place, shown=shown), "reason": reason} for place, reason in opened.left],
        "unread": [
            {"place": place_told(place, shown=shown), "value": text if shown else HIDDEN}
            for place, text in opened.unread
        ],
    }


def lines_of_told(told: MessageTold, zone: tzinfo) -> Iterator[str]:
    """What is known of a message, in the order in which it happened."""
    yield row_line(told.row, zone)
    yield f"{translate('sent by')}: {told.sender or '-'}  SHA-256: {told.sha256}"
    for each in told.tries:
        yield f"{_at(each.at, zone)}  {translate('a try failed')}: {each.error}"
    if told.next_try_at:
        yield f"{_at(told.next_try_at, zone)}  {translate('the next try')}"
    if told.applied_at:
        digest = translate("applied under the configuration {digest}").format(digest=told.config_digest[:12])
        yield f"{_at(told.applied_at, zone)}  {digest}"
        yield from (f"  {line}" for line in told.did or [translate("nobody wanted it")])
    if told.answer:
        yield f"{translate('our answer')}:"
    yield from (f"  {line.text}" for line in told.answer)


def lines_of_opened(opened: MessageOpened, *, shown: bool) -> Iterator[str]:
    """The content of a message, and what is read in it under the present configuration."""
    if opened.gone:
        yield translate("Its bytes are past their retention and cannot be opened any more.")
        return
    yield f"{translate('received')}:"
    yield from (f"  {line.text if shown else line.shape}" for line in opened.lines)
    if opened.fault:
        yield translate("It cannot be read: {fault}").format(fault=opened.fault)
    for news in opened.news:
        yield news.kind
        for each in news.fields:
            value = "" if each.text is None else f": {each.text if shown else HIDDEN}"
            yield f"{'  ' * (each.depth + 1)}{each.name}{value}"
    yield from (f"{place_told(place, shown=shown)}: {reason}" for place, reason in opened.left)
    for place, text in opened.unread:
        unread = translate("nothing reads it: {value}").format(value=text if shown else HIDDEN)
        yield f"{place_told(place, shown=shown)}: {unread}"


def _at(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).strftime(SECONDS)
