"""A recorded day read through one configuration and told beside another reading of it; nothing is kept or sent."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.errors import Malformed
from adapters.hl7.message import Message
from hospital_bridge.message_desk import opened
from hospital_bridge.message_lines import place_shape
from hospital_bridge.news_fields import text_of
from hospital_bridge.recording import EXPECTED
from hospital_bridge.systems import Sender
from hospital_bridge.web.message_reads import MessageOpened

_PLACE = re.compile(r"[A-Z][A-Z0-9]{2}(?:\(\d+\))?-\d+(?:\(\d+\))?(?:\.\d+){0,2}")
_CODE = re.compile(r"[A-Za-z+*<>?-]{1,4}|\d{1,2}|[\u2190-\u21ff\u4e00-\u9fff]")
"""What may be told of a value that nobody mapped: too short for a name or a number of anybody."""
LONGEST_CODE = 40
_BYTES = "content"
"""The one field of news that holds bytes; what is expected of it is written in base64."""
_OF_PEOPLE = re.compile(r"(?:PID|PD1|MRG|NK1|IN1|GT1|NTE)\b|OBX(?:\(\d+\))?-5\b")
"""Places of whose values none is told, however short."""


@dataclass(frozen=True, slots=True)
class DayMessage:
    """One recorded message: from a file, beside which may stand what is expected of it, or from the inbox (None)."""

    name: str
    peer: str
    raw: bytes = field(repr=False)
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that reads otherwise; '' where one side has none."""

    name: str
    before: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One message: what is read in it, and where it was read before by something else, the differences."""

    name: str
    kind: str
    control_id: str
    after: MessageOpened
    before: Sequence[str] | None
    differences: Sequence[Difference]


@dataclass(slots=True)
class Sums:
    """The day as a whole; places without their counts, so that one entry stands for all messages.

    With `shows_values` every unmapped value is told, else those alone that can be nothing but a code.
    """

    shows_values: bool = False
    messages: int = 0
    changed: int = 0
    unreadable: int = 0
    silent: int = 0
    news: Counter[str] = field(default_factory=Counter)
    untold: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, one: Rehearsed, message: Message | None) -> None:
        """Count a message in."""
        self.messages += 1
        self.changed += bool(one.differences)
        self.unreadable += bool(one.after.fault)
        self.silent += not one.after.fault and not one.after.news
        self.news.update(news.kind for news in one.after.news)
        self.unread.update(place_shape(place) for place, _ in one.after.unread)
        why = [one.after.fault] if one.after.fault else [f"{place}: {reason}" for place, reason in one.after.left]
        self.untold.update(place_shape(each) for each in why)
        self.codes.update(_codes(message, why, shown=self.shows_values))


Senders = Callable[[str], Sender]
"""Who reads the messages of a peer under one configuration."""


def rehearsed_day(day: Iterable[DayMessage], now: Senders, before: Senders | None, sums: Sums) -> Iterator[Rehearsed]:
    """Each message read as now and as `before`, or as its file expects, and counted into the sums."""
    for each in day:
        sender = now(each.peer)
        old = opened(each.raw, before(each.peer)) if before else expected_of(each.file)
        message = message_in(each.raw, sender.charset)
        one = rehearse(each.name, message, opened(each.raw, sender), old)
        sums.add(one, message)
        yield one


def rehearse(
    name: str, message: Message | None, after: MessageOpened, before: MessageOpened | Mapping[str, str] | None
) -> Rehearsed:
    """The message beside its earlier reading, which is of another configuration, or the fields that were expected."""
    kind, control_id = (message.type, message.control_id) if message else ("", "")
    told = fields_by_name(before) if isinstance(before, MessageOpened) else before
    if told is None:
        return Rehearsed(name, kind, control_id, after, None, ())
    now = fields_by_name(after)
    names = list(dict.fromkeys([*told, *now]))
    changed = [each for each in names if told.get(each) != now.get(each)]
    found = [Difference(each, told.get(each, ""), now.get(each, "")) for each in changed]
    return Rehearsed(name, kind, control_id, after, heads(told), found)


def heads(told: Mapping[str, str]) -> Sequence[str]:
    """What the fields belong to: each news with its number, or `fault`."""
    return list(dict.fromkeys(each.partition(".")[0] for each in told))


def fields_by_name(opened: MessageOpened) -> dict[str, str]:
    """Each filled field under a name such as `ReportIssued[1].observations[2].flag`; a fault is one field."""
    if opened.fault:
        return {"fault": opened.fault}
    counted: Counter[str] = Counter()
    told: dict[str, str] = {}
    for news in opened.news:
        counted[news.kind] += 1
        above = f"{news.kind}[{counted[news.kind]}]"
        told |= {f"{above}.{each.path}": each.text for each in news.fields if each.text is not None}
    return told


def expected_of(file: Path | None) -> Mapping[str, str] | None:
    """What the file beside a recording expects of it; None where none stands there or it tells of no news."""
    beside = file and file.with_name(f"{file.stem}{EXPECTED}")
    if beside is None or not beside.is_file():
        return None
    told = json.loads(beside.read_text(encoding="utf-8"))
    if "malformed" in told:
        return {"fault": str(told["malformed"])}
    if "news" not in told:
        return None
    counted: Counter[str] = Counter()
    found: dict[str, str] = {}
    for news in told["news"]:
        kind = str(news.pop("kind_of_news"))
        counted[kind] += 1
        found |= _flat(f"{kind}[{counted[kind]}]", news)
    return found


def _flat(path: str, held: Any) -> Iterator[tuple[str, str]]:
    """What stands in a JSON value, under the names of `fields_by_name`."""
    if isinstance(held, dict):
        for name, item in held.items():
            yield from _flat(f"{path}.{name}", item)
    elif isinstance(held, list):
        for number, item in enumerate(held, start=1):
            yield from _flat(f"{path}[{number}]", item)
    elif held not in ("", None):
        yield path, text_of(base64.b64decode(held) if path.endswith(f".{_BYTES}") else held)


def message_in(raw: bytes, charset: str | None) -> Message | None:
    """The HL7 message; None where the bytes are something else."""
    try:
        return Message.parse(raw, charset)
    except Malformed:
        return None


def _codes(message: Message | None, why: Sequence[str], *, shown: bool) -> Iterator[tuple[str, str]]:
    """The short values at the places that the reasons name."""
    for place in {found for text in why for found in _PLACE.findall(text)} if message else ():
        value = message[place] if message else ""
        if value and (shown or (_CODE.fullmatch(value) and not _OF_PEOPLE.match(place))):
            yield place_shape(place), value[:LONGEST_CODE]
