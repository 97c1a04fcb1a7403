"""`hospital-bridge webhooks`: the systems that are told, what they did not take, and a question to try one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from pathlib import Path

    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.settings import Webhook
    from hospital_bridge.store.deliveries import DeliveryRow

CLI = "cli"


@click.group()
def command() -> None:
    """Look after the systems that are told by webhook."""


@command.command()
@click.argument("name")
@configuration_option
@operator_option
@click.pass_context
def ping(ctx: click.Context, name: str, configuration: Path, operator_id: str) -> None:
    """Send an event of type bridge.ping to the endpoint NAME and print its answer; exit code 1 unless it is 2xx."""
    from hospital_bridge.post_office import ping as ask
    from notifications.message import Outcome

    bridge = built(configuration)
    answer = ask(bridge, _endpoint(bridge, chosen_operator(bridge, operator_id), name))
    click.echo(answer.detail)
    ctx.exit(0 if answer.outcome is Outcome.DELIVERED else 1)


@command.command("list")
@configuration_option
@operator_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_context
def waiting(ctx: click.Context, configuration: Path, operator_id: str, *, as_json: bool) -> None:
    """List what did not arrive and waits for a person; exit code 1 when there is any."""
    from hospital_bridge.store.deliveries import DeliveryKind

    bridge = built(configuration)
    with bridge.store.read(chosen_operator(bridge, operator_id)) as work:
        undone = [_told(row) for row in work.deliveries.undone(DeliveryKind.WEBHOOK)]
    sentence = translate("{delivery} to {endpoint}: {state} after {attempts} attempts: {answer}")
    lines = [sentence.format(**each) for each in undone] or [translate("Everything has arrived or is being sent.")]
    click.echo(json.dumps(undone) if as_json else "\n".join(lines))
    ctx.exit(1 if undone else 0)


@command.command()
@click.argument("delivery")
@configuration_option
@operator_option
@click.pass_context
def replay(ctx: click.Context, delivery: str, configuration: Path, operator_id: str) -> None:
    """Send DELIVERY once more; exit code 1 when it does not wait for that."""
    from hospital_bridge.telling.desk import try_again

    bridge = built(configuration)
    with bridge.store.begin(chosen_operator(bridge, operator_id)) as work:
        done = try_again(work, delivery, CLI)
    if done:
        click.echo(translate("It is sent again by the running bridge."))
    else:
        click.echo(translate("There is no such delivery that waits for a person."))
    ctx.exit(0 if done else 1)


def _endpoint(bridge: Bridge, operator_id: str, name: str) -> Webhook:
    endpoints = {each.name: each for each in bridge.operators[operator_id].settings.webhooks}
    if name not in endpoints:
        sentence = translate("There is no endpoint {name}; choose among: {offered}.")
        raise click.UsageError(sentence.format(name=name, offered=", ".join(endpoints)))
    return endpoints[name]


def _told(row: DeliveryRow) -> dict[str, Any]:
    return {
        "delivery": row.delivery_id,
        "endpoint": row.target,
        "state": row.standing.state.value,
        "attempts": row.standing.attempts,
        "answer": row.detail,
        "since": row.changed_at.isoformat(),
    }
