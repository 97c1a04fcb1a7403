"""`hospital-bridge map`: how a hospital's own messages are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import assembled, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate
from hospital_bridge.news_fields import fields_of

if TYPE_CHECKING:
    from rich.table import Table

    from adapters.news import Preview

_HIDDEN = "•••"
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
    """Show the recorded message in FILE beside what it tells, and the places that nothing reads.

    Nothing is stored or sent. Values are shown on a terminal only: in a file or a pipe they are hidden. A message that
    cannot be read makes the exit code 1.
    """
    from rich.console import Console

    from adapters.errors import Malformed
    from adapters.hl7.message import Message
    from hospital_bridge.inbound import sender_of

    bridge = assembled(configuration)
    operator = chosen_operator(bridge, operator_id)
    sender = sender_of(bridge, f"{operator}/{peer}")
    if sender.reader is None:
        raise click.UsageError(translate("The hospital's system of this operator sends no news."))
    peers = [known.name for known in bridge.operators[operator].settings.peers]
    if peer and peer not in peers:
        raise click.UsageError(f"--peer must be one of: {', '.join(peers)}")
    raw, charset = file.read_bytes(), sender.charset
    try:
        read = sender.reader.preview_news(raw, charset)
    except Malformed as fault:
        click.echo(translate("It cannot be read: {fault}").format(fault=fault.text), err=True)
        ctx.exit(1)
    segments = [(segment.name, segment.text) for segment in Message.parse(raw, charset).segments()]
    for table in tables(segments, read, shown=sys.stdout.isatty()):
        Console().print(table)


def tables(segments: list[tuple[str, str]], read: Preview, *, shown: bool) -> Iterator[Table]:
    """The message beside its news, and what of it is no news; values only where they may be `shown`."""
    from rich.markup import escape
    from rich.table import Table

    beside = Table(translate("Message"), translate("What it tells"))
    lines = [_short(text) if shown else name for name, text in segments]
    told = [line for news in read.news for line in (*_told(news, shown=shown), "")]
    beside.add_row(escape("\n".join(lines)), escape("\n".join(told).rstrip() or translate("nothing")))
    yield beside
    rest = Table(translate("Place"), translate("Why it is no news"))
    for left in read.left:
        rest.add_row(left.place, left.reason)
    for unread in read.unread:
        value = _short(unread.text) if shown else _HIDDEN
        rest.add_row(unread.place, escape(translate("nothing reads it: {value}").format(value=value)))
    if read.left or read.unread:
        yield rest


def _told(news: object, *, shown: bool) -> Iterator[str]:
    """One line for each filled field of the news, what is inside it further in."""
    yield type(news).__name__
    for each in fields_of(news, depth=1):
        value = "" if each.text is None else f": {_short(each.text) if shown else _HIDDEN}"
        yield f"{'  ' * each.depth}{each.name}{value}"


def _short(text: str) -> str:
    flat = text.replace("\n", " / ")
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
