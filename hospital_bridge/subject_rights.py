"""What a person may ask of an operator: everything that is kept of them, and to be forgotten.

Personal Information Protection Law of the PRC, articles 45 (copy) and 47 (deletion). What the law wants kept
stays, without the person: postings, payments and the audit trail hold opaque ids only.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from hospital_bridge.cards.case import show_after_commit
from hospital_bridge.cards.model import CardEvent
from hospital_bridge.identity.family import guardian_purpose
from hospital_bridge.payment.ledger import is_at_rest
from hospital_bridge.payment.model import Fulfilment, RefundState, RequestState, owed_back, situation_of
from hospital_bridge.slot import Binding, Relation, StillNeeded
from hospital_bridge.store.invitations import Invitations
from hospital_bridge.store.left_behind import left_to
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.sessions import SessionKind, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.bootstrap import Bridge, OperatorParts
    from hospital_bridge.payment.model import Payment
    from hospital_bridge.store.cards import CardRow
    from hospital_bridge.store.messages import ToldMessage
    from hospital_bridge.store.queue_tickets import TicketRow
    from hospital_bridge.store.unit_of_work import Work

_UNSETTLED = frozenset({Fulfilment.PENDING, Fulfilment.MANUAL, Fulfilment.REFUSED})
"""How a reversal stands that somebody has yet to bring to its end, naming the person to the operator's system."""


def export_subject(bridge: Bridge, operator_id: str, subject_id: str, actor: str) -> Mapping[str, Any]:
    """Everything that the operator keeps of one person, in words; LookupError when there is no such person.

    Sums in fen, instants as ISO 8601 in UTC. Raises `store.keys.Erased` after an erasure.
    """
    parts = bridge.operators[operator_id]
    with bridge.store.begin(operator_id) as work:
        told = _person(work, subject_id) | _of_verticals(bridge, parts, work, subject_id)
        # Nobody but the vertical knows what its rows mean; the person is told at least that they are there.
        told["left_behind"] = left_to(work, parts.scopes, subject_id)
        work.audit.record(actor, "subject.exported", subject_id)
    return told


def erase_subject(bridge: Bridge, operator_id: str, subject_id: str, actor: str) -> None:
    """Destroy the person's key and end what they could do here; StillNeeded while anything is under way for them.

    LookupError when there is no such person. Erasing somebody a second time changes nothing.
    """
    parts = bridge.operators[operator_id]
    with bridge.store.begin(operator_id) as work:
        acting = _acting_for(work, subject_id)
        if any(is_under_way(work, payment) for payment in work.payments.of_subject(subject_id)):
            raise StillNeeded("Money of this person is still under way; try again when it has arrived or gone back.")
        for name, scope in parts.scopes.items():
            forget = bridge.verticals[name].erase_subject
            if forget is not None:
                forget(scope.unit(work), subject_id)
        for holder in _holders(subject_id, acting):
            for card in work.cards.of_person(holder):
                if work.cards.move(card.card_id, CardEvent.VOID) and work.wallet_cards.latest(card.card_id):
                    show_after_commit(work, card.vertical, card.card_id)
        work.subjects.forget(subject_id)
        Invitations(work).end_all_of(subject_id)
        for each in acting:
            _forget_user(work, each)
        work.audit.record(actor, "subject.erased", subject_id)


def _acting_for(work: Work, subject_id: str) -> Sequence[Binding]:
    """Who acts for the person, themselves included; LookupError where there is no such person."""
    work.subjects.users_of(subject_id)
    return work.subjects.acting_for(subject_id)


def _forget_user(work: Work, binding: Binding) -> None:
    """The person's own wallet users are forgotten, and who acts for nobody any more; others keep to their own."""
    wallet_user_id = binding.wallet_user_id
    work.wallet_users.withdraw(wallet_user_id, guardian_purpose(binding.subject_id))
    if binding.relation is Relation.SELF:
        work.subjects.end_all_of(wallet_user_id)
    elif work.subjects.people_of(wallet_user_id):
        return
    Sessions(work).end_all_of(SessionKind.PATIENT, wallet_user_id)
    work.wallet_users.forget(wallet_user_id)


