"""The daily statement: what finance reads, signs, prints and takes into its books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import ADMIN, FINANCE, Access, Area, open_to
from hospital_bridge.web.finance_reads import CannotSign, NotYet, StatementView
from hospital_bridge.web.finance_words import EXPLANATIONS, FINDINGS, KINDS, UNLISTED
from hospital_bridge.web.forms import fen_typed
from hospital_bridge.web.live import show
from hospital_bridge.web.rendering import spoken
from hospital_bridge.web.spreadsheet import sheet, yuan
from hospital_bridge.web.visit import address, site, visit
from hospital_bridge.web.vouchers import EVERY_CHANNEL, vouchers

BY_FINANCE = Access(Area.STAFF, role=FINANCE, or_role=ADMIN)
OBSTACLES = {
    "not_over": "The day is not over yet.",
    "not_reconciled": "Not all books of the day have been compared yet.",
    "moved_since": "Money of the day has moved since its books were compared: compare it again first.",
    "signed": "The statement is signed.",
    "changed": "The statement has changed since you looked and was not signed: it is shown as it stands now."
    " Read it again, then sign.",
}
COMPLETE = ("", "signed")
"""The obstacles of a statement behind which its day has its last vouchers."""

CHANNELS = {"bridge": "Paid here", "": "Nobody's yet", EVERY_CHANNEL: "All channels"}
SIDES = {
    "wallet_fen": "Wallet's bill",
    "ledger_fen": "Our ledger",
    "sale_fen": "Operator's list",
    "fee_fen": "Fees of the wallet",
}
ADDED = {
    "found": "Found",
    "explained": "Explained",
    "cleared": "Cleared by a later comparison",
    "bank": "Credit told by the bank",
    "sums": "Sums have changed",
}
THE_BRIDGE = "The bridge"
THE_COMMAND_LINE = "The command line"
_NOTHING: Mapping[str, str] = {}
_NOBODY = {"": THE_BRIDGE, "cli": THE_COMMAND_LINE}
ADDITION_HEADS = (
    "Day",
    "Account",
    "When",
    "Who",
    "What",
    "What differs",
    "Number",
    "Our amount in yuan",
    "Their amount in yuan",
    "Explanation",
)
_EXPLAINED = {explanation.value: words for explanation, words in EXPLANATIONS.items()}
VOUCHER_HEADS = ("Day", "Number", "Account", "Channel", "Summary", "Debit", "Credit", "Amount in yuan")

blueprint = Blueprint("statements", __name__, url_prefix="/staff/<operator>")


@blueprint.get("/statements/<day>")
@open_to(BY_FINANCE)
def of_day(day: str) -> Response:
    """The statement as it was signed, or as it would be signed now."""
    return _page(_day(day))


@blueprint.post("/statements/<day>/sign")
@open_to(BY_FINANCE)
def sign(day: str) -> Any:
    """Sign it for good; the page says why where that cannot be done."""
    try:
        seen = request.form.get("seen", "")
        site().finance.sign(visit().operator.id, _day(day), by=visit().principal, seen=seen)
    except CannotSign as refusal:
        return _page(_day(day), fault=str(refusal), status=409)
    return redirect(address("statements.of_day", day=day), 303)


@blueprint.post("/statements/<day>/bank")
@open_to(BY_FINANCE)
def credited(day: str) -> Any:
    """Keep what the bank's own statement says of that day, in yuan."""
    on, told = _day(day), request.form
    account, amount = told.get("account", ""), fen_typed(told.get("credited", ""))
    if amount is None:
        return _page(on, typed={account: told.get("credited", "")}, status=422)
    try:
        site().finance.tell_bank_credit(visit().operator.id, on, account, amount, by=visit().principal)
    except NotYet:
        raise BridgeError("HB-R001") from None
    return redirect(address("statements.of_day", day=day), 303)


@blueprint.get("/statements/<day>/vouchers.csv")
@open_to(BY_FINANCE)
def saved(day: str) -> Response:
    """The vouchers of the day for the books of the hospital; why not while the day is not complete."""
    on = _day(day)
    statement = site().finance.statement(visit().operator.id, on)
    if statement.obstacle not in COMPLETE:
        # Vouchers are numbered within their day: an account that joins it later would give others its numbers.
        return _page(on, fault=statement.obstacle, status=409)
    rows = [
        (
            on.isoformat(),
            f"{on:%Y%m%d}-{number:03d}",
            one.account,
            spoken(CHANNELS[one.channel]) if one.channel in CHANNELS else one.channel,
            *map(spoken, (one.summary, one.debit, one.credit)),
            yuan(one.amount_fen),
        )
        for number, one in enumerate(vouchers(statement.content), 1)
    ]
    return sheet(f"vouchers-{on.isoformat()}", [spoken(head) for head in VOUCHER_HEADS], rows)


@blueprint.get("/statements/<day>/additions.csv")
@open_to(BY_FINANCE)
def saved_additions(day: str) -> Response:
    """What was added after signatures: to this day, and to earlier days as this day's statement carries it."""
    on = _day(day)
    statement = site().finance.statement(visit().operator.id, on)
    rows = [
        (
            one["day"],
            one["account"],
            _local(one["at"]).strftime("%Y-%m-%d %H:%M:%S"),
            _who(statement, one),
            spoken(ADDED[one["what"]]),
            spoken(FINDINGS[one["finding"]]) if one["finding"] else "",
            one["reference"] or str(one["count"]),
            *(yuan(one[name]) for name in ("ours_fen", "theirs_fen")),
            spoken(_EXPLAINED[one["explanation"]]) if one["explanation"] in _EXPLAINED else "",
            *(yuan(one.get(name, 0)) for name in SIDES),
        )
        for one in (*statement.additions, *statement.content.get("additions", ()))
    ]
    heads = (*ADDITION_HEADS, *SIDES.values())
    return sheet(f"additions-{on.isoformat()}", [spoken(head) for head in heads], rows)


def _who(statement: StatementView, one: Mapping[str, Any]) -> str:
    by = one["by"]
    return statement.names.get(by) or (spoken(_NOBODY[by]) if by in _NOBODY else by)


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(visit().operator.timezone)


def _page(day: date, *, fault: str = "", typed: Mapping[str, str] = _NOTHING, status: int = 200) -> Response:
    """The statement, with why something was not done; `typed` is what was no sum, by the account of its field."""
    statement = site().finance.statement(visit().operator.id, day)
    context = {
        "statement": statement,
        "content": statement.content,
        "day": day,
        "obstacles": OBSTACLES,
        "is_complete": statement.obstacle in COMPLETE,
        "fault": fault,
        "typed": typed,
        "channels": CHANNELS,
        "accounts": visit().operator.wallets,
        "sides": SIDES,
        "unlisted": UNLISTED,
        "findings": FINDINGS,
        "kinds": KINDS,
        "explanations": _EXPLAINED,
        "added": ADDED,
        "who": _who,
        "at": datetime.fromisoformat,
    }
    return show("staff/statement.html", context, status)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BridgeError("HB-R002") from None
