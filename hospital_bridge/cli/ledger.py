"""`hospital-bridge ledger`: whether every fen is where the ledger says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def command() -> None:
    """Look at the ledger of money."""


@command.command()
@configuration_option
@operator_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def verify(ctx: click.Context, configuration: Path, operator_id: str, *, as_json: bool) -> None:
    """Recompute everything from the postings, and hold what was signed against itself; exit code 1 on a difference."""
    from hospital_bridge.payment import ledger
    from hospital_bridge.payment.reconcile.statement import broken_statements

    bridge = built(configuration)
    with bridge.store.read(chosen_operator(bridge, operator_id)) as work:
        found = [*map(str, ledger.verify(work)), *broken_statements(work)]
        balances = {account.value: fen for account, fen in ledger.balances(work).items()}
    if as_json:
        click.echo(json.dumps({"balanced": not found, "discrepancies": found, "balances": balances}))
    else:
        click.echo("\n".join(found) or translate("Every posting agrees with its payment."))
    ctx.exit(1 if found else 0)
