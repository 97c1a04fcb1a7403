"""`hospital-bridge map`: how a hospital's own messages are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import (
    assembled,
    chosen_operator,
    chosen_sender,
    configuration_option,
    operator_option,
)
from hospital_bridge.cli.language import translate
from hospital_bridge.message_lines import HIDDEN, place_told

if TYPE_CHECKING:
    from rich.table import Table

    from hospital_bridge.web.message_reads import MessageOpened, NewsTold

_LONGEST = 80


@click.group()
def command() -> None:
    """See how the hospital's own messages are read."""


@command.command()
@configuration_option
@operator_option
@click.option("--peer", default="", help="The peer that sent it: its character set counts where MSH-18 does not say.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def preview(ctx: click.Context, configuration: Path, operator_id: str, peer: str, file: Path) -> None:
    """Show each recorded message in FILE beside what it tells, and the places that nothing reads.

    A file may hold several messages, framed or not, or one item of a feed in JSON or XML (`--peer system.feed`).
    Nothing is stored or sent. Values are shown on a terminal only: in a file or a pipe they are hidden. A message that
    cannot be read makes the exit code 1.
    """
    from rich.console import Console

    from hospital_bridge.message_desk import opened
    from hospital_bridge.recording import messages_of

    bridge = assembled(configuration)
    sender = chosen_sender(bridge, chosen_operator(bridge, operator_id), peer)
    unreadable = False
    for raw in messages_of(file.read_bytes()):
        read = opened(raw, sender)
        if read.fault:
            unreadable = True
            click.echo(translate("It cannot be read: {fault}").format(fault=read.fault), err=True)
            continue
        for table in tables(read, shown=sys.stdout.isatty()):
            Console().print(table)
    ctx.exit(1 if unreadable else 0)


def tables(read: MessageOpened, *, shown: bool) -> Iterator[Table]:
    """The message beside its news, and what of it is no news; values only where they may be `shown`."""
    from rich.markup import escape
    from rich.table import Table

    beside = Table(translate("Message"), translate("What it tells"))
    lines = [_short(line.text) if shown else line.shape for line in read.lines]
    told = [line for news in read.news for line in (*_told(news, shown=shown), "")]
    beside.add_row(escape("\n".join(lines)), escape("\n".join(told).rstrip() or translate("nothing")))
    yield beside
    rest = Table(translate("Place"), translate("Why it is no news"))
    for place, reason in read.left:
        rest.add_row(escape(place_told(place, shown=shown)), escape(reason))
    for place, text in read.unread:
        value = _short(text) if shown else HIDDEN
        rest.add_row(
            escape(place_told(place, shown=shown)), escape(translate("nothing reads it: {value}").format(value=value))
        )
    if read.left or read.unread:
        yield rest


def _told(news: NewsTold, *, shown: bool) -> Iterator[str]:
    """One line for each filled field of the news, what is inside it further in."""
    yield news.kind
    for each in news.fields:
        value = "" if each.text is None else f": {_short(each.text) if shown else HIDDEN}"
        yield f"{'  ' * (each.depth + 1)}{each.name}{value}"


def _short(text: str) -> str:
    flat = text.replace("\n", " / ")
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
