"""The pages of money that waits for a person: reconciliation, and decisions, each confirmed before it is made."""

from __future__ import annotations

from collections.abc import Sequence
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
    Explanation,
    MoneyRow,
    NotYet,
    SomebodyWasFaster,
    Told,
    why,
)
from hospital_bridge.web.finance_words import (
    DECISIONS,
    EXPLANATIONS,
    FINDINGS,
    KINDS,
    NO_SUCH_DAY,
    SHEET_HEADS,
    STATES,
    STEPS,
    UNLISTED_STEP,
    proposal,
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


@blueprint.get("/money/<about>/<decision>")
@open_to(BY_FINANCE)
def consider(about: str, decision: str) -> Response:
    """What a decision brings about, before it is made."""
    return _confirmation(about, _decision(decision))


def offered(row: MoneyRow) -> Sequence[Decision]:
    """What of its decisions is for whoever is here: only finance gives money back."""
    return [decision for decision in row.decisions if _may_make(decision)]


@blueprint.post("/money/<about>/<decision>")
@open_to(BY_FINANCE)
def decide(about: str, decision: str) -> Any:
    """Make the decision; HB-D004 when it no longer waits for anybody."""
    chosen, receipt_no = _decision(decision), number_typed(request.form.get("receipt_no", ""))
    if chosen is Decision.FULFILLED and not 0 < len(receipt_no) <= LONGEST_RECEIPT:
        return _confirmation(about, chosen, receipt_no, status=422)
    try:
        proved = proves_again() if chosen in GIVES_BACK else False
        told = Told(visit().principal, receipt_no, proved, seen_fen(), request.form.get("invoice", ""))
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
        **open_differences(),
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


def open_differences() -> dict[str, object]:
    """What a page shows of them, and how many more there are."""
    finance, here = site().finance, visit().operator.id
    shown = finance.differences(here)
    hidden = finance.figures(here).open_differences - sum(one.count for one in shown)
    return {"differences": shown, "hidden": max(hidden, 0)}


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


def _may_make(decision: Decision) -> bool:
    staff = visit().staff
    return decision not in GIVES_BACK or (staff is not None and staff.has(FINANCE))


def _decision(name: str) -> Decision:
    if name not in set(Decision):
        raise BridgeError("HB-R002")
    if not _may_make(Decision(name)):
        raise BridgeError("HB-A002")
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
        "fault": fault,
        "obstacles": order_words.OBSTACLES,
        "invoices": order_words.INVOICES,
        "asks_invoice": fault == Obstacle.INVOICE_UNTOLD or "invoice" in request.form,
        "invoice": request.form.get("invoice", ""),
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
