"""`hospital-bridge adapters`: what each installed adapter provides, and how good it says it is."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from adapters import registry
from adapters.manifest import Manifest
from hospital_bridge.cli.language import translate
from hospital_bridge.errors import BridgeError
from hospital_bridge.settings.expectation import expectation
from hospital_bridge.settings.references import by_key


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Show which port each installed adapter provides.

    With NAME: the settings of that adapter (* required) and its quality checklist.
    """
    try:
        tables = _matrix() if name is None else _described(registry.manifest(name))
    except registry.AdapterFault as fault:
        raise BridgeError("HB-C007", str(fault)) from fault
    for table in tables:
        Console().print(table)


def _matrix() -> list[Table]:
    """One row a port, one column an adapter."""
    manifests = [registry.manifest(name) for name in sorted(registry.installed())]
    table = Table(translate("Port"), *(declared.name for declared in manifests))
    for port in sorted({port for declared in manifests for port in declared.provides}):
        table.add_row(port, *(_tick(kept=port in declared.provides) for declared in manifests))
    return [table]


def _described(declared: Manifest) -> list[Table]:
    settings = Table(translate("Setting"), translate("Expected"), translate("Meaning"), title=declared.title)
    for key, field in by_key(declared.settings_schema()).items():
        meaning = str(field.metadata.get("description", ""))
        settings.add_row(f"{key} *" if field.required else key, expectation(field).shown(translate), meaning)
    quality = Table(translate("Quality"), "")
    for point in declared.quality:
        quality.add_row(point.claim, _tick(kept=point.kept))
    return [settings, quality]


def _tick(*, kept: bool) -> str:
    return "✓" if kept else "–"