def is_under_way(work: Work, payment: Payment) -> bool:
    """Whether money of a payment is still to come, to go back or to be booked, or waits for a person."""
    refunds = work.refunds.of(payment.payment_id)
    if payment.is_waiting_for_money or (payment.is_collected and not is_at_rest(payment)):
        return True
    going = [refund for refund in refunds if refund.state is not RefundState.VOID]
    if owed_back(payment, refunds) or any(refund.reversal in _UNSETTLED for refund in going):
        return True
    return any(each.state is RequestState.WAITING for each in RefundRequests(work).of(payment.payment_id))


def _person(work: Work, subject_id: str) -> dict[str, Any]:
    identity = work.subjects.identity(subject_id)
    acting = _acting_for(work, subject_id)
    own = [each for each in acting if each.relation is Relation.SELF]
    return {
        "subject_id": subject_id,
        "name": identity.name,
        "id_type": identity.id_type,
        "id_number": identity.id_number,
        "birth_date": identity.birth_date.isoformat(),
        "sex": identity.sex.value,
        "phone": identity.phone,
        "record_numbers": [identifier.value for identifier in work.subjects.identifiers(subject_id)],
        "wallet_users": [_wallet_user(work, each.wallet_user_id) for each in own],
        "acted_for_by": [_told(each) for each in acting if each.relation is not Relation.SELF],
        "acts_for": [
            _told(each)
            for user in own
            for each in work.subjects.people_of(user.wallet_user_id)
            if each.relation is not Relation.SELF
        ],
        "payments": [_payment(payment) for payment in work.payments.of_subject(subject_id)],
        "cards": [_card(row) for holder in _holders(subject_id, acting) for row in work.cards.of_person(holder)],
        "tickets": [_ticket(row) for row in work.queue_tickets.of_subject(subject_id)],
    }


def _told(binding: Binding) -> dict[str, Any]:
    """How two people stand to each other; who the other one is, is theirs alone."""
    rights = sorted(right.value for right in binding.rights)
    return {"relation": binding.relation.value, "rights": rights, "since": binding.since.isoformat()}


def _wallet_user(work: Work, wallet_user_id: str) -> dict[str, Any]:
    account, payer = work.wallet_users.payer(wallet_user_id)
    return {
        "account": account,
        "payer": payer.key,
        "consents": work.wallet_users.given_consents(wallet_user_id),
        "messages": [_message(told) for told in work.messages.inbox(wallet_user_id, limit=None)],
    }


def _message(told: ToldMessage) -> dict[str, Any]:
    said = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.parameters.items()
    }
    return {"event": told.event, "said": said, "at": told.created_at.isoformat()}


def _holders(subject_id: str, acting: Sequence[Binding]) -> Sequence[str]:
    """A card is held by the person or by a wallet user of theirs."""
    return [subject_id, *(each.wallet_user_id for each in acting if each.relation is Relation.SELF)]


def _card(row: CardRow) -> dict[str, Any]:
    ends = None if row.expires_at is None else row.expires_at.isoformat()
    issued = row.issued_at.isoformat()
    return {"template": row.template_id, "state": row.state.value, "issued_at": issued, "expires_at": ends}


def _ticket(row: TicketRow) -> dict[str, Any]:
    ticket = row.ticket
    called_at = None if ticket.called_at is None else ticket.called_at.isoformat()
    place = {"line": ticket.line_id, "day": row.day.isoformat(), "number": ticket.display_number}
    return place | {"state": ticket.state.value, "called_at": called_at}


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "order": payment.merchant_order_no,
        "amount_fen": payment.amount_fen,
        "refunded_fen": payment.refunded_fen,
        "created_at": payment.created_at.isoformat(),
        "situation": situation_of(payment).value,
    }


def _of_verticals(bridge: Bridge, parts: OperatorParts, work: Work, subject_id: str) -> dict[str, Any]:
    told = {}
    for name, scope in parts.scopes.items():
        export = bridge.verticals[name].export_subject
        if export is not None:
            told[name] = export(scope.unit(work), subject_id)
    return told
