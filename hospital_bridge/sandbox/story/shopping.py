"""Members with their phones, and the people of the mall: what each sees and presses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.alipay.trade import TradeStatus
from hospital_bridge.sandbox.story.world import World, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.sandbox.alipay.trade import Trade
    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.people import Person
    from hospital_bridge.sandbox.worker import Worker

_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?: [0-9A-HJKMNP-TV-Z]{4}){3}\b")


class Shopper:
    """Somebody with a phone at the mall's service window."""

    def __init__(self, world: World, person: Person) -> None:
        self._world = world
        self.phone = world.phone(person)

    def join(self) -> None:
        """Sign in at the wallet, agree to every purpose, and get the membership card with one press."""
        self.phone.sign_in()
        self.phone.press(self.mine(), "/join")

    def mine(self) -> PageShown:
        """The page of everything that is the member's own."""
        return self.phone.page("mine")

    def points(self) -> int:
        """What the member may spend."""
        return int(self.mine().marks["points"])

    def offer(self, offer_id: str) -> PageShown:
        """The page of a coupon that is offered."""
        return self.phone.page(f"offers/{offer_id}")

    def queue(self, offer_id: str) -> PageShown:
        """Press to have it; the page that follows."""
        return self.phone.press(self.offer(offer_id), "/come")

    def win(self, offer_id: str) -> PageShown:
        """Queue for a coupon, and take it; the card."""
        self.queue(offer_id)
        return self.take(offer_id)

    def take(self, offer_id: str) -> PageShown:
        """Take and collect a coupon once it is one's turn; the card."""
        let_in = self.phone.wait(self.offer(offer_id), lambda page: any("/take" in form.action for form in page.forms))
        return self.collect(self.phone.press(let_in, "/take"))

    def collect(self, offer: PageShown) -> PageShown:
        """Open the card of an offer that was taken, and collect it."""
        return self.phone.press(self.phone.open(offer.link("/cards/district/")), "/collect")

    def card(self, title: str) -> PageShown:
        """The card with these words on it."""
        return self.phone.open(self.mine().link(title))

    def purchase(self, *states: str) -> PageShown:
        """The page of the newest purchase, once it stands in one of the states."""
        mine = self.phone.wait(self.mine(), lambda page: any("/purchases/" in link.address for link in page.links))
        page = self.phone.open(mine.link("/purchases/"))
        return self.phone.wait(page, lambda shown: shown.marks.get("state") in states)

    def pay(self) -> PageShown:
        """Confirm the newest purchase in the wallet; its page once it is paid."""
        ready = self.phone.wait(self.purchase("ordered"), lambda page: "trade-no" in page.marks)
        self.phone.press(self.phone.open(ready.link("cashier")), "cashier")
        return self.purchase("paid")

    def trades(self) -> Sequence[Trade]:
        """What the wallet was asked for of this member, and took."""
        user_id = self.phone.person.user_id
        mine = [trade for trade in self._world.town.wallet.trades if trade.buyer and trade.buyer.user_id == user_id]
        return [trade for trade in mine if trade.status is not TradeStatus.WAIT_BUYER_PAY]

    def wallet_shows(self, *states: str) -> bool | None:
        """Whether the wallet's own card holder shows the member's coupons so, the oldest first; None as long as not."""
        passes = list(self._world.town.wallet.card_holder.passes.values())
        return [each.status for each in passes if each.user_id == self.phone.person.user_id] == list(states) or None

    def messages(self) -> str:
        """The words of the member's messages at the service window."""
        return self.phone.open(f"{self._world.stage.window}/messages").words


def code_of(card: PageShown) -> str:
    """The code that stands below the square of a card."""
    found = _CODE.search(card.words)
    expect(found is not None, f"the card shows no code: {card.words[:200]}")
    return found[0] if found else ""


class Till:
    """One of a shop's cashiers."""

    def __init__(self, world: World, name: str, shop: str) -> None:
        self._desk: Worker = world.stage.worker(name)
        self._shop = shop

    def enter(self, price: str, code: str) -> PageShown:
        """Type the price and scan what the member shows; the page that follows."""
        page = self._desk.page("district/desk")
        return self._desk.press(page, "/desk/sell", shop=self._shop, price=price, code=code)

    def redeem(self, code: str) -> PageShown:
        """Scan a card that pays for no purchase."""
        return self._desk.press(self._desk.page("cards"), "/cards/redeem", place=self._shop, code=code)


class Office:
    """The mall's manager."""

    def __init__(self, world: World, name: str) -> None:
        self._desk: Worker = world.stage.worker(name)
        self._world = world

    def put_up(self, offer_id: str) -> PageShown:
        """Let members see a coupon."""
        return self._desk.press(self._desk.page("district/coupons"), f"/coupons/{offer_id}/up")

    def bought(self) -> PageShown:
        """The purchase of today that was entered last."""
        return self._desk.open(self._desk.page("district/statement").link("/bought/"))

    def give_back(self, yuan: str = "") -> PageShown:
        """Give the newest purchase back, or a part of it; its page once the refund is in the book."""
        page = self.bought()
        known = int(page.marks["refunds"])
        shown = self._desk.press(page, "/part", fen=yuan) if yuan else self._desk.press(page, "/back")
        return self._world.wait(lambda: self._with_refund(shown.address, known))

    def _with_refund(self, address: str, known: int) -> PageShown | None:
        page = self._desk.open(address)
        return page if int(page.marks.get("refunds", "0")) > known else None

    def split(self) -> str:
        """The words of today's statement."""
        return self._desk.page("district/statement").words
