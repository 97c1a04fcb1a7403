"""A day at a mall: a flash sale, a purchase with its coupon, points, refunds that bring all of it back, and a gift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.shopping import Office, Shopper, Till, code_of
from hospital_bridge.sandbox.story.world import Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import PageShown

CASHIER_NAME, OTHER_CASHIER_NAME, MANAGER_NAME = "cashier", "cashier2", "manager"
TEN_OFF, BOOKMARK, FIVE_OFF = "ten-off", "bookmark", "five-off"
DAY_ENDS, DAY_NEEDS = time(), timedelta(minutes=3)
"""When a business day ends on the operator's clock, and what has to be left of it for one statement to hold it all."""

PRICE, PRICE_FEN, PAID_FEN = "35.00", 3500, 2500
"""What is bought, and what is left to pay of it after the coupon."""

IN_WALLET, USED = "", "USED"
"""How the wallet's own card holder shows a coupon; one that came back is put there anew."""

PART, PART_FEN = "3.33", 333
POINTS = PAID_FEN // 100


class FlashSale:
    """One coupon, two members who want it, and the purchase for which it is used."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ann, self._bob = Shopper(world, people.WANG_TAO), Shopper(world, people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("put_up", "The mall puts up its coupons; two members join", self._put_up)
        yield Step("flash_sale", "Two queue for one coupon: one is let in and takes it, the other hears it", self._sale)
        yield Step("desk", "A shop's desk enters the purchase with the coupon", self._enter)
        yield Step("used_twice", "A second desk, and another shop, are told why not", self._twice)
        yield Step("paid", "Paid in the wallet; the purchase earns points", self._paid)
        yield Step("split", "The mall's book knows what is the shop's and what the mall's", self._split)

    def _put_up(self) -> Facts:
        self._world.keep_clear_of(DAY_ENDS, DAY_NEEDS)
        office = Office(self._world, MANAGER_NAME)
        for offer_id in (TEN_OFF, BOOKMARK, FIVE_OFF):
            office.put_up(offer_id)
        for member in (self._ann, self._bob):
            member.join()
        return {"coupons": 3, "members": 2}

    def _sale(self) -> Facts:
        expect("/take" in _actions(self._ann.queue(TEN_OFF)), "the first one is not let in")
        waiting = self._bob.queue(TEN_OFF)
        expect("/take" not in _actions(waiting), "two are let in at once")
        self._card = self._ann.take(TEN_OFF)
        left = self._bob.offer(TEN_OFF)
        expect("已抢完" in left.words and not left.forms, "the second one may still press")
        self._world.wait(lambda: self._ann.wallet_shows(IN_WALLET))
        return {"supply": 1, "given_out": 1, "waited": waiting.refresh}

    def _enter(self) -> Facts:
        self._code = code_of(self._card)
        sold = Till(self._world, CASHIER_NAME, "noodles").enter(PRICE, self._code)
        expect(sold.marks.get("state") == "ordered", f"the desk says: {sold.words[:200]}")
        return {"price_fen": PRICE_FEN, "to_pay_fen": PAID_FEN}

    def _twice(self) -> Facts:
        told = [Till(self._world, OTHER_CASHIER_NAME, shop).enter(PRICE, self._code) for shop in ("noodles", "books")]
        expect(all(page.status == HTTPStatus.CONFLICT for page in told), "a used coupon was taken")
        return {"refused": [page.marks["refused"] for page in told]}

    def _paid(self) -> Facts:
        self._ann.pay()
        (trade,) = self._ann.trades()
        expect(trade.total_fen == PAID_FEN, f"the wallet took {trade.total_fen} fen")
        points = self._world.wait(lambda: self._ann.points() or None)
        expect(points == POINTS, f"the purchase earned {points} points")
        self._world.wait(lambda: self._ann.wallet_shows(USED))
        return {"amount_fen": PAID_FEN, "provider_trade_no": trade.trade_no, "points": points}

    def _split(self) -> Facts:
        words = self._world.wait(lambda: _with("¥24.17", Office(self._world, MANAGER_NAME).split()))
        expect("¥0.83" in words, "the mall's share is another one")
        return {"shop_fen": 2417, "mall_fen": 83}


class Returns:
    """The purchase goes back, whole; then the coupon is used again, and a part of that goes back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ann = Shopper(world, people.WANG_TAO)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("refund", "Everything goes back: money, coupon and points", self._refund)
        yield Step("again", "The coupon that came back is used again", self._again)
        yield Step("part", "A part goes back: shop and mall give their shares, points go in proportion", self._part)

    def _refund(self) -> Facts:
        self._ann.phone.sign_in()
        self._office = Office(self._world, MANAGER_NAME)
        self._office.give_back()
        self._ann.purchase("refunded")
        (trade,) = self._ann.trades()
        expect(trade.refunded_fen == PAID_FEN, f"the wallet gave back {trade.refunded_fen} fen")
        expect(self._ann.points() == 0, "the points of a refunded purchase are still there")
        self._world.wait(lambda: self._ann.wallet_shows(USED, IN_WALLET))
        return {"refunded_fen": trade.refunded_fen, "points": 0}

    def _again(self) -> Facts:
        code = code_of(self._ann.card("拉面满30减10"))
        sold = Till(self._world, CASHIER_NAME, "noodles").enter(PRICE, code)
        expect(sold.marks.get("state") == "ordered", "a coupon that came back is refused")
        self._ann.pay()
        return {"amount_fen": PAID_FEN, "points": self._world.wait(lambda: self._ann.points() or None)}

    def _part(self) -> Facts:
        self._office.give_back(PART)
        back = [trade for trade in self._ann.trades() if trade.refunded_fen == PART_FEN]
        expect(len(back) == 1, "the wallet gave back another sum")
        left = PAID_FEN - PART_FEN
        expect(self._ann.points() == POINTS * left // PAID_FEN, "the points do not follow the money")
        words = self._office.split()
        expect("¥20.95" in words and "¥0.72" in words, f"shop and mall hold other shares: {words[:300]}")
        return {"refunded_fen": PART_FEN, "shop_fen": 2095, "mall_fen": 72, "points": self._ann.points()}


class Gifts:
    """Points become a coupon, and a gift is handed over once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ann, self._bob = Shopper(world, people.WANG_TAO), Shopper(world, people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("exchange", "Points become a coupon, and are gone", self._exchange)
        yield Step("gift", "A gift is redeemed at its shop's desk: elsewhere never, and once", self._gift)

    def _exchange(self) -> Facts:
        self._ann.phone.sign_in()
        before = self._ann.points()
        self._ann.collect(self._ann.phone.press(self._ann.offer(FIVE_OFF), "/exchange"))
        expect(self._ann.points() == before - 20, "the coupon cost other points")
        return {"before": before, "after": self._ann.points()}

    def _gift(self) -> Facts:
        self._bob.phone.sign_in()
        code = code_of(self._bob.win(BOOKMARK))
        elsewhere = Till(self._world, CASHIER_NAME, "noodles").redeem(code)
        redeemed = Till(self._world, CASHIER_NAME, "books").redeem(code)
        again = Till(self._world, OTHER_CASHIER_NAME, "books").redeem(code)
        told = [page.status for page in (elsewhere, redeemed, again)]
        expect(told[1] == HTTPStatus.OK and HTTPStatus.OK not in (told[0], told[2]), f"the desks answered {told}")
        return {"answers": told}


def _actions(page: PageShown) -> str:
    return " ".join(form.action for form in page.forms)


def _with(word: str, words: str) -> str | None:
    return words if word in words else None
