"""The pages of money that waits for a person: reconciliation, and decisions, each confirmed before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.web import order_words
from hospital_bridge.web.access import ADMIN, FINANCE, Access, Area, open_to
from hospital_bridge.web.finance_reads import (
    GIVES_BACK,
    Decision,
    DifferenceRow,
    Explanation,
    MoneyRow,
    NotYet,
    SomebodyWasFaster,
    Told,
    why,
)
from hospital_bridge.web.forms import number_typed, seen_fen
from hospital_bridge.web.live import show
from hospital_bridge.web.proving import proves_again
from hospital_bridge.web.refund_reads import NotRefundable
from hospital_bridge.web.rendering import spoken
from hospital_bridge.web.spreadsheet import sheet, yuan
from hospital_bridge.web.visit import address, site, visit

BY_FINANCE = Access(Area.STAFF, role=FINANCE, or_role=ADMIN)
RUNS = 60
LONGEST_RECEIPT = 64

blueprint = Blueprint("finance", __name__, url_prefix="/staff/<operator>")


@dataclass(frozen=True, slots=True)
class Words:
    """Message ids of one decision: its button, and what it brings about."""

    label: str
    consequence: str


DECISIONS = {
    Decision.FULFILLED: Words(
        "It is booked",
        "The payment counts as booked under the receipt number that you enter. This cannot be undone here.",
    ),
    Decision.REFUSED: Words(
        "It is not booked: give the money back",
        "The whole sum goes back to the payer. This cannot be undone.",
    ),
    Decision.AGAIN: Words(
        "It is not booked: book it again",
        "The operator's system is told once more. If it has booked after all, it will hold two bookings.",
    ),
    Decision.REVERSED: Words(
        "The booking has been taken back",
        "The booking counts as taken back. This cannot be undone here.",
    ),
    Decision.REFUND_AGAIN: Words(
        "Send the money back again",
        "The wallet is asked for the refund once more, under a new refund number. This cannot be undone.",
    ),
    Decision.RETURNED: Words(
        "The payer has the money back",
        "The money counts as returned; the bridge itself returns nothing. This cannot be undone here.",
    ),
}
EXPLANATIONS = {
    Explanation.AT_THE_COUNTER: "Settled at the counter",
    Explanation.BY_THE_WALLET: "Corrected by the wallet",
    Explanation.BOOKED_BY_HAND: "Booked by hand in the operator's system",
    Explanation.ANOTHER_DAY: "Stands in the books of another day",
    Explanation.ANOTHER_TILL: "Belongs to another till",
    Explanation.WITH_THE_WALLET: "Reported to the wallet",
}
FINDINGS = {
    "timing": "Stands in two books on neighbouring days",
    "sale_timing": "The operator's list has it on a neighbouring day",
    "wallet_only": "Only the wallet's bill has it",
    "ledger_only": "The wallet's bill lacks it",
    "wallet_amount": "The wallet's bill has another amount",
    "sale_only": "Only the operator's list has it",
    "sale_missing": "The operator's list lacks it",
    "unfulfilled": "The operator's system has not answered yet",
    "sale_amount": "The operator's list has another amount",
    "paid_by_hand": "Paid out by hand: no bill has it",
    "bank_amount": "The bank has credited another amount",
}
PROPOSALS = {
    "timing": "Nothing: the next bill should have it.",
    "sale_timing": "Nothing: the operator's list of the next day should have it.",
    "wallet_only": "Find it in the wallet's console; what nobody knows is returned there.",
    "wallet_only/ours": "Compare the day again; what the wallet still has alone, clear up with the wallet.",
    "wallet_only/no_channel": "Find the till that it belongs to, and have a rule for it added (bill_channels).",
    "ledger_only": "Ask the wallet why its bill lacks it.",
    "ledger_only/denied": "The wallet denies it: clear it up with the wallet before anything is given back.",
    "ledger_only/unheard": "The wallet did not answer: compare the day again.",
    "wallet_amount": "Ask the wallet which amount holds.",
    "sale_only": "Find who booked it in the operator's system; a mistake is taken back there.",
    "sale_missing": "Have it booked in the operator's system, or the money given back.",
    "unfulfilled": "Nothing: the bridge follows it up.",
    "sale_amount": "Have the booking corrected in the operator's system.",
    "paid_by_hand": "Nothing: two people have approved it. Keep the signed form.",
    "bank_amount": "Look for withdrawals and fees in the wallet's account log, then ask the wallet.",
}
STEPS = {
    "bill": "Reading the wallet's bill",
    "ledger": "Reading our ledger",
    "list": "Reading the operator's list",
    "compare": "Comparing",
}
SHEET_HEADS = (
    "Day",
    "Account",
    "Entry",
    "What differs",
    "Number",
    "Our amount in yuan",
    "Their amount in yuan",
    "Open since",
    "Looked into by",
    "What to do",
)
KINDS = {"payment": "Payment", "refund": "Refund"}
NO_SUCH_DAY = "Enter a day whose books there can be: not one to come, and none that is years ago."
UNLISTED = "Compared two ways: the operator's list was not available"
UNLISTED_STEP = "Have the engineer see to the operator's list, then compare the day again."
STATES = {"waiting": "Waiting for a book", "done": "Compared", "unlisted": UNLISTED}


@blueprint.get("/money/<about>/<decision>")
@open_to(BY_FINANCE)
def consider(about: str, decision: str) -> Response:
    """What a decision brings about, before it is made."""
    return _confirmation(about, _decision(decision))


@blueprint.post("/money/<about>/<decision>")
@open_to(BY_FINANCE)
def decide(about: str, decision: str) -> Any:
    """Make the decision; HB-D004 when it no longer waits for anybody."""
    chosen, receipt_no = _decision(decision), number_typed(request.form.get("receipt_no", ""))
    if chosen is Decision.FULFILLED and not 0 < len(receipt_no) <= LONGEST_RECEIPT:
        return _confirmation(about, chosen, receipt_no, status=422)
    try:
        told = Told(visit().principal, receipt_no, proves_again() if chosen in GIVES_BACK else False, seen_fen())
        site().finance.decide(visit().operator.id, about, chosen, told)
    except SomebodyWasFaster:
        raise BridgeError("HB-D004") from None
    except NotRefundable as refusal:
        return _confirmation(about, chosen, fault=refusal.obstacle, status=409)
    return redirect(address("admin.work" if _is_admin() else "refunds.waiting"), 303)


@blueprint.get("/reconciliation")
@open_to(BY_FINANCE)
def reconciliation() -> Response:
    """The newest days of each wallet account, and every difference that is open."""
    return _reconciliation_page()


def _reconciliation_page(typed: str = "", fault: str = "", status: int = 200) -> Response:
    finance, here = site().finance, visit().operator.id
    context = {
        "runs": finance.runs(here, RUNS),
        "differences": finance.differences(here),
        "findings": FINDINGS,
        "kinds": KINDS,
        "states": STATES,
        "explanations": EXPLANATIONS,
        "proposal": proposal,
        "under_way": finance.under_way(here),
        "steps": STEPS,
        "why": why,
        "unlisted_step": UNLISTED_STEP,
        "typed": typed,
        "fault": fault,
    }
    return show("staff/reconciliation.html", context, status)


@blueprint.get("/reconciliation/differences.csv")
@open_to(BY_FINANCE)
def saved_differences() -> Response:
    """Every open difference, for a spreadsheet."""
    rows = [
        (
            one.day.isoformat(),
            one.account,
            *map(spoken, (KINDS[one.kind], FINDINGS[one.finding])),
            one.reference,
            *map(yuan, (one.ours_fen, one.theirs_fen)),
            one.since.astimezone(visit().operator.timezone).strftime("%Y-%m-%d %H:%M:%S") if one.since else "",
            one.owner,
            spoken(proposal(one)),
        )
        for one in site().finance.all_differences(visit().operator.id)
    ]
    return sheet("differences", [spoken(head) for head in SHEET_HEADS], rows)


@blueprint.post("/reconciliation/again")
@open_to(BY_FINANCE)
def compare_again() -> Any:
    """Have the books of a day compared again."""
    typed = request.form.get("day", "")
    try:
        site().finance.compare_again(visit().operator.id, date.fromisoformat(typed), by=visit().principal)
    except (ValueError, NotYet):
        return _reconciliation_page(typed, NO_SUCH_DAY, 422)
    return redirect(address("finance.reconciliation"), 303)


def proposal(one: DifferenceRow) -> str:
    """What a person does about a difference."""
    return PROPOSALS.get(f"{one.finding}/{one.clue}", PROPOSALS[one.finding])


@blueprint.post("/reconciliation/explain")
@open_to(BY_FINANCE)
def explain() -> Any:
    """Settle a difference with an explanation, or take it over."""
    told = request.form.get("explanation", "")
    if told and told not in set(Explanation):
        raise BridgeError("HB-R001")
    explanation = Explanation(told) if told else None
    try:
        site().finance.explain(
            visit().operator.id, request.form.get("difference", ""), explanation, by=visit().principal
        )
    except SomebodyWasFaster:
        raise BridgeError("HB-D004") from None
    return redirect(address("finance.reconciliation"), 303)


def _is_admin() -> bool:
    """Whether the work list is open to this person; finance has its part of it beside the refunds to approve."""
    staff = visit().staff
    return staff is not None and staff.has(ADMIN)


def _decision(name: str) -> Decision:
    if name not in set(Decision):
        raise BridgeError("HB-R002")
    return Decision(name)


def _confirmation(
    about: str, decision: Decision, receipt_no: str | None = None, *, fault: str = "", status: int = 200
) -> Response:
    context = {
        "row": _row(about, decision),
        "decision": decision,
        "words": DECISIONS[decision],
        "receipt_no": receipt_no or "",
        "missing": receipt_no is not None,
        "fault": order_words.OBSTACLES[Obstacle(fault)] if fault else "",
        "gives_back": decision in GIVES_BACK,
        "said": order_words.why,
        "work_list": address("admin.work" if _is_admin() else "refunds.waiting"),
    }
    return show("staff/decide.html", context, status)


def _row(about: str, decision: Decision) -> MoneyRow:
    rows = site().finance.waiting(visit().operator.id)
    row = next((row for row in rows if row.about == about and decision in row.decisions), None)
    if row is None:
        raise BridgeError("HB-D004")
    return row
