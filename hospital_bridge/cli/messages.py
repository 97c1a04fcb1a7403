"""`hospital-bridge messages`: what was received, what became of it, and another try for what is parked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate
from hospital_bridge.cli.message_told import as_json, lines_of_opened, lines_of_told, row_as_json, row_line

if TYPE_CHECKING:
    from pathlib import Path

    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.message_desk import MessageDesk
    from hospital_bridge.store.inbox_search import Place, Sought

CLI = "cli"
_STANDINGS = ("waiting", "parked", "applied", "quarantined", "refused", "dismissed")
_REASONS = ("by_hand", "sent_again", "not_for_us", "test")
_NOTHING: dict[str, Any] = {"patient": "", "control_id": "", "since": None, "until": None}
PAGE = 200
_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
_json = click.option("--json", "as_json_", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Look after received messages: find them, see what they did, try again what is parked."""


@command.command("list")
@configuration_option
@operator_option
@click.option("--patient", default="", help="The hospital's record number of whom they are about.")
@click.option("--control-id", default="", help="MSH-10.")
@click.option("--type", "kind", default="", help="MSH-9 or its beginning, such as ORU.")
@click.option("--peer", default="", help="The sender's name in the configuration.")
@click.option("--state", type=click.Choice(_STANDINGS), help="Where it stands.")
@click.option("--since", type=_TIME, help="Received at or after that time of the operator's clock.")
@click.option("--until", type=_TIME, help="Received before that time; a day alone is its beginning.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many of the newest.")
@click.option("--after", default="", help="Go on behind a page: the value that its last line names.")
@_json
def listed(configuration: Path, operator_id: str, *, limit: int, after: str, as_json_: bool, **asked: Any) -> None:
    """List received messages, the newest first, without their contents."""
    bridge = built(configuration)
    operator = chosen_operator(bridge, operator_id)
    desk = _desk(bridge)
    page = desk.search(operator, _sought(bridge, desk, operator, asked), limit, _place(after))
    more = f"{page.after.received_at.isoformat()}/{page.after.message_id}" if page.after else ""
    if as_json_:
        click.echo(json.dumps({"messages": [row_as_json(row) for row in page.rows], "after": more}, ensure_ascii=False))
        return
    zone = bridge.operators[operator].settings.timezone
    lines = [row_line(row, zone) for row in page.rows] or [translate("No message fits.")]
    click.echo("\n".join([*lines, *([translate("more: --after {place}").format(place=more)] if more else [])]))


@command.command()
@click.argument("message")
@configuration_option
@operator_option
@click.option("--open", "opening", is_flag=True, help="Its content too: the look is recorded in the audit trail.")
@click.option("--show-values", is_flag=True, help="Values in the clear, wherever the output goes.")
@_json
def show(
    message: str, configuration: Path, operator_id: str, *, opening: bool, show_values: bool, as_json_: bool
) -> None:
    """Show one MESSAGE: where it stands, what it did, our answer; with --open what was received and what is read in it.

    Values of an opened message are hidden unless --show-values is given.
    """
    bridge = built(configuration)
    operator, desk = chosen_operator(bridge, operator_id), _desk(bridge)
    told = desk.show(operator, message)
    if told is None:
        raise click.ClickException(translate("There is no such message."))
    opened = desk.open(operator, message, CLI) if opening else None
    if as_json_:
        click.echo(json.dumps(as_json(told, opened, shown=show_values), ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(lines_of_told(told, bridge.operators[operator].settings.timezone)))
    if opened is not None:
        click.echo("\n".join(lines_of_opened(opened, shown=show_values)))


@command.command()
@click.argument("message", required=False)
@configuration_option
@operator_option
@click.option(
    "--parked", is_flag=True, help="Instead of one message: every parked one, such as after a map was mended."
)
@click.option("--type", "kind", default="", help="Of these only such a MSH-9 or its beginning.")
@click.option("--peer", default="", help="Of these only what that sender sent.")
@click.pass_context
def replay(
    ctx: click.Context, /, message: str | None, configuration: Path, operator_id: str, *, parked: bool, **asked: str
) -> None:
    """Let a parked MESSAGE, or with --parked all of them, be applied again; exit code 1 when none is parked."""
    if (message is None) != parked:
        raise click.UsageError(translate("Name one message, or all with --parked."))
    bridge = built(configuration)
    operator, desk = chosen_operator(bridge, operator_id), _desk(bridge)
    chosen = [message] if message else _parked(bridge, desk, operator, asked)
    again = sum(desk.replay(operator, each, CLI) for each in chosen)
    if message:
        told = translate("It is applied again by the running bridge."), translate("There is no such parked message.")
        click.echo(told[0] if again else told[1])
    else:
        click.echo(translate("{count} messages are applied again by the running bridge.").format(count=again))
    ctx.exit(0 if again else 1)


def _parked(bridge: Bridge, desk: MessageDesk, operator: str, asked: dict[str, str]) -> list[str]:
    """All of them before the first is tried again: what is parked anew meanwhile is not tried for ever."""
    sought = _sought(bridge, desk, operator, {**asked, **_NOTHING, "state": "parked"})
    found: list[str] = []
    page = desk.search(operator, sought, PAGE)
    while True:
        found += [row.message_id for row in page.rows]
        if page.after is None:
            return found
        page = desk.search(operator, sought, PAGE, page.after)


@command.command()
@click.argument("message")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why it is no longer needed.")
@configuration_option
@operator_option
@click.pass_context
def dismiss(ctx: click.Context, message: str, reason: str, configuration: Path, operator_id: str) -> None:
    """Put a parked or quarantined MESSAGE away for a reason; exit code 1 when it is neither."""
    from hospital_bridge.web.admin_reads import Dismissal

    bridge = built(configuration)
    done = _desk(bridge).dismiss(chosen_operator(bridge, operator_id), message, Dismissal(reason), CLI)
    away, none = translate("It is put away."), translate("There is no such message that is parked or quarantined.")
    click.echo(away if done else none)
    ctx.exit(0 if done else 1)


def _desk(bridge: Bridge) -> MessageDesk:
    from hospital_bridge.inbound import message_desk_of

    return message_desk_of(bridge)


def _sought(bridge: Bridge, desk: MessageDesk, operator: str, asked: dict[str, Any]) -> Sought:
    from hospital_bridge.store.inbox_search import Sought, Standing

    zone = bridge.operators[operator].settings.timezone
    since, until = (asked[name] and asked[name].replace(tzinfo=zone) for name in ("since", "until"))
    return Sought(
        patient_index=desk.patient_index(operator, asked["patient"]) if asked["patient"] else "",
        control_id=asked["control_id"],
        type=asked["kind"],
        peer=f"{operator}/{asked['peer']}" if asked["peer"] else "",
        standing=Standing(asked["state"]) if asked["state"] else None,
        since=since,
        until=until,
    )


def _place(after: str) -> Place | None:
    from hospital_bridge.store.inbox_search import Place

    received_at, _, message_id = after.partition("/")
    try:
        return Place(datetime.fromisoformat(received_at), message_id) if after else None
    except ValueError as fault:
        raise click.UsageError(translate("--after is not what a page's last line names.")) from fault
