"""`hospital-bridge hl7`: questions about HL7 v2 messages in files, and about a listener."""

from __future__ import annotations

import json
import shlex
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import click

from adapters.hl7.charset import codec_of
from adapters.hl7.conformance import Severity
from adapters.hl7.conformance import check as findings_of
from adapters.hl7.listener_table.row import Finding, Verdict
from adapters.hl7.listener_table.suite import findings
from adapters.hl7.listener_table.wire import Target
from adapters.hl7.tls import client_context
from hospital_bridge.cli.language import translate
from hospital_bridge.clock import RandomIds, SystemClock


@click.group()
def command() -> None:
    """Look at HL7 v2 messages in files, or at a listener."""


def _known_charset(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name is not None and codec_of(name) is None:
        raise click.BadParameter(translate("not a character set of HL7 table 0211, such as GB 18030-2000"))
    return name


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--charset", callback=_known_charset, help="What the sender sends where a message does not say.")
@click.pass_context
def validate(ctx: click.Context, files: tuple[Path, ...], charset: str | None) -> None:
    """Hold the message in each of FILES against the HL7 standard.

    A warning may be a local habit; an error makes the exit code 1. Values of the message are never printed.
    """
    worst = 0
    for file in files:
        findings = findings_of(file.read_bytes(), charset)
        for finding in findings:
            click.echo(f"{file}:{finding.line} {finding.place}: {finding.severity}: {finding.text}")
        if not findings:
            click.echo(translate("{file}: conforms").format(file=file))
        worst |= any(finding.severity is Severity.ERROR for finding in findings)
    ctx.exit(worst)


@command.command()
@click.argument("host")
@click.argument("port", type=click.IntRange(1, 65535))
@click.option("--event", default="ADT^A28^ADT_A05", show_default=True, help="MSH-9 of what is sent.")
@click.option("--wait", type=click.FloatRange(0.1, 60), default=5, show_default=True, help="Seconds for an answer.")
@click.option("--silence", type=click.FloatRange(0.1, 60), default=0.5, show_default=True, help="Seconds of none.")
@click.option("--frame-limit", type=click.IntRange(0), default=0, help="Bytes that the listener takes in a frame.")
@click.option("--segment-limit", type=click.IntRange(0), default=0, help="Segments that it takes in a message.")
@click.option("--read-timeout", type=click.FloatRange(0), default=0, help="Seconds it waits for a begun frame's end.")
@click.option("--answers", default="", help="Where it sends second answers: a port of this machine, or `same`.")
@click.option("--stop", help="A command that tells it to stop; that row is the last.")
@click.option("--ca", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Use TLS; its authority, PEM.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_context
def conformance(
    ctx: click.Context, /, host: str, port: int, *, ca: Path | None, stop: str | None, as_json: bool, **known: Any
) -> None:
    """Hold the MLLP listener at HOST PORT against the table of what a good one does.

    Some fifty messages about an invented patient are sent: use a listener of a test system. Rows that need to know
    something of the listener are played when that is given. The exit code is 1 when a row fails.
    """
    tls = None if ca is None else client_context(ca)
    stopping = partial(_run, shlex.split(stop)) if stop else None
    target = Target(host, port, RandomIds(SystemClock()).new()[-8:], tls=tls, stop=stopping, **known)
    found = []
    try:
        for finding in findings(target):
            found.append(finding)
            if not as_json:
                click.echo(_told(finding))
    except OSError as failure:
        raise click.ClickException(
            translate("nobody answers at {host}:{port} ({failure})").format(
                host=host, port=port, failure=type(failure).__name__
            )
        ) from failure
    if as_json:
        rows = [{"row": each.row.name, "verdict": each.verdict, "seen": each.seen} for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
    ctx.exit(any(each.verdict is Verdict.FAILS for each in found))


def _run(words: list[str]) -> None:
    subprocess.run(words, check=True)  # noqa: S603  the person at this command line wrote it


def _told(finding: Finding) -> str:
    """One line; what was seen stands under a row that fails."""
    line = f"{translate(finding.verdict)} {finding.row.name}: {translate(finding.row.requirement)}"
    return f"{line}\n    {finding.seen}" if finding.seen else line
