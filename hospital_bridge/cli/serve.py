"""`hospital-bridge serve`: the bridge as a service."""

from __future__ import annotations

import gc
import signal
from socket import gethostname
from threading import Event
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import configuration_option, configured

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

ROLES = ("web", "listener", "worker")


@click.command()
@configuration_option
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Run only this part; may be repeated.")
@click.option("--name", default=gethostname, help="Name of this worker, kept over restarts; by default the machine's.")
def command(configuration: Path, roles: tuple[str, ...], name: str) -> None:
    """Serve pages, receive HL7 and do the work behind them, until SIGTERM or Ctrl-C."""
    from hospital_bridge.bootstrap import build, prepare_database
    from hospital_bridge.logs import configure
    from hospital_bridge.running import Running

    settings = configured(configuration)
    configure(level=settings.bridge.log_level)
    prepare_database(settings)
    stopping = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with Running(build(settings), roles or ROLES, name):
        # What stands by now stands until the end: looking through it for garbage would hold up answers again and again.
        gc.collect()
        gc.freeze()
        stopping.wait()
