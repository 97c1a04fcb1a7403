"""`hospital-bridge staff`: accounts of the people who work at the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path

    from hospital_bridge.bootstrap import Bridge


@click.group()
def command() -> None:
    """Manage staff accounts."""


@command.command()
@click.argument("login_name")
@click.option("--name", "display_name", required=True, help="What colleagues read.")
@click.option(
    "--role", "roles", multiple=True, required=True, help="A role, or ROLE@PLACE; may be given several times."
)
@click.password_option(envvar="HOSPITAL_BRIDGE_STAFF_PASSWORD", help="Asked for when it is not given.")
@configuration_option
@operator_option
def add(
    login_name: str, display_name: str, roles: tuple[str, ...], password: str, configuration: Path, operator_id: str
) -> None:
    """Open the account LOGIN_NAME.

    ROLE is admin, auditor (for somebody who is neither admin nor finance), reader (who opens received messages),
    finance (who closes the day and gives money back), help_desk (who looks orders up) or a role of a vertical of the
    operator. A vertical's role can be held for one place alone, such as cashier@noodles for the shop of
    that id.
    """
    from hospital_bridge.store.staff import EVERYWHERE, NameTaken, RoleGrant, StaffAccounts
    from hospital_bridge.web.access import CORE_ROLES
    from hospital_bridge.web.passwords import PasswordLogin

    bridge = built(configuration)
    operator = chosen_operator(bridge, operator_id)
    grants = [role.partition("@") for role in roles]
    _refuse_unfit(tuple(role for role, _, _ in grants), _offered(bridge, operator))
    if any(place and role in CORE_ROLES for role, _, place in grants):
        raise click.UsageError(
            translate("Roles of the bridge itself are held for the whole operator, not for one place.")
        )
    held = frozenset(RoleGrant(role, place or EVERYWHERE) for role, _, place in grants)
    try:
        kept = PasswordLogin(bridge.store, bridge.outside.ids).hash(password)
        with bridge.store.begin(operator) as work:
            staff_id = StaffAccounts(work).add(login_name, display_name, kept, held)
            work.audit.record("cli", "staff.added", staff_id, roles=" ".join(roles))
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    except NameTaken as fault:
        sentence = translate("There is an account {name} already; choose another name.")
        raise click.UsageError(sentence.format(name=login_name)) from fault
    click.echo(translate("The account is open."))


def _offered(bridge: Bridge, operator_id: str) -> list[str]:
    """The core's roles and those of the verticals that the operator has."""
    from hospital_bridge.web.access import CORE_ROLES

    verticals = [bridge.verticals[name] for name in bridge.operators[operator_id].scopes]
    return list(dict.fromkeys([*CORE_ROLES, *(role for each in verticals for role in each.manifest.roles)]))


def _refuse_unfit(roles: tuple[str, ...], offered: list[str]) -> None:
    from hospital_bridge.web.access import ADMIN, AUDITOR, FINANCE

    for role in roles:
        if role not in offered:
            sentence = translate("There is no role {role}; choose among: {offered}.")
            raise click.UsageError(sentence.format(role=role, offered=", ".join(offered)))
    if AUDITOR in roles and {ADMIN, FINANCE} & set(roles):
        raise click.UsageError(
            translate("Nobody who acts, as admin or finance, is auditor: who acts must not be who watches the acts.")
        )
