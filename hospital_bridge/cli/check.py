"""`hospital-bridge check`: is the configuration usable, and if not, everything that is wrong with it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from hospital_bridge.settings import Fault, Settings

_CONFIGURATION = click.argument(
    "configuration",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="HOSPITAL_BRIDGE_CONFIG",
    default=Path("bridge.toml"),
)


@click.command()
@_CONFIGURATION
@click.option("--json", "as_json", is_flag=True, help="Print the faults as one JSON array.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors.")
@click.option("--live", is_flag=True, help="Ask each link, name and address once too; nothing is changed anywhere.")
@click.pass_context
def command(ctx: click.Context, configuration: Path, *, as_json: bool, schema: bool, live: bool) -> None:
    """Check CONFIGURATION and the files beside it, and name every fault at once.

    First each key, then whether they fit together, with --live then the outside as it is. CONFIGURATION is the main
    file; conf.d/*.toml and operators.d/*.toml beside it belong to it. Exit code 78 when it cannot be used, 1 when
    --live finds something that does not answer; hints change nothing.
    """
    from hospital_bridge.cli.live import live_findings
    from hospital_bridge.cli.topology import built, misfits, refuse, unfed
    from hospital_bridge.installed import installed
    from hospital_bridge.settings import EXIT_CODE, SettingsFaults, load

    if schema:
        _print_schema()
        return
    try:
        settings = load(configuration, installed())
        found = misfits(configuration, settings)
        refuse(found)
        bridge = built(configuration, settings)
        ctx.call_on_close(bridge.close)
        found += unfed(configuration, bridge)
    except SettingsFaults as wrong:
        if not as_json:
            raise
        click.echo(json.dumps([_as_json(fault) for fault in wrong.faults], ensure_ascii=False, indent=2))
        ctx.exit(EXIT_CODE)
    findings = list(live_findings(bridge)) if live else []
    if as_json:
        hints = [_as_json(each.fault) | {"hint": True} for each in found]
        click.echo(json.dumps([*hints, *map(asdict, findings)], ensure_ascii=False, indent=2))
    else:
        hint = translate("hint")
        told = [f"{hint}: {each.fault.shown(translate)}" for each in found]
        click.echo("\n".join([*told, _summary(settings), *(finding.line for finding in findings)]))
    ctx.exit(1 if any(finding.remedy for finding in findings) else 0)


def _print_schema() -> None:
    from hospital_bridge.installed import installed
    from hospital_bridge.settings.json_schema import json_schema

    click.echo(json.dumps(json_schema(installed()), ensure_ascii=False, indent=2))


def _as_json(fault: Fault) -> dict[str, str | int]:
    return {
        "file": str(fault.file),
        "line": fault.line,
        "key": fault.key,
        "message": fault.sentence.shown(translate),
        "code": fault.code,
    }


def _summary(settings: Settings) -> str:
    names = ", ".join(f"{operator.id} ({operator.name})" for operator in settings.operators)
    good = translate("The configuration is usable. Operators: {names}. Digest: {digest}.")
    return good.format(names=names or "-", digest=settings.digest[:12])
