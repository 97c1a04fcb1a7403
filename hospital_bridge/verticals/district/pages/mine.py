"""What is a member's own: their card, their coupons, their points with what ends when, and what they bought."""

from __future__ import annotations

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.district import acting
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.verticals.district.coupons.kinds import desks
from hospital_bridge.verticals.district.coupons.offer import MEMBER
from hospital_bridge.verticals.district.pages.trouble import member_page
from hospital_bridge.verticals.district.selling.purchase import State
from hospital_bridge.verticals.district.store import book, points, purchases

MOST_PURCHASES = 30
LOOK_AGAIN_SECONDS = 2


def show_mine(request: PageRequest) -> View:
    """All of it on one page; who is no member yet is shown how to become one."""
    with request.scope.read() as work:
        if not acting.may(work, request):
            return View("mine.html", {"card": None, "may": False})
        cards = work.cards.of_subject(request.subject_id)
        account = points.account(work, request.subject_id)
        data = {
            "may": True,
            "card": next((card for card in cards if card.kind == MEMBER), None),
            "coupons": [card for card in cards if card.kind != MEMBER],
            "balance": account.balance(work.now),
            "lots": [lot for lot in account.lots if lot.lives(work.now)],
            "owed": account.owed,
            "purchases": purchases.of_subject(work, request.subject_id, MOST_PURCHASES),
            "shops": desks(work),
        }
    return View("mine.html", data)


def join(request: PageRequest) -> Go:
    """Give the person their membership card."""
    with request.scope.begin() as work:
        card = giving.join(work, acting.member(work, request))
        work.audit.record(request.principal, "member.joined", card.card_id)
    return Go("mine")


def show_purchase(request: PageRequest) -> View:
    """One purchase: what it came to, how its payment stands, and what was given back."""
    with request.scope.read() as work:
        purchase = purchases.get(work, request.data["purchase"])
        if purchase.subject_id != acting.member(work, request):
            raise acting.NotTheirs
        payment = work.payments.view(purchase.payment_id)
        data = {
            "purchase": purchase,
            "payment": payment,
            "shops": desks(work),
            "back_fen": sum(line.fen for line in book.of_purchase(work, purchase.purchase_id) if line.sign < 0),
        }
    waits = payment.moving or purchase.state is State.ORDERED
    return View("purchase.html", data, refresh_seconds=LOOK_AGAIN_SECONDS if waits else None)


PAGES = (
    member_page("mine", "mine", show_mine, menu="My membership"),
    member_page("join", "join", join, method="POST"),
    member_page("purchase", "purchases/<purchase>", show_purchase),
)
