"""`hospital-bridge explain CODE`: what a permanent error code means and what to do."""

from __future__ import annotations

import difflib

import click

from hospital_bridge.cli.language import translate
from hospital_bridge.error_codes import CODES


@click.command()
@click.argument("code")
def command(code: str) -> None:
    """Say what the error CODE (such as HB-C003) means and what to do about it."""
    known = {entry.code: entry for entry in CODES}
    entry = known.get(code.upper())
    if entry is None:
        near = ", ".join(difflib.get_close_matches(code.upper(), known, n=3))
        raise click.ClickException(translate("There is no such code; near it: {near}").format(near=near or "-"))
    click.echo(f"{entry.code}  {translate(entry.title)}\n{translate(entry.remedy)}")
