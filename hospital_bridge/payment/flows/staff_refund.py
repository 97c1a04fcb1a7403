"""Staff give money back: asked by one person, a large sum or one by hand approved by a second, then as any refund."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.invoices import InvoiceState
from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.fulfil import effect_key
from hospital_bridge.payment.flows.refund import give_back, give_back_by_hand
from hospital_bridge.payment.flows.send_refund import is_asking_why
from hospital_bridge.payment.flows.undecided import refuse_undecided
from hospital_bridge.payment.flows.view import view_of
from hospital_bridge.payment.model import (
    Fulfilment,
    Payment,
    RefundReason,
    RefundRequest,
    RefundState,
    RequestEvent,
    RequestState,
    Route,
    owed_back,
    refused,
)
from hospital_bridge.slot import Guarded
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Work


class Obstacle(StrEnum):
    """Why a refund cannot be asked for, or not be approved, as things stand."""

    NOT_PAID = "not_paid"
    CONFIRMING = "confirming"
    UNDECIDED = "undecided"
    NOTHING_LEFT = "nothing_left"
    TOO_MUCH = "too_much"
    CHANGED = "changed"
    WAITING = "waiting"
    NO_PART_LEFT = "no_part_left"
    TOO_LATE = "too_late"
    NO_WALLET = "no_wallet"
    NOT_BY_HAND = "not_by_hand"
    ASKING_WHY = "asking_why"
    INVOICE_STANDS = "invoice_stands"
    INVOICE_UNTOLD = "invoice_untold"
    INVOICE_UNANSWERED = "invoice_unanswered"
    OWED_NO_MORE = "owed_no_more"
    NOT_PROVED = "not_proved"
    SAME_PERSON = "same_person"
    DECIDED = "decided"


class CannotRefund(Exception):
    """`obstacle` says why; nothing was written."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


@dataclass(frozen=True, slots=True)
class Wish:
    """What one person of the staff asks for; `proved` says that they have just proved again who they are.

    `seen_fen` is what was left to give back when they looked, None where nobody looked at a page.
    """

    payment_id: str
    amount_fen: Fen
    reason: RefundReason
    by: str
    command_key: str
    route: Route = Route.WALLET
    proved: bool = False
    invoice: InvoiceState | None = None
    invoice_told: bool = False
    seen_fen: int | None = None


def ask(context: MoneyContext, work: Work, wish: Wish) -> RefundRequest:
    """Keep the wish, and carry it out where nobody else need approve it; CannotRefund. A repeated command is one."""
    payment = work.payments.get(wish.payment_id, lock=True)
    requests = RefundRequests(work)
    before = requests.by_command(wish.by, wish.command_key)
    if before is not None:
        return before
    _refuse_if(Obstacle.CHANGED if wish.seen_fen not in {None, payment.refundable_fen} else None)
    _refuse_if(obstacle_to(context, work, payment, wish.amount_fen, wish.route))
    _refuse_if(Obstacle.INVOICE_STANDS if wish.invoice is InvoiceState.ISSUED else None)
    context.ask(work, payment.sale_kind, Guarded.REFUND, view_of(payment))
    request = _keep(context, work, payment, wish)
    return request if request.needs_second else _carry_out(context, work, payment, request, wish.by)


def ask_second(context: MoneyContext, work: Work, payment: Payment, wish: Wish) -> bool:
    """Whether a decision that gives money of a locked payment back waits for a second person, who is asked then.

    CannotRefund where whoever decides has not proved who they are, or where another one waits.
    The rule is that of every refund by staff: a sum is no smaller for being given back from a list of decisions.
    """
    if not needs_second(context, payment, wish.amount_fen, wish.route):
        return False
    _keep(context, work, payment, wish)
    return True


def _keep(context: MoneyContext, work: Work, payment: Payment, wish: Wish) -> RefundRequest:
    second = needs_second(context, payment, wish.amount_fen, wish.route)
    _refuse_if(Obstacle.NOT_PROVED if second and not wish.proved else None)
    request = _request(work, wish, needs_second=second)
    if not RefundRequests(work).add(request):
        raise CannotRefund(Obstacle.WAITING)
    told = {"payment": payment.payment_id, "fen": str(wish.amount_fen), "reason": wish.reason, "route": wish.route}
    invoice = {} if wish.invoice is None else {"invoice": wish.invoice, "invoice_told": str(wish.invoice_told)}
    work.audit.record(wish.by, "refund.asked", request.request_id, **told, **invoice, second=str(second))
    return request


def keep_carried_out(work: Work, wish: Wish) -> None:
    """Keep the newest refund of the payment as what was wished for: it counts towards what needs a second person."""
    refund_no = work.refunds.of(wish.payment_id)[-1].refund_no
    request = _request(work, wish, needs_second=False)
    RefundRequests(work).add(request.decided(RequestEvent.APPROVED, wish.by, work.now, refund_no))


def _request(work: Work, wish: Wish, *, needs_second: bool) -> RefundRequest:
    return RefundRequest(
        request_id=work.ids.new(),
        payment_id=wish.payment_id,
        amount_fen=wish.amount_fen,
        reason=wish.reason,
        route=wish.route,
        needs_second=needs_second,
        state=RequestState.WAITING,
        asked_by=wish.by,
        asked_at=work.now,
        command_key=wish.command_key,
        invoice=wish.invoice,
        invoice_told=wish.invoice_told,
    )


