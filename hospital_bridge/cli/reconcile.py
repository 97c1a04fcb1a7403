"""`hospital-bridge reconcile DATE`: wallet bill, ledger and hospital list of one business day."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hospital_bridge.cli.configured import built, chosen_operator, configuration_option, operator_option
from hospital_bridge.cli.language import translate, translate_of

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from hospital_bridge.payment.context import MoneyContext


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@configuration_option
@operator_option
@click.option("--wallet", "account", metavar="ACCOUNT", help="Only this wallet account; without it, each of them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, an object for each wallet account.")
@click.pass_context
def command(
    ctx: click.Context, day: datetime, configuration: Path, operator_id: str, account: str | None, *, as_json: bool
) -> None:
    """Compare the three books of the business day DATE (YYYY-MM-DD) and keep the result.

    Exit code 1 when money is unexplained or a book is not to be had yet; repeating it is safe, also after a run that
    was interrupted. How far it is, is told on the way. Without a list of the hospital's the comparison is of two books,
    and says so.
    """
    bridge = built(configuration)
    money = bridge.operators[chosen_operator(bridge, operator_id)].money
    if account is not None and account not in money.wallets:
        raise click.BadParameter(translate("there is no such wallet account"), param_hint="--wallet")
    _must_have_a_bill(money, day.date())
    runs = [_reconciled(money, each, day.date()) for each in ([account] if account else money.wallets)]
    click.echo(json.dumps(runs, default=str) if as_json else "\n".join(map(sentence_of, runs)))
    ctx.exit(0 if all(run["state"] != "waiting" and not run["unexplained_fen"] for run in runs) else 1)


def _must_have_a_bill(money: MoneyContext, day: date) -> None:
    """Refuse a day whose bill no wallet has: as one that waits for it, it would stand there for good."""
    from hospital_bridge.payment.reconcile.bill_days import first_day

    with money.store.read(money.operator_id) as work:
        today = money.business_date(work.now)
    if day > today:
        raise click.BadParameter(translate("{day} has not come yet.").format(day=day), param_hint="DATE")
    if day < first_day(today):
        told = translate("{day} is more than three years ago: check the year.").format(day=day)
        raise click.BadParameter(told, param_hint="DATE")


def _reconciled(money: MoneyContext, account: str, day: date) -> dict[str, Any]:
    """The result of one account's day, with the differences that are open on it."""
    from hospital_bridge.payment.reconcile import reconcile_day
    from hospital_bridge.store.differences import Progress

    def tell(step: str, rows: int) -> None:
        click.echo(_sentence(step).format(account=account, day=day, rows=f"{rows:,}"), err=True)

    run = asdict(reconcile_day(money, account, day, tell))
    with money.store.read(money.operator_id) as work:
        found = work.differences.of(account, day)
    return run | {"differences": [asdict(one) for one in found if one.progress is Progress.OPEN]}


def _sentence(step: str) -> str:
    """What a run does at that step."""
    return {
        "bill": translate("{account} {day}: {rows} lines of the wallet's bill read"),
        "ledger": translate("{account} {day}: reading the ledger"),
        "list": translate("{account} {day}: {rows} lines of the hospital's list read"),
        "compare": translate("{account} {day}: comparing"),
    }[step]


def sentence_of(run: dict[str, Any]) -> str:
    """What a person reads of one account's day; sums in fen."""
    if run["state"] == "unlisted":
        return translate(
            "{wallet_account} {day}: the hospital's list was not available: two ways; {matched} entries agree; wallet"
            " {wallet_fen}, ledger {ledger_fen} fen; unexplained {unexplained_fen} fen ({reason})"
        ).format(**run)
    if run["state"] == "waiting":
        from hospital_bridge.web.finance_reads import why

        to_do = translate_of("hospital_bridge.web", why(run["reason"]))
        return translate("{wallet_account} {day}: not reconciled: {to_do} ({reason})").format(to_do=to_do, **run)
    sentence = translate(
        "{wallet_account} {day}: {matched} entries agree; wallet {wallet_fen}, ledger {ledger_fen},"
        " hospital {sale_fen} fen; unexplained {unexplained_fen} fen"
    )
    return sentence.format(**run)
