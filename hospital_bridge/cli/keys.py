"""`hospital-bridge keys`: the root key behind all that is sealed, and the keys of systems that call the API."""

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
    """Change the root key; give keys to systems that call the API, and take them back."""


@command.command()
@configuration_option
def rewrap(configuration: Path) -> None:
    """Wrap every stored key with the present root key.

    Write the new key as root_key and the old one into older_root_keys, restart, run this; then the old one may go.
    """
    from hospital_bridge.bootstrap import refuse_wrong_root_key

    bridge = built(configuration)
    refuse_wrong_root_key(bridge.store)
    count = 0
    for operator_id in bridge.store.operator_ids():
        with bridge.store.begin(operator_id) as work:
            count += (wrapped := work.seal.data_keys.rewrap())
            work.audit.record("cli", "keys.rewrapped", operator_id, count=str(wrapped))
    click.echo(translate("Keys wrapped anew: {count}. The older root keys are needed no more.").format(count=count))


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; may be given several times.")
@configuration_option
@operator_option
def add(name: str, scopes: tuple[str, ...], configuration: Path, operator_id: str) -> None:
    """Give the system NAME a key for the API; it is printed this once and kept only as a hash."""
    from hospital_bridge.store.api_keys import ApiKeys
    from hospital_bridge.web.api import SCOPES

    bridge = built(configuration)
    operator = chosen_operator(bridge, operator_id)
    offered = SCOPES | {
        resource.scope for name in bridge.operators[operator].scopes for resource in bridge.verticals[name].resources
    }
    if unknown := sorted(set(scopes) - offered):
        known = ", ".join(sorted(offered))
        raise click.UsageError(
            translate("There is no scope {unknown}; choose of: {known}").format(unknown=", ".join(unknown), known=known)
        )
    with bridge.store.begin(operator) as work:
        token = ApiKeys(work).issue(name, frozenset(scopes))
        work.audit.record("cli", "api_key.issued", token.partition(".")[0], scopes=" ".join(sorted(scopes)))
    click.echo(token)


@command.command("list")
@configuration_option
@operator_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_keys(configuration: Path, operator_id: str, *, as_json: bool) -> None:
    """List the systems that hold a key for the API."""
    from hospital_bridge.store.api_keys import ApiKeys

    bridge = built(configuration)
    with bridge.store.read(chosen_operator(bridge, operator_id)) as work:
        keys = ApiKeys(work).standing()
    if as_json:
        rows = [{"key_id": key.key_id, "name": key.name, "scopes": sorted(key.scopes)} for key in keys]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for key in keys:
            click.echo(f"{key.key_id}  {key.name}  {' '.join(sorted(key.scopes))}")


@command.command()
@click.argument("key_id")
@configuration_option
@operator_option
def revoke(key_id: str, configuration: Path, operator_id: str) -> None:
    """Take the key KEY_ID back: it opens nothing any more."""
    from hospital_bridge.store.api_keys import ApiKeys

    bridge = built(configuration)
    with bridge.store.begin(chosen_operator(bridge, operator_id)) as work:
        revoked = ApiKeys(work).revoke(key_id)
        if revoked:
            work.audit.record("cli", "api_key.revoked", key_id)
    if not revoked:
        raise click.UsageError(translate("No key of that id stands."))
    click.echo(translate("The key opens nothing any more."))
