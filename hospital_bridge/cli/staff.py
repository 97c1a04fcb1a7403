"""`hospital-bridge staff`: accounts of the people who work at the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def command() -> None:
    """Manage staff accounts."""


@command.command()
@click.argument("login_name")
@click.option("--name", "display_name", required=True, help="What colleagues read.")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be given several times.")
@click.password_option(envvar="HOSPITAL_BRIDGE_STAFF_PASSWORD", help="Asked for when it is not given.")
@configuration_option
@operator_option
def add(
    login_name: str, display_name: str, roles: tuple[str, ...], password: str, configuration: Path, operator_id: str
) -> None:
    """Open the account LOGIN_NAME."""
    from hospital_bridge.store.staff import RoleGrant, StaffAccounts
    from hospital_bridge.web.passwords import PasswordLogin

    bridge = built(configuration)
    try:
        kept = PasswordLogin(bridge.store, bridge.outside.ids).hash(password)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    with bridge.store.begin(chosen_operator(bridge, operator_id)) as work:
        staff_id = StaffAccounts(work).add(login_name, display_name, kept, frozenset(map(RoleGrant, roles)))
        work.audit.record("cli", "staff.added", staff_id, roles=" ".join(roles))
    click.echo(translate("The account is open."))
