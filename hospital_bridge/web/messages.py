"""The inbox of a wallet user: what they were told, in the language in which they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Response

from hospital_bridge.slot import Notice
from hospital_bridge.store.messages import ToldMessage
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.dispatch import endpoint
from hospital_bridge.web.live import show
from hospital_bridge.web.presentation import moment, yuan
from hospital_bridge.web.visit import address, site, visit
from notifications.message import Kind, Value

PATIENT = Access(Area.PATIENT)
_PART = re.compile(r"<(\w+)>")

blueprint = Blueprint("messages", __name__, url_prefix="/p/<operator>/messages")


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the page says it: a sentence to translate, its fillings in words, and where more stands."""

    sentence: str
    fillings: Mapping[str, str] = field(repr=False)
    link: str
    at: datetime
    is_new: bool


@blueprint.get("")
@open_to(PATIENT)
def inbox() -> Response:
    """Everything that the wallet user was told; from now on it is no longer new."""
    here = visit()
    with site().store.read(here.operator.id) as work:
        told = work.messages.inbox(here.principal)
    if any(message.read_at is None for message in told):
        with site().store.begin(here.operator.id) as work:
            work.messages.mark_read(here.principal)
    return show("messages.html", {"messages": list(_shown(told))})


def unread() -> int:
    """How many new messages the wallet user has; none for a visitor."""
    here = visit()
    if not here.signed_in:
        return 0
    with site().store.read(here.operator.id) as work:
        return work.messages.unread(here.principal)


def _shown(told: Sequence[ToldMessage]) -> Iterator[Shown]:
    for message in told:
        notice = _notice(message)
        # What a vertical says no more cannot be put into words.
        if notice is None or notice.fillings != message.parameters.keys():
            continue
        kinds = notice.entry.template.parameters
        fillings = {name: _in_words(kinds[name], value) for name, value in message.parameters.items()}
        yield Shown(notice.sentence, fillings, _link(message, notice), message.created_at, message.read_at is None)


def _notice(message: ToldMessage) -> Notice | None:
    plugged = visit().operator.verticals.get(message.vertical)
    notices = plugged.vertical.messages if plugged else ()
    pair = (message.event, message.audience)
    return next((each for each in notices if (each.entry.event, each.entry.audience) == pair), None)


def _in_words(kind: Kind, value: Value) -> str:
    if kind is Kind.MONEY and isinstance(value, int):
        return yuan(value)
    return moment(value) if isinstance(value, datetime) else str(value)


def _link(message: ToldMessage, notice: Notice) -> str:
    if not notice.page:
        return ""
    pages = visit().operator.verticals[message.vertical].vertical.pages
    path = next(page.path for page in pages if page.name == notice.page)
    parts = dict.fromkeys(_PART.findall(path), message.about)
    return address(endpoint(message.vertical, notice.page), **parts)
