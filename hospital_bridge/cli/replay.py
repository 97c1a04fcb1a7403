"""`hospital-bridge replay`: a recorded day through the present configuration, and what would be read otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hospital_bridge.cli.configured import (
    assembled,
    built,
    chosen_operator,
    chosen_sender,
    configuration_option,
    operator_option,
)
from hospital_bridge.cli.language import translate
from hospital_bridge.cli.replay_told import rehearsed_as_json, rehearsed_lines, sums_as_json, sums_lines

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.rehearsal import DayMessage

CLI = "cli"


@click.command()
@click.argument("place", required=False, type=click.Path(path_type=Path, exists=True))
@configuration_option
@operator_option
@click.option(
    "--dry-run", is_flag=True, required=True, help="Only read: nothing is kept, sent or asked. It must be given."
)
@click.option("--against", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The old configuration.")
@click.option("--from-inbox", "day", type=click.DateTime(["%Y-%m-%d"]), help="Instead of files: what came that day.")
@click.option("--peer", default="", help="Who sent the files: a peer's name, or system.feed.")
@click.option("--show-values", is_flag=True, help="Values in the clear; of messages in the inbox the look is recorded.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(
    ctx: click.Context, /, place: Path | None, configuration: Path, *, against: Path | None, as_json: bool, **asked: Any
) -> None:
    """Read a recorded day, the files in PLACE or what came on a day, and tell what is read otherwise than before.

    PLACE is a file or a folder of messages: one or many in a file, framed or plain or in batches, whatever ends their
    lines. Before is what the old configuration reads (--against), or what a file `NAME.expected.json` beside `NAME.hl7`
    expects. Codes that no map lists and places that nothing reads are counted. Exit code 1 when anything differs.
    """
    if (place is None) == (asked["day"] is None):
        raise click.UsageError(translate("Name files or a folder, or a day of the inbox with --from-inbox."))
    bridge = assembled(configuration) if asked["day"] is None else built(configuration)
    old = None if against is None else assembled(against)
    operator = chosen_operator(bridge, asked["operator_id"])
    day = _day(bridge, operator, place, **asked)
    ctx.exit(1 if _tell(bridge, old, day, shown=asked["show_values"], as_json=as_json) else 0)


def _day(
    bridge: Bridge, operator: str, place: Path | None, *, day: datetime | None, peer: str, show_values: bool, **_: Any
) -> Iterator[DayMessage]:
    if day is not None:
        return _received(bridge, operator, day, shown=show_values)
    chosen_sender(bridge, operator, peer)
    return _files(place or Path(), f"{operator}/{peer}")


def _tell(bridge: Bridge, old: Bridge | None, day: Iterator[DayMessage], *, shown: bool, as_json: bool) -> bool:
    """Whether anything is read otherwise."""
    from hospital_bridge.inbound import sender_of
    from hospital_bridge.rehearsal import Sums, rehearsed_day

    sums, listed = Sums(shows_values=shown), []
    before = None if old is None else partial(sender_of, old)
    for one in rehearsed_day(day, partial(sender_of, bridge), before, sums):
        if as_json:
            listed.append(rehearsed_as_json(one, shown=shown))
        else:
            click.echo("\n".join(rehearsed_lines(one, shown=shown)))
    told = {"messages": listed, **sums_as_json(sums)}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(sums_lines(sums)))
    return sums.changed > 0


def _files(place: Path, peer: str) -> Iterator[DayMessage]:
    from hospital_bridge.recording import recorded
    from hospital_bridge.rehearsal import DayMessage

    for each in recorded(place):
        yield DayMessage(each.name, peer, each.raw, each.file)


def _received(bridge: Bridge, operator: str, day: datetime, *, shown: bool) -> Iterator[DayMessage]:
    """What came on that day of the operator's clock, in its order; what is past its retention is left out."""
    from hospital_bridge.rehearsal import DayMessage
    from hospital_bridge.store.inbox_search import received_between
    from hospital_bridge.store.keys import KeyMissing

    since = day.replace(tzinfo=bridge.operators[operator].settings.timezone)
    if shown:
        with bridge.store.begin(operator) as work:
            work.audit.record(CLI, "messages.opened", since.date().isoformat())
    with bridge.store.read(operator) as work:
        ids = received_between(work, since, since + timedelta(days=1))
    for message_id in ids:
        with bridge.store.read(operator) as work:
            try:
                yield DayMessage(message_id, work.inbox.get(message_id).peer, work.inbox.raw(message_id))
            except KeyMissing:
                continue
