"""How a coupon comes to a member: put up by the mall, taken in a flash sale, or given for points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.slot import CardRefusal, CardRefused
from hospital_bridge.verticals.district import flash_sale
from hospital_bridge.verticals.district.coupons.kinds import MEMBERSHIP
from hospital_bridge.verticals.district.points import Spent
from hospital_bridge.verticals.district.store import offers, points

if TYPE_CHECKING:
    from hospital_bridge.slot import CardView, Scope, VerticalWork
    from hospital_bridge.verticals.district.coupons.offer import Offer


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a member stands at an offer: the card they have, or who is before them, or the token that lets them in.

    `is_reached` is their turn before anybody wrote down that it began.
    """

    card: CardView | None
    left: int
    came: bool = False
    ahead: int = 0
    token: str = ""
    is_reached: bool = False


def put_up(work: VerticalWork, offer: Offer, actor: str) -> None:
    """Have members see the offer as it is now; CardRefused where that would change what somebody holds."""
    # The template is held from here to the commit, so that nobody takes a card while what is left is looked at.
    offers.put_template(work, offer.template)
    was = offers.find(work, offer.offer_id)
    if was is not None and was.worth != offer.worth and work.cards.left(was.template_id) != offer.supply:
        raise CardRefused(CardRefusal.IN_USE)
    offers.put(work, offer)
    work.audit.record(actor, "offer.put_up", offer.offer_id, supply=str(offer.supply))


def come(scope: Scope, subject_id: str, offer_id: str) -> None:
    """Take a number for a flash sale that is open; SaleRefused before and after."""
    with scope.begin() as work:
        offers.get(work, offer_id).sale.check_open(work.now)
        offers.come(work, offer_id, subject_id, flash_sale.LIFE)


def turn(scope: Scope, subject_id: str, offer_id: str) -> Turn:
    """Where the member stands now; whose number is reached is let in by looking, and only that writes."""
    with scope.read() as work:
        stands = _look(work, offers.get(work, offer_id), subject_id)
    if not stands.is_reached:
        return stands
    with scope.begin() as work:
        offers.let_in(work, offer_id, subject_id)
        return _look(work, offers.get(work, offer_id), subject_id)


def _look(work: VerticalWork, offer: Offer, subject_id: str) -> Turn:
    left = work.cards.left(offer.template_id) or 0
    card = card_of(work, offer, subject_id)
    comer = offers.comer(work, offer.offer_id, subject_id)
    if card is not None or comer is None or comer.let_time_pass(flash_sale.LIFE, work.now):
        return Turn(card, left)
    if not offer.is_open(work.now):
        return Turn(None, left, came=True)
    if comer.let_in_at is not None:
        token = flash_sale.admit(key(work), offer.sale, subject_id, comer.let_in_at)
        return Turn(None, left, came=True, token=token)
    finished = offers.finished(work, offer.offer_id, flash_sale.LIFE)
    ahead = max(0, comer.number - flash_sale.reach(offer.sale, finished, left))
    return Turn(None, left, came=True, ahead=ahead, is_reached=ahead == 0)


def take(scope: Scope, subject_id: str, offer_id: str, token: str) -> CardView:
    """One card for who was let in; SaleRefused, or CardRefused where none is left."""
    with scope.begin() as work:
        offer = offers.get(work, offer_id)
        card = flash_sale.take(work, key(work), offer.sale, subject_id, token)
        offers.done(work, offer_id, subject_id)
        return card


def exchange(scope: Scope, subject_id: str, offer_id: str) -> CardView:
    """One card for points; NotEnoughPoints, or CardRefused where none is left, and nothing was spent."""
    with scope.begin() as work:
        offer = offers.get(work, offer_id)
        if offer.is_flash:
            raise flash_sale.SaleRefused(flash_sale.Refusal.NOT_ADMITTED)
        offer.sale.check_open(work.now)
        # One to each member, so the two name one exchange: sent again, it gives the same card for the same points.
        source = f"exchange/{offer_id}/{subject_id}"
        card: CardView = work.cards.issue(source, offer.template_id, subject_id)
        points.write(work, subject_id, card.card_id, Spent(offer.points, work.now))
        return card


def join(work: VerticalWork, subject_id: str) -> CardView:
    """The member's own card, which stays the same one."""
    offers.put_template(work, MEMBERSHIP)
    card = work.cards.issue(f"member/{subject_id}", MEMBERSHIP.template_id, subject_id)
    return work.cards.collect(card.card_id)


def card_of(work: VerticalWork, offer: Offer, subject_id: str) -> CardView | None:
    """The card that the member has of the offer, or None."""
    cards = work.cards.of_subject(subject_id)
    return next((card for card in cards if card.template_id == offer.template_id), None)


def key(work: VerticalWork) -> bytes:
    """What signs admissions: the configured key, or else one that only this operator's own seal can make."""
    configured: bytes | None = work.settings["admission_key"]
    return configured or bytes.fromhex(work.seal.index("district.admission", "key"))
