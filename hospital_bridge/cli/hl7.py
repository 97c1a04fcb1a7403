"""`hospital-bridge hl7`: questions about HL7 v2 messages in files."""

from __future__ import annotations

from pathlib import Path

import click

from adapters.hl7.conformance import Severity
from adapters.hl7.conformance import check as findings_of
from hospital_bridge.cli.language import translate


@click.group()
def command() -> None:
    """Look at HL7 v2 messages in files."""


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Hold the message in each of FILES against the HL7 standard.

    A warning may be a local habit; an error makes the exit code 1. Values of the message are never printed.
    """
    worst = 0
    for file in files:
        findings = findings_of(file.read_bytes())
        for finding in findings:
            click.echo(f"{file}:{finding.line} {finding.place}: {finding.severity}: {finding.text}")
        if not findings:
            click.echo(translate("{file}: conforms").format(file=file))
        worst |= any(finding.severity is Severity.ERROR for finding in findings)
    ctx.exit(worst)
