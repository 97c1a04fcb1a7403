"""`hospital-bridge demo`: a wallet, an operator and the bridge on this machine, and a story played through them."""

from __future__ import annotations

import json
import re
import signal
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.stage import Stage
    from hospital_bridge.sandbox.story import Play, Step

_VERTICALS = ["hospital", "transit", "district"]
_CHARSETS = ["UNICODE UTF-8", "GB 18030-2000"]
_DOORS = ["hl7v2", "http-xml", "sql-view", "fhir"]
_TRIGGER = re.compile(r" ?[(（][A-Z]{3}\^[A-Z0-9]{3}[)）]")


@click.command()
@click.option("--once", is_flag=True, help="Play the story once on free ports and leave.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--vertical", type=click.Choice(_VERTICALS), default="hospital", help="Whose story is played.")
@click.option("--charset", type=click.Choice(_CHARSETS), default=_CHARSETS[0], help="What the hospital speaks.")
@click.option("--his", type=click.Choice(_DOORS), default=_DOORS[0], help="How the hospital's system is reached.")
@click.pass_context
def command(ctx: click.Context, *, once: bool, as_json: bool, vertical: str, charset: str, his: str) -> None:
    """Start everything on loopback, play a story step by step, then serve until Ctrl-C."""
    from hospital_bridge.clock import SystemClock
    from hospital_bridge.sandbox.stage import DEMO_PORTS, Ports, Stage, StageFailed, where_free
    from hospital_bridge.sandbox.story import PLAYS

    # Whoever ends the demo wants its processes and its folder gone too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    clock = SystemClock()
    console = Console(stderr=as_json, highlight=False)
    play = PLAYS[vertical]
    with tempfile.TemporaryDirectory(prefix="hospital-bridge-demo-") as folder:
        ports = Ports() if once else where_free(DEMO_PORTS)
        try:
            with Stage(Path(folder), clock, charset=charset, ports=ports, company=play.company, his=his) as stage:
                told = _play(play, stage, clock, console)
                if as_json:
                    click.echo(json.dumps(told, ensure_ascii=False))
                if not once:
                    _keep_serving(stage, clock, console)
        except (StageFailed, OSError) as fault:
            raise click.ClickException(str(fault)) from fault
    ctx.exit(1 if "failed" in told else 0)


def _play(play: Play, stage: Stage, clock: Clock, console: Console) -> dict[str, Any]:
    """The facts of each step; `failed` names the step that broke, and nothing is played after it."""
    from hospital_bridge.sandbox.story import Step, World

    first_day = stage.town.wallet.today()
    closing = [
        Step("ledger", "Every posting agrees with its payment", lambda: stage.ask("ledger", "verify")),
        Step(
            "reconcile", "The day's bill, ledger and the operator's list agree", lambda: _reconciled(stage, first_day)
        ),
    ]
    world = World(stage, clock, stage.listener, play.company.vertical)
    steps = [*play.story(world), *closing]
    told: dict[str, Any] = {"steps": {}}
    for number, step in enumerate(steps, 1):
        console.print(f"[{number}/{len(steps)}] {_sentence(step, stage)} … ", end="", markup=False)
        try:
            told["steps"][step.name] = dict(step.play())
        except Exception as fault:  # noqa: BLE001 - whatever broke a step is what the reader must be told
            console.print(f"✗ {fault}", markup=False)
            return told | {"failed": step.name, "fault": str(fault)}
        console.print("✓")
    return told | {
        "ledger_balanced": told["steps"]["ledger"]["balanced"],
        "reconciled": told["steps"]["reconcile"]["agree"],
    }


def _sentence(step: Step, stage: Stage) -> str:
    """The step for its reader; HL7's own name of what happens only where HL7 is spoken."""
    told = translate(step.sentence)
    return told if stage.town.his == _DOORS[0] else _TRIGGER.sub("", told)


def _reconciled(stage: Stage, first_day: date) -> dict[str, Any]:
    """Every day that the story touched; the sandbox closes its days early, no clock is moved."""
    runs = []
    for age in range((stage.town.wallet.today() - first_day).days + 1):
        day = first_day + timedelta(days=age)
        stage.town.wallet.close_day(day)
        runs += stage.ask("reconcile", day.isoformat())
    return {"runs": runs, "agree": all(_agrees(run) for run in runs)}


def _agrees(run: dict[str, Any]) -> bool:
    return run["state"] == "done" and run["unexplained_fen"] == 0 and not run.get("differences")


def _keep_serving(stage: Stage, clock: Clock, console: Console) -> None:
    from hospital_bridge.sandbox.stage import OPERATOR

    staff = f"{stage.public_url}/staff/{OPERATOR}/"
    lines = (
        (translate("Service window"), f"{stage.window}/"),
        *((translate("Staff"), f"{staff}  {name} / {stage.password}") for name in stage.company.staff),
        (
            translate("Boards and kiosks"),
            f"{stage.public_url}/device/{OPERATOR}/  {translate('(code: staff pages, Devices)')}",
        ),
        (translate("Wallet (sandbox)"), stage.town.gateway),
        (translate("Health"), f"{stage.public_url}/ready"),
        (translate("Configuration"), f"{stage.configuration}  (hospital-bridge doctor --config …)"),
    )
    for name, address in lines:
        console.print(f"{name}: {address}", markup=False, soft_wrap=True)
    console.print(translate("Serving until Ctrl-C."))
    try:
        while True:
            clock.sleep(1)
    except KeyboardInterrupt:
        console.print(translate("Stopping."))
