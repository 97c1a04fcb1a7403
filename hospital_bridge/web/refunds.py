"""Refunds by people: considered before they are asked for, large ones approved by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request

from adapters.money import yuan_from_fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.web import order_words
from hospital_bridge.web.access import FINANCE, Access, Area, open_to
from hospital_bridge.web.finance import offered
from hospital_bridge.web.finance_words import DECISIONS
from hospital_bridge.web.forms import KEY, fen_typed, seen_fen
from hospital_bridge.web.live import show
from hospital_bridge.web.proving import proves_again
from hospital_bridge.web.refund_reads import AskedRefund, NotRefundable, RequestRow
from hospital_bridge.web.visit import address, site, visit

BY_FINANCE = Access(Area.STAFF, role=FINANCE)
LONGEST = 20

blueprint = Blueprint("refunds", __name__, url_prefix="/staff/<operator>")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds; `amount_fen` is None where it is no amount, `reason` empty where it is none of ours."""

    amount: str
    amount_fen: int | None
    reason: str
    by_hand: bool
    invoice: str


@blueprint.get("/orders/<payment_id>/refund")
@open_to(BY_FINANCE)
def consider(payment_id: str) -> Response:
    """Sum and reason are asked for; once both are there, what the refund means is said before it is asked for."""
    return _form(payment_id, _filled(dict(request.args)), is_first="amount" not in request.args)


@blueprint.post("/orders/<payment_id>/refund")
@open_to(BY_FINANCE)
def ask(payment_id: str) -> Any:
    """Ask for the refund; the page says why where it cannot be."""
    filled = _filled(request.form.to_dict())
    if filled.amount_fen is None or not filled.reason:
        return _form(payment_id, filled, status=422)
    asked = AskedRefund(
        payment_id=_known(payment_id),
        amount_fen=filled.amount_fen,
        reason=filled.reason,
        by_hand=filled.by_hand,
        key=request.form[KEY],
        proved=proves_again(),
        seen_fen=seen_fen(),
        invoice=filled.invoice,
    )
    try:
        waits = site().refunds.ask(visit().operator.id, asked, by=visit().principal)
    except NotRefundable as refusal:
        return _form(payment_id, filled, fault=refusal.obstacle, status=409)
    to = address("refunds.waiting") if waits else address("orders.one", payment_id=payment_id)
    return redirect(to, 303)


@blueprint.get("/refunds")
@open_to(BY_FINANCE)
def waiting() -> Response:
    """What waits for a second person, and money that waits for a decision."""
    here = visit().operator.id
    context = {
        "requests": site().refunds.waiting(here),
        "money": site().finance.waiting(here),
        "decisions": DECISIONS,
        "offered": offered,
        "words": order_words,
        "said": order_words.why,
    }
    return show("staff/refunds.html", context)


@blueprint.get("/refunds/<request_id>")
@open_to(BY_FINANCE)
def one(request_id: str) -> Response:
    """One request, to be approved or declined."""
    return _request_page(request_id)


@blueprint.post("/refunds/<request_id>/approve")
@open_to(BY_FINANCE)
def approve(request_id: str) -> Any:
    """Agree as the second person."""
    found = _request(request_id)
    try:
        site().refunds.approve(visit().operator.id, request_id, by=visit().principal, proved=proves_again())
    except NotRefundable as refusal:
        return _request_page(request_id, refusal.obstacle, 409)
    return redirect(address("orders.one", payment_id=found.payment_id), 303)


@blueprint.post("/refunds/<request_id>/decline")
@open_to(BY_FINANCE)
def decline(request_id: str) -> Any:
    """Disagree, or take one's own request back."""
    _request(request_id)
    try:
        site().refunds.decline(visit().operator.id, request_id, by=visit().principal)
    except NotRefundable as refusal:
        return _request_page(request_id, refusal.obstacle, 409)
    return redirect(address("refunds.waiting"), 303)


def _form(payment_id: str, filled: Filled, *, fault: str = "", is_first: bool = False, status: int = 200) -> Response:
    told = site().refunds.consider(visit().operator.id, _known(payment_id), filled.amount_fen, by_hand=filled.by_hand)
    is_whole = filled.amount_fen is not None and bool(filled.reason)
    context = {
        "told": told,
        "filled": filled,
        "amount": filled.amount or yuan_from_fen(told.amount_fen),
        "is_whole": is_whole and told.obstacle in ("", Obstacle.INVOICE_STANDS),
        "is_first": is_first,
        "fault": fault or (told.obstacle if is_whole or filled.amount_fen is None else ""),
        "words": order_words,
    }
    return show("staff/refund.html", context, status)


def _filled(told: dict[str, str]) -> Filled:
    amount = told.get("amount", "").strip()[:LONGEST]
    reason = told.get("reason", "")
    return Filled(
        amount=amount,
        amount_fen=fen_typed(amount),
        reason=reason if reason in set(order_words.TO_CHOOSE) else "",
        by_hand=told.get("route", "") == "by_hand",
        invoice=told.get("invoice", ""),
    )


def _known(payment_id: str) -> str:
    """HB-R002 where the operator has no such order."""
    if site().orders.show(visit().operator.id, payment_id, by=visit().principal) is None:
        raise BridgeError("HB-R002")
    return payment_id


def _request_page(request_id: str, fault: str = "", status: int = 200) -> Response:
    found = _request(request_id)
    context = {
        "asked": found,
        "is_own": found.asked_by_id == visit().principal,
        "fault": fault,
        "words": order_words,
    }
    return show("staff/refund_request.html", context, status)


def _request(request_id: str) -> RequestRow:
    found = site().refunds.request(visit().operator.id, request_id)
    if found is None:
        raise BridgeError("HB-R002")
    return found
