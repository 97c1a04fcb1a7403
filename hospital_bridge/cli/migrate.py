"""`hospital-bridge migrate`: bring the database up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import configuration_option, configured
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@configuration_option
def command(configuration: Path) -> None:
    """Create or upgrade the tables of the core and of each vertical; safe to repeat."""
    from hospital_bridge.bootstrap import prepare_database

    prepare_database(configured(configuration), grant_again=True)
    click.echo(translate("The database is up to date."))
