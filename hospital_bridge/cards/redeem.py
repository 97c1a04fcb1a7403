"""Using a card and giving it back: one conditional UPDATE in the transaction that makes the order, and its row count.

Who looks first and writes then lets two win (reference: the shops whose coupons were used twice, DESIGN section 4).
"""

from __future__ import annotations

from hospital_bridge.cards import code
from hospital_bridge.cards.case import CardCase
from hospital_bridge.cards.model import WHY_NOT_REDEEMABLE, CardEvent, CardRefusal, CardRefused, CardState, Redemption
from hospital_bridge.cards.rules import judge
from hospital_bridge.slot import CardView, Use
from hospital_bridge.store.cards import CardRow


def shown_by(case: CardCase, scanned: str) -> CardRow:
    """The card that shows this code; CardRefused where it is no code or no card."""
    read = code.read(scanned)
    if read is None:
        raise CardRefused(CardRefusal.NO_CODE)
    card = case.work.cards.by_code(case.context.vertical, read)
    if card is None:
        raise CardRefused(CardRefusal.UNKNOWN_CARD)
    return card


def redeem(case: CardCase, use: Use) -> Redemption:
    """The card is used, once; CardRefused says why not, and of a used one who was faster, where and when."""
    shown = shown_by(case, use.code)
    if (answered := _answered(case, use, shown)) is not None:
        return answered
    _refuse_by_rules(case, use, shown)
    if not case.work.cards.move(shown.card_id, CardEvent.REDEEM, in_time=True):
        if (answered := _answered(case, use, shown)) is not None:
            return answered
        raise _too_late(case, shown)
    redemption = Redemption(
        case.work.ids.new(), shown.card_id, use.request_id, use.place, use.actor, use.order_ref, case.work.now
    )
    case.work.cards.add_redemption(case.context.vertical, redemption)
    case.work.audit.record(use.actor, "card.redeemed", shown.card_id, place=use.place, order=use.order_ref)
    case.follow(shown.card_id, CardEvent.REDEEM)
    return redemption


def reverse(case: CardCase, redemption_id: str, actor: str, reason: str) -> CardView:
    """The card is its holder's again. An old refund never gives back what was redeemed again since."""
    redemption = case.work.cards.redemption(case.context.vertical, redemption_id)
    if redemption is None:
        raise CardRefused(CardRefusal.NOT_REDEEMED)
    if not case.work.cards.mark_reversed(redemption_id):
        return case.view(case.card(redemption.card_id))
    if not case.work.cards.move(redemption.card_id, CardEvent.REVERSE):
        raise LookupError(f"the card of the standing redemption {redemption_id} is not redeemed")
    case.work.audit.record(actor, "card.reversed", redemption.card_id, reason=reason)
    card = case.follow(redemption.card_id, CardEvent.REVERSE)
    # A picture of the code may outlive its holder's erasure, and a later refund must not make it good again.
    return void(case, card.card_id, actor, "erased") if case.work.seal.is_erased(card.subject_id) else card


def void(case: CardCase, card_id: str, actor: str, reason: str) -> CardView:
    """The issuer takes the card back; one that was redeemed has to be refunded first."""
    if case.work.cards.move(card_id, CardEvent.VOID):
        case.work.audit.record(actor, "card.void", card_id, reason=reason)
        return case.follow(card_id, CardEvent.VOID)
    card = case.card(card_id)
    if card.state is CardState.VOID:
        return case.view(card)
    raise _too_late(case, card)


def expire(case: CardCase, limit: int) -> int:
    """End what is over; a card that somebody redeems at the same moment is theirs."""
    overdue = case.work.cards.overdue(case.context.vertical, limit)
    for card in overdue:
        if case.work.cards.move(card.card_id, CardEvent.EXPIRE):
            case.follow(card.card_id, CardEvent.EXPIRE)
    return len(overdue)


def _answered(case: CardCase, use: Use, shown: CardRow) -> Redemption | None:
    """What an earlier sending of the request made; the same id for anything else is refused."""
    made = case.work.cards.redemption_of_request(case.context.vertical, use.request_id)
    if made is not None and (made.card_id, made.place, made.order_ref) != (shown.card_id, use.place, use.order_ref):
        raise CardRefused(CardRefusal.OTHER_REQUEST)
    return made


def _refuse_by_rules(case: CardCase, use: Use, shown: CardRow) -> None:
    """Whoever used it already is what a terminal wants to hear first, then its time, its place, its vertical's rule."""
    if shown.state in WHY_NOT_REDEEMABLE:
        raise _too_late(case, shown)
    view = case.view(shown)
    refusal = judge(view.rules, use.place, case.work.now, case.context.zone)
    if refusal is not None:
        raise CardRefused(refusal)
    allows = case.context.kinds[view.kind].allows
    if allows is not None and (why := allows(case.unit, view, use)):
        raise CardRefused(CardRefusal.NOT_ALLOWED, why=why)


def _too_late(case: CardCase, shown: CardRow) -> CardRefused:
    """Why the card cannot be moved, as it stands now."""
    card = case.card(shown.card_id)
    refusal = WHY_NOT_REDEEMABLE.get(card.state, CardRefusal.EXPIRED)
    return CardRefused(refusal, case.work.cards.standing(card.card_id))
