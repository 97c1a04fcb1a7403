"""`hospital-bridge bank FILE`: what the bank has credited, day by day, against the wallet's bill less its fees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate, translate_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from hospital_bridge.payment.reconcile.bank import Credited
    from hospital_bridge.payment.reconcile.bank_file import BankFile, Told

LARGEST_FILE = 32 * 1024 * 1024
MOST_TOLD = 50


@click.command()
@click.argument("file", type=click.File("rb"))
@configuration_option
@operator_option
@click.option("--wallet", "account", metavar="ACCOUNT", help="The wallet account, where there are several.")
@click.option("--from", "sent_by", default="", metavar="TEXT", help="Only rows whose payer or summary has this text.")
@click.option(
    "--settled-after",
    type=click.IntRange(0, 7),
    default=1,
    show_default=True,
    metavar="DAYS",
    help="How many days after a business day the bank credits it.",
)
@click.pass_context
def command(
    ctx: click.Context,
    file: IO[bytes],
    configuration: Path,
    operator_id: str,
    account: str | None,
    sent_by: str,
    settled_after: int,
) -> None:
    """Read the bank's statement FILE (CSV) and compare each day's credit with the bill less the wallet's fees.

    With one row that cannot be read nothing of the file is kept. Repeating it is safe. Exit code 1 when a row is
    wrong, no credit is from there, a day differs, or its bill is not to be had yet.
    """
    from hospital_bridge.payment.reconcile.bank import take_in
    from hospital_bridge.payment.reconcile.bank_file import Reading, read

    bridge = built(configuration)
    money = bridge.operators[chosen_operator(bridge, operator_id)].money
    chosen = account or (next(iter(money.wallets)) if len(money.wallets) == 1 else "")
    if chosen not in money.wallets:
        raise click.BadParameter(translate("there is no such wallet account"), param_hint="--wallet")
    raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise click.BadParameter(translate("the file is too large to be a statement"), param_hint="FILE")
    with money.store.read(money.operator_id) as work:
        today = money.business_date(work.now)
    found = read(raw, Reading(today, settled_after, sent_by))
    for sentence in _sentences_of_file(found, sent_by):
        click.echo(sentence)
    if found.faults or not found.credits:
        ctx.exit(1)
    days = take_in(money, chosen, found.credits, "cli")
    click.echo("\n".join(sentence_of_day(chosen, day) for day in days))
    ctx.exit(0 if all(day.net_fen == day.credited_fen for day in days) else 1)


def _sentences_of_file(found: BankFile, sent_by: str) -> Iterator[str]:
    """What was left out of it, what is wrong with it, and that nothing was kept where nothing was."""
    from hospital_bridge.web.bank_words import NOTHING_FROM_THERE, NOTHING_KEPT

    for told in found.foreign[:MOST_TOLD]:
        yield translate("line {line}: not from {sent_by}, left out").format(line=told.line, sent_by=sent_by)
    yield from map(sentence_of_fault, found.faults[:MOST_TOLD])
    hidden = sum(max(len(rows) - MOST_TOLD, 0) for rows in (found.foreign, found.faults))
    if hidden:
        yield translate("and {count} lines more").format(count=hidden)
    if found.faults or not found.credits:
        yield translate_of("hospital_bridge.web", NOTHING_KEPT if found.faults else NOTHING_FROM_THERE)


def sentence_of_fault(told: Told) -> str:
    """What is wrong with the file or one of its rows, and what to do."""
    from hospital_bridge.web.bank_words import FAULTS

    sentence = translate_of("hospital_bridge.web", FAULTS[told.fault])
    return sentence % {"line": told.line, "value": told.value}


def sentence_of_day(account: str, day: Credited) -> str:
    """How the bank's credit of a day stands against its bill."""
    from adapters.money import yuan_from_fen

    told = {"account": account, "day": day.day, "credited": yuan_from_fen(day.credited_fen), "reason": day.reason}
    if day.net_fen is None:
        return translate("{account} {day}: {credited} yuan credited; the bill is not compared yet: {reason}").format(
            **told
        )
    if day.net_fen == day.credited_fen:
        return translate("{account} {day}: {credited} yuan credited, as the bill less fees").format(**told)
    sums = {"net": yuan_from_fen(day.net_fen), "short": yuan_from_fen(day.credited_fen - day.net_fen)}
    return translate(
        "{account} {day}: {credited} yuan credited, the bill less fees is {net} yuan: {short} yuan differ"
    ).format(**told, **sums)
