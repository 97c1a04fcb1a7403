"""`hospital-bridge audit`: whether the trail of acts stands as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path

    from hospital_bridge.audit import ChainHead


@click.group()
def command() -> None:
    """Look at the audit trail."""


@command.command()
@configuration_option
@operator_option
@click.option("--head", "kept", metavar="SEQ:HASH", help="The head that an earlier check printed; it must still stand.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def verify(ctx: click.Context, configuration: Path, operator_id: str, kept: str | None, *, as_json: bool) -> None:
    """Recompute the chain of every act; exit code 1 when an entry was changed, moved, deleted or slipped in.

    Keep the head that is printed outside this machine: only with it a cut end is seen.
    """
    bridge = built(configuration)
    with bridge.store.read(chosen_operator(bridge, operator_id)) as work:
        faults, head = work.audit.faults(_head(kept)), work.audit.head()
    if as_json:
        click.echo(json.dumps({"intact": not faults, "faults": faults, "head": f"{head.seq}:{head.hash}"}))
    else:
        intact = translate("The audit trail is intact. Head: {head}").format(head=f"{head.seq}:{head.hash}")
        click.echo("\n".join(faults) or intact)
    ctx.exit(1 if faults else 0)


def _head(kept: str | None) -> ChainHead | None:
    from hospital_bridge.audit import ChainHead

    if kept is None:
        return None
    seq, _, digest = kept.partition(":")
    if not seq.isdecimal() or not digest:
        raise click.UsageError(translate("--head must look like 42:3fd0…, as an earlier check printed it"))
    return ChainHead(int(seq), digest)