def approve(context: MoneyContext, work: Work, request_id: str, *, by: str, proved: bool) -> RefundRequest:
    """A second person has looked and agrees: the refund begins in this transaction; CannotRefund."""
    payment, request = _locked(work, request_id)
    _refuse_if(Obstacle.SAME_PERSON if request.asked_by == by else None)
    _refuse_if(None if proved else Obstacle.NOT_PROVED)
    if payment.fulfilment is not Fulfilment.MANUAL:
        owed = owed_back(payment, work.refunds.of(payment.payment_id))
        _refuse_if(Obstacle.OWED_NO_MORE if request.is_decision and owed != request.amount_fen else None)
        _refuse_if(obstacle_to(context, work, payment, request.amount_fen, request.route, among=request_id))
    work.audit.record(by, "refund.approved", request_id, payment=payment.payment_id)
    return _carry_out(context, work, payment, request, by)


def decline(work: Work, request_id: str, *, by: str) -> RefundRequest:
    """The second person does not agree, or who asked takes it back; CannotRefund where it was decided before."""
    _, request = _locked(work, request_id)
    event = RequestEvent.WITHDRAWN if request.asked_by == by else RequestEvent.DECLINED
    work.audit.record(by, f"refund.{event}", request_id, payment=request.payment_id)
    return RefundRequests(work).save(request.decided(event, by, work.now))


def needs_second(context: MoneyContext, payment: Payment, amount_fen: int, route: Route) -> bool:
    """Whether a second person has to approve: by hand always, else from a sum on.

    All that goes back of the payment counts towards it, through whichever door: no sum is cut up between two of them.
    """
    so_far = payment.refunded_fen + payment.refund_reserved_fen
    return route is Route.BY_HAND or (amount_fen > 0 and so_far + amount_fen >= context.second_person_from)


def obstacle_to(
    context: MoneyContext, work: Work, payment: Payment, amount_fen: int, route: Route, *, among: str = ""
) -> Obstacle | None:
    """What stands against it as things are, `among` the request that is being decided; None where nothing does."""
    waits = [each for each in RefundRequests(work).of(payment.payment_id) if each.state is RequestState.WAITING]
    if any(each.request_id != among for each in waits):
        return Obstacle.WAITING
    standing = _obstacle_of_payment(payment)
    if standing is not None:
        return standing
    if waits_for_wallet(context, work, payment):
        return Obstacle.ASKING_WHY
    if not 0 < amount_fen <= payment.refundable_fen:
        return Obstacle.TOO_MUCH
    if route is Route.BY_HAND:
        return None if may_go_by_hand(context, work, payment) else Obstacle.NOT_BY_HAND
    return _obstacle_at_wallet(context, work, payment)


def may_go_by_hand(context: MoneyContext, work: Work, payment: Payment) -> bool:
    """Whether the wallet takes no refund of it any more: gone, too many, too late, or it refused one that is owed."""
    if waits_for_wallet(context, work, payment):
        return False
    return bool(refused(work.refunds.of(payment.payment_id))) or _obstacle_at_wallet(context, work, payment) is not None


def waits_for_wallet(context: MoneyContext, work: Work, payment: Payment) -> bool:
    """Whether the wallet is still asked why it refused a refund: the payer may have the money already."""
    is_there = payment.wallet_account in context.wallets
    return is_there and is_asking_why(work, work.refunds.of(payment.payment_id))


def _obstacle_of_payment(payment: Payment) -> Obstacle | None:
    if not payment.is_collected:
        return Obstacle.NOT_PAID
    if payment.fulfilment is Fulfilment.PENDING:
        return Obstacle.CONFIRMING
    if payment.fulfilment is Fulfilment.MANUAL:
        return Obstacle.UNDECIDED
    return None if payment.refundable_fen else Obstacle.NOTHING_LEFT


def _obstacle_at_wallet(context: MoneyContext, work: Work, payment: Payment) -> Obstacle | None:
    if payment.wallet_account not in context.wallets:
        return Obstacle.NO_WALLET
    limits = context.wallet_of(payment).refund_limits
    parts = [each for each in work.refunds.of(payment.payment_id) if each.state is not RefundState.VOID]
    if limits.most_parts is not None and len(parts) >= limits.most_parts:
        return Obstacle.NO_PART_LEFT
    paid_at = payment.collected_at or payment.created_at
    is_over = limits.window is not None and work.now >= paid_at + limits.window
    return Obstacle.TOO_LATE if is_over else None


def _carry_out(context: MoneyContext, work: Work, payment: Payment, request: RefundRequest, by: str) -> RefundRequest:
    if payment.fulfilment is Fulfilment.MANUAL:
        refuse_undecided(context, work, payment.payment_id)
    else:
        begin = give_back_by_hand if request.route is Route.BY_HAND else give_back
        begin(context, work, payment, request.reason.value, request.amount_fen)
    refund_no = work.refunds.of(payment.payment_id)[-1].refund_no
    return RefundRequests(work).save(request.decided(RequestEvent.APPROVED, by, work.now, refund_no))


def _locked(work: Work, request_id: str) -> tuple[Payment, RefundRequest]:
    """A request that still waits, and its payment, which whoever asks locks first too: one order, so no deadlock."""
    requests = RefundRequests(work)
    seen = requests.get(request_id)
    if seen is None:
        raise CannotRefund(Obstacle.DECIDED)
    if work.payments.get(seen.payment_id).fulfilment is Fulfilment.MANUAL:
        work.effects.find(effect_key(seen.payment_id), lock=True)  # First of all, as whoever decides it does.
    payment = work.payments.get(seen.payment_id, lock=True)
    request = requests.get(request_id, lock=True)
    if request is None or request.state is not RequestState.WAITING:
        raise CannotRefund(Obstacle.DECIDED)
    return payment, request


def _refuse_if(obstacle: Obstacle | None) -> None:
    if obstacle is not None:
        raise CannotRefund(obstacle)
