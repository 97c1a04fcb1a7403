"""`hospital-bridge subject`: what a person may ask for: a copy of everything, or to be forgotten."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path

ACTOR = "cli"


@click.group()
def command() -> None:
    """Answer a person who asks what is kept of them, or asks to be forgotten."""


@command.command()
@configuration_option
@operator_option
def find(configuration: Path, operator_id: str) -> None:
    """Ask for an ID number and print the person's SUBJECT_ID; the number is neither shown nor kept."""
    from hospital_bridge.identity.sign_in import CN_ID

    bridge = built(configuration)
    number = click.prompt(translate("ID number"), hide_input=sys.stdin.isatty())
    with bridge.store.begin(chosen_operator(bridge, operator_id)) as work:
        subject_id = work.subjects.find(CN_ID, number)
        work.audit.record(ACTOR, "subject.looked_up", subject_id or "-")
    if subject_id is None:
        raise click.ClickException(translate("There is no such person at this operator."))
    click.echo(subject_id)


@command.command()
@click.argument("subject_id")
@configuration_option
@operator_option
def export(subject_id: str, configuration: Path, operator_id: str) -> None:
    """Print everything that is kept of SUBJECT_ID as one JSON object."""
    from hospital_bridge.subject_rights import export_subject

    bridge = built(configuration)
    with _refusals():
        told = export_subject(bridge, chosen_operator(bridge, operator_id), subject_id, ACTOR)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@command.command()
@click.argument("subject_id")
@click.option("--yes", is_flag=True, help="Do not ask; erasing cannot be undone.")
@configuration_option
@operator_option
def erase(subject_id: str, configuration: Path, operator_id: str, *, yes: bool) -> None:
    """Make everything that is kept of SUBJECT_ID unreadable for good; ledger and audit trail stay."""
    from hospital_bridge.subject_rights import erase_subject

    bridge = built(configuration)
    if not yes:
        click.confirm(translate("Erase this person for good?"), abort=True)
    with _refusals():
        erase_subject(bridge, chosen_operator(bridge, operator_id), subject_id, ACTOR)
    click.echo(translate("The person is erased."))


@contextmanager
def _refusals() -> Iterator[None]:
    from hospital_bridge.slot import StillNeeded
    from hospital_bridge.store.keys import Erased

    try:
        yield
    except StillNeeded as reason:
        raise click.ClickException(translate(str(reason))) from reason
    except Erased:
        raise click.ClickException(translate("This person was erased.")) from None
    except LookupError:
        raise click.ClickException(translate("There is no such person at this operator.")) from None
