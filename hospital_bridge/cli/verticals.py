"""`hospital-bridge verticals`: which are loaded, and what each may see and do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, configured, operator_option
from hospital_bridge.cli.language import translate
from hospital_bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTOR = "cli"


@click.group(invoke_without_command=True)
@configuration_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(ctx: click.Context, configuration: Path, *, as_json: bool) -> None:
    """Show the verticals that the configuration names: ports, personal data, roles, pages, scopes, jobs and tables.

    One that is installed and not named is listed without being loaded.
    """
    if ctx.invoked_subcommand is not None:
        return
    entries = _entries(configuration)
    if as_json:
        click.echo(json.dumps(entries, ensure_ascii=False, indent=2))
        return
    for name, entry in entries.items():
        Console().print(_shown(name, entry))


@command.command()
@click.argument("name")
@click.argument("chore", required=False)
@click.argument("arguments", nargs=-1)
@configuration_option
@operator_option
def run(name: str, chore: str | None, arguments: tuple[str, ...], configuration: Path, operator_id: str) -> None:
    """Do what the vertical NAME offers its engineer; without CHORE, list what that is."""
    bridge = built(configuration)
    if name not in bridge.verticals:
        raise BridgeError("HB-C007", name)
    chores = bridge.verticals[name].care.chores
    if chore is None:
        for each in chores:
            click.echo(f"{' '.join((each.name, *each.arguments))}  {each.summary}")
        return
    found = next((each for each in chores if each.name == chore), None)
    if found is None or len(arguments) != len(found.arguments):
        known = "; ".join(" ".join((each.name, *each.arguments)) for each in chores) or "-"
        raise click.UsageError(translate("This vertical offers: {chores}").format(chores=known))
    scope = bridge.operators[chosen_operator(bridge, operator_id)].scopes.get(name)
    if scope is None:
        raise BridgeError("HB-C007", name)
    with scope.begin() as work:
        work.audit.record(ACTOR, f"{name}.{chore}", name)
    for line in found.act(scope, arguments):
        click.echo(line)


@command.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@configuration_option
@operator_option
def export(name: str, folder: Path, configuration: Path, operator_id: str) -> None:
    """Write the tables of the vertical NAME into FOLDER, one file of JSON lines each; sealed values stay sealed.

    It needs neither the vertical's package nor its name in the configuration.
    """
    from hospital_bridge.store.left_behind import rows_of, tables_of

    bridge = built(configuration)
    tables = tables_of(bridge.store.engine, name)
    if not tables:
        raise click.ClickException(translate("The database has no tables of this vertical."))
    folder.mkdir(parents=True, exist_ok=True)
    with bridge.store.begin(chosen_operator(bridge, operator_id)) as work:
        work.audit.record(ACTOR, "vertical.exported", name)
        for table in tables:
            count = _write(folder / f"{table.name}.jsonl", rows_of(work, table))
            click.echo(translate("{table}: {count} rows").format(table=table.name, count=count))


def _write(file: Path, rows: Iterator[Mapping[str, Any]]) -> int:
    """One row a line into a new file that only its owner may read; how many there were."""
    count = 0
    try:
        with open(file, "x", encoding="utf-8", opener=_private) as written:
            for row in rows:
                written.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    except FileExistsError:
        raise click.ClickException(translate("{file} is there already.").format(file=file)) from None
    return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _entries(configuration: Path) -> Mapping[str, Mapping[str, Any]]:
    from hospital_bridge.bootstrap import verticals_of
    from hospital_bridge.inventory import entry_of, installed_verticals

    settings = configured(configuration)
    loaded = verticals_of(settings)
    entries: dict[str, Mapping[str, Any]] = {}
    for name, package in installed_verticals().items():
        operators = [operator.id for operator in settings.operators if name in operator.verticals]
        told = entry_of(loaded[name]) if name in loaded else {}
        entries[name] = {**package, "operators": operators, **told}
    return entries


def _shown(name: str, entry: Mapping[str, Any]) -> Table:
    table = Table(show_header=False, title=f"{name}: {entry['package']} {entry['version']}")
    operators = ", ".join(entry["operators"]) or translate("none; it is installed and not loaded")
    table.add_row(translate("Operators"), operators)
    for label, lines in _rows(entry):
        table.add_row(label, "\n".join(lines) or "–")
    return table


def _rows(entry: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    if "api" not in entry:
        return
    yield translate("Slot api"), [str(entry["api"])]
    yield translate("Ports"), [*entry["ports"], *(_optional(port) for port in entry["optional_ports"])]
    yield translate("Personal data"), [_kept(each) for each in entry["personal_data"]]
    yield translate("Roles"), entry["roles"]
    yield translate("Pages by role"), _listed(entry["pages"])
    yield translate("API scopes"), _listed(entry["scopes"])
    yield translate("Sales"), entry["sales"]
    yield translate("Cards"), entry["cards"]
    yield translate("May forbid"), entry["guards"]
    yield translate("Jobs"), [_timed(topic, every) for topic, every in sorted(entry["jobs"].items())]
    yield translate("News"), entry["news"]
    yield translate("Messages to people"), entry["messages"]
    yield translate("Tables"), entry["tables"]


def _optional(port: str) -> str:
    return translate("{port} (where there is one)").format(port=port)


def _kept(kept: Mapping[str, Any]) -> str:
    words = translate("{name}: {purpose}; {days} days; in {columns}")
    columns = ", ".join(kept["columns"]) or "–"
    return words.format(name=kept["name"], purpose=kept["purpose"], days=kept["retention_days"], columns=columns)


def _listed(addresses: Mapping[str, list[str]]) -> list[str]:
    return [f"{key}: {', '.join(paths)}" for key, paths in addresses.items()]


def _timed(topic: str, every: int | None) -> str:
    return topic if every is None else translate("{topic}, every {seconds} s").format(topic=topic, seconds=every)
