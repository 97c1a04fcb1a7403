"""The configuration that a command works on, and the bridge that is built from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.settings import Settings
    from hospital_bridge.systems import Sender

configuration_option = click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="HOSPITAL_BRIDGE_CONFIG",
    default=Path("bridge.toml"),
    show_default=True,
    help="The main configuration file.",
)

operator_option = click.option(
    "--operator", "operator_id", default="", help="The operator's id, where there are several."
)


def configured(configuration: Path) -> Settings:
    """The checked settings; every fault at once otherwise."""
    from hospital_bridge.installed import installed
    from hospital_bridge.settings import load

    return load(configuration, installed())


def built(configuration: Path) -> Bridge:
    """The bridge of the configuration on a database of its own version, nothing of it running; else BridgeError."""
    from hospital_bridge.bootstrap import has_current_schema
    from hospital_bridge.errors import BridgeError

    bridge = assembled(configuration)
    if not has_current_schema(bridge):
        raise BridgeError("HB-D002")
    return bridge


def assembled(configuration: Path) -> Bridge:
    """The bridge of the configuration, whatever its database is like; its connections close with the command."""
    from hospital_bridge.bootstrap import build

    bridge = build(configured(configuration))
    click.get_current_context().call_on_close(bridge.close)
    return bridge


def chosen_operator(bridge: Bridge, operator_id: str) -> str:
    """The operator that was named, or the only one."""
    known = list(bridge.operators)
    if operator_id in known:
        return operator_id
    if not operator_id and len(known) == 1:
        return known[0]
    raise click.UsageError(f"--operator must be one of: {', '.join(known)}")


def chosen_sender(bridge: Bridge, operator_id: str, peer: str) -> Sender:
    """Who reads what a peer sends or a feed (`system.feed`) brings; the HIS where none is named and it sends itself."""
    from hospital_bridge.cli.language import translate
    from hospital_bridge.inbound import sender_of
    from hospital_bridge.systems import HIS

    parts = bridge.operators[operator_id]
    known = [each.name for each in parts.settings.peers]
    known += [f"{system.name}.{feed.name}" for system in parts.systems.values() for feed in system.feeds]
    if not peer and parts.settings.peers and all(each.system != HIS for each in parts.settings.peers):
        # The HIS is asked and sends nothing itself: a recorded message is somebody else's.
        raise click.UsageError(f"--peer must be one of: {', '.join(known)}")
    if peer and peer not in known:
        raise click.UsageError(f"--peer must be one of: {', '.join(known)}")
    sender = sender_of(bridge, f"{operator_id}/{peer}")
    if sender.reader is None:
        raise click.UsageError(translate("The hospital's system of this operator sends no news."))
    return sender
