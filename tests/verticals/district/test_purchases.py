"""A purchase with a coupon: paid once, split to the fen, its points given, and everything back with its refund."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from adapters.values import EntryKind
from hospital_bridge.payment.flows.fulfil import paid_sale
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.settings.model import SECOND_PERSON_FROM
from hospital_bridge.slot import (
    CardRefusal,
    CardRefused,
    CardState,
    CardView,
    Go,
    NeedsSecondPerson,
    PageRequest,
    StillNeeded,
    Use,
    View,
)
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district import rights, tidying
from hospital_bridge.verticals.district.coupons import giving, kinds
from hospital_bridge.verticals.district.pages.desk import sell
from hospital_bridge.verticals.district.pages.statement import TOO_LARGE, give_part
from hospital_bridge.verticals.district.selling import desk, sale
from hospital_bridge.verticals.district.selling.day import by_shop
from hospital_bridge.verticals.district.selling.purchase import (
    TRANSITIONS,
    Event,
    IllegalTransition,
    Purchase,
    State,
)
from hospital_bridge.verticals.district.store import book, offers, points, purchases
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock
from tests.verticals.district.malls import (
    NOON,
    OPERATOR,
    SETTLING,
    SHANGHAI,
    TEA,
    TEN_OFF,
    VOUCHER,
    WALLET,
    TradingMall,
)

RACERS = 64


def refusal(mall: TradingMall, card: CardView, price_fen: int = 3500, shop: str = "noodles") -> tuple[CardRefusal, str]:
    with pytest.raises(CardRefused) as caught:
        mall.enter(card, price_fen, shop)
    return caught.value.refusal, caught.value.why


def test_a_purchase_with_a_coupon_is_paid_split_and_earns_points(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    ordered = mall.enter(card)
    assert (ordered.state, ordered.paid_fen, mall.card(card).state) == (State.ORDERED, 2500, CardState.REDEEMED)
    assert mall.pay(ordered).state is State.PAID
    (line,) = mall.lines(ordered)
    assert (line.kind, line.shop_fen, line.mall_fen) == (EntryKind.PAYMENT, 2417, 83)
    assert mall.balance(mall.ann) == 25
    assert mall.said(mall.phone) == ["purchase.to_pay", "purchase.earned"]
    mall.must_be_sound()


def test_a_refund_in_full_gives_the_coupon_back_and_takes_the_points(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    purchase = mall.bought(card)
    assert mall.give_back(purchase)
    assert (mall.now(purchase).state, mall.card(card).state) == (State.REFUNDED, CardState.REVERSED)
    assert (mall.balance(mall.ann), mall.points(mall.ann).owed, mall.held_fen(purchase)) == (0, 0, 0)
    assert mall.bought(card).state is State.PAID
    mall.must_be_sound()


def test_parts_that_go_back_leave_shares_that_sum_to_what_is_left_to_the_fen(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    purchase = mall.bought(card)
    left = 2500
    for part in (1, 33, 999, 700):
        assert mall.give_back(purchase, part)
        left -= part
        assert mall.held_fen(purchase) == left
        assert mall.balance(mall.ann) == 25 * left // 2500
    assert (mall.now(purchase).state, mall.card(card).state) == (State.PAID, CardState.REDEEMED)
    assert not mall.give_back(purchase, left + 1)
    assert mall.give_back(purchase, left)
    assert (mall.now(purchase).state, mall.card(card).state) == (State.REFUNDED, CardState.REVERSED)
    shares = [(line.sign * line.shop_fen, line.sign * line.mall_fen) for line in mall.lines(purchase)]
    assert [sum(column) for column in zip(*shares, strict=True)] == [0, 0]
    assert mall.balance(mall.ann) == 0
    mall.must_be_sound()


def test_a_part_goes_back_once_however_often_the_managers_request_is_run(mall: TradingMall) -> None:
    purchase = mall.bought(mall.join(mall.ann))
    form = {"purchase": purchase.purchase_id, "fen": 1_000}
    for key, left in (("press-1", 2_500), ("press-1", 2_500), ("press-2", 1_500)):
        assert isinstance(give_part(PageRequest(mall.scope, "manager", form, command_key=key)), Go)
        mall.pass_time(SETTLING)
        assert mall.held_fen(purchase) == left
    mall.must_be_sound()


def test_a_purchase_is_entered_once_however_often_the_cashiers_request_is_run(mall: TradingMall) -> None:
    code = mall.code(mall.join(mall.ann))

    def pressed(key: str, cashier: str = "cashier") -> str:
        form = {"shop": "noodles", "price": 3_500, "code": code}
        told = sell(PageRequest(mall.scope, cashier, form, command_key=key))
        assert isinstance(told, Go)
        return str(told.params["purchase"])

    first = pressed("press-1")
    mall.work()
    assert pressed("press-1") == first
    others = {pressed("press-2"), pressed("press-1", "another-cashier")}
    with mall.scope.read() as work:
        entered = purchases.of_subject(work, mall.ann)
    assert {each.purchase_id for each in entered} == {first, *others}
    assert len(entered) == 3


def test_a_large_sum_is_not_given_back_by_the_manager_alone_nor_in_parts(mall: TradingMall) -> None:
    purchase = mall.bought(mall.join(mall.ann), price_fen=SECOND_PERSON_FROM)
    with pytest.raises(NeedsSecondPerson):
        mall.give_back(purchase)
    part = SECOND_PERSON_FROM // 2
    assert mall.give_back(purchase, part)
    refused = give_part(PageRequest(mall.scope, "manager", {"purchase": purchase.purchase_id, "fen": part}))
    assert isinstance(refused, View)
    assert (refused.status, refused.data["fault"]) == (409, TOO_LARGE)
    assert mall.held_fen(purchase) == SECOND_PERSON_FROM - part
    mall.must_be_sound()


def test_a_purchase_that_nobody_pays_gives_the_coupon_back(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    lapsed = mall.enter(card, price_fen=3000)
    mall.pass_time(timedelta(minutes=30))
    assert (mall.now(lapsed).state, mall.card(card).state) == (State.LAPSED, CardState.REVERSED)
    called_off = mall.enter(card)
    desk.call_off(mall.scope, "cashier", called_off.purchase_id)
    mall.work()
    assert (mall.now(called_off).state, mall.card(card).state) == (State.LAPSED, CardState.REVERSED)
    mall.must_be_sound()


def test_what_was_paid_a_cashier_cannot_call_off(mall: TradingMall) -> None:
    purchase = mall.bought(mall.won(mall.ann))
    desk.call_off(mall.scope, "cashier", purchase.purchase_id)
    mall.pass_time(SETTLING)
    assert (mall.now(purchase).state, mall.held_fen(purchase)) == (State.PAID, 2500)


def test_what_the_mall_gives_back_in_the_wallets_own_console_does_the_same(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    purchase = mall.bought(card)
    (order,) = mall.wallet.orders
    for fen, left, state in ((1000, 1500, CardState.REDEEMED), (1500, 0, CardState.REVERSED)):
        mall.wallet.refund_in_console(order, fen)
        receive_notice(mall.context, WALLET, *mall.wallet.notice(order))
        mall.pass_time(SETTLING)
        assert (mall.held_fen(purchase), mall.balance(mall.ann)) == (left, left // 100)
        assert mall.card(card).state is state
    assert mall.now(purchase).state is State.REFUNDED
    mall.must_be_sound()


def test_a_refund_that_overtakes_the_booking_takes_coupon_and_points_back_too(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    purchase = mall.enter(card)
    (order,) = mall.wallet.orders
    mall.wallet.pay(order)
    receive_notice(mall.context, WALLET, *mall.wallet.notice(order))
    assert mall.balance(mall.ann) == 25
    mall.wallet.refund_in_console(order, 2500)
    receive_notice(mall.context, WALLET, *mall.wallet.notice(order))
    mall.pass_time(SETTLING)
    assert (mall.now(purchase).state, mall.card(card).state) == (State.REFUNDED, CardState.REVERSED)
    assert (mall.balance(mall.ann), mall.points(mall.ann).owed, list(mall.lines(purchase))) == (0, 0, [])
    mall.must_be_sound()


def test_points_that_were_spent_before_the_refund_are_owed(mall: TradingMall) -> None:
    purchase = mall.bought(mall.join(mall.ann))
    giving.exchange(mall.scope, mall.ann, VOUCHER)
    mall.give_back(purchase)
    assert (mall.balance(mall.ann), mall.points(mall.ann).owed) == (0, 20)
    mall.bought(mall.join(mall.ann))
    assert (mall.balance(mall.ann), mall.points(mall.ann).owed) == (15, 0)


def test_a_coupon_that_pays_for_everything_leaves_nothing_to_pay(mall: TradingMall) -> None:
    mall.bought(mall.join(mall.ann))
    card = mall.collect(giving.exchange(mall.scope, mall.ann, VOUCHER))
    purchase = mall.enter(card, price_fen=300, shop="books")
    assert (purchase.off_fen, purchase.paid_fen, mall.now(purchase).state) == (300, 0, State.PAID)
    mall.give_back(purchase)
    assert (mall.now(purchase).state, mall.card(card).state) == (State.REFUNDED, CardState.REVERSED)
    mall.must_be_sound()


def test_what_cannot_be_used_is_refused_with_its_reason_and_nothing_is_entered(mall: TradingMall) -> None:
    card = mall.won(mall.ann)
    assert refusal(mall, card, shop="books") == (CardRefusal.OTHER_PLACE, "")
    assert refusal(mall, card, price_fen=2999) == (CardRefusal.NOT_ALLOWED, kinds.TOO_SMALL)
    with pytest.raises(CardRefused, match=kinds.NEEDS_PURCHASE), mall.scope.begin() as work:
        work.cards.redeem(Use("r1", work.cards.code_of(card.card_id), "noodles", "cashier"))
    mall.clock.advance(timedelta(days=7))
    assert refusal(mall, card) == (CardRefusal.EXPIRED, "")
    mall.clock.advance(-timedelta(days=7))
    mall.bought(card)
    assert refusal(mall, card)[0] is CardRefusal.ALREADY_REDEEMED
    with mall.scope.read() as work:
        assert len(book.of_day(work, NOON.astimezone(SHANGHAI).date(), SHANGHAI)) == 1


def test_a_shop_that_is_none_and_a_code_that_is_none_enter_nothing(mall: TradingMall) -> None:
    with pytest.raises(desk.NoSuchShop):
        mall.enter(mall.join(mall.ann), shop="cinema")
    with pytest.raises(CardRefused):
        desk.sell(mall.scope, "cashier", "noodles", 100, "ABCDEFGHJKLMNPQR")


@pytest.fixture
def crowd(database: Database, keys: RootKeys) -> Iterator[TradingMall]:
    # A connection for each racer, so that they meet in the database and not before it.
    engine = make_engine(database.url, pool_size=RACERS)
    clock = FakeClock()
    world = TradingMall(Store(engine, clock, CountedIds(clock), keys), database, clock)
    world.put_up()
    yield world
    engine.dispose()


def test_of_sixty_four_desks_with_one_coupon_one_enters_a_purchase(crowd: TradingMall) -> None:
    card = crowd.won(crowd.ann)
    code, start = crowd.code(card), Barrier(RACERS)

    def press(number: int) -> Purchase | CardRefusal:
        start.wait()
        try:
            return desk.sell(crowd.scope, f"cashier-{number}", "noodles", 3500, code)
        except CardRefused as no:
            return no.refusal

    with ThreadPoolExecutor(RACERS) as desks:
        told = list(desks.map(press, range(RACERS)))
    (won,) = [answer for answer in told if isinstance(answer, Purchase)]
    lost = Counter(answer for answer in told if not isinstance(answer, Purchase))
    assert lost == {CardRefusal.ALREADY_REDEEMED: RACERS - 1}
    crowd.work()
    assert [one.order.amount_fen for one in crowd.wallet.orders.values()] == [won.paid_fen]


def test_a_posting_that_is_repeated_is_the_same_line(mall: TradingMall) -> None:
    purchase = mall.bought(mall.won(mall.ann))
    (line,) = mall.lines(purchase)
    with mall.store.read(OPERATOR) as work:
        payment = work.payments.get(purchase.payment_id)
    again = sale.fulfil(mall.scope, paid_sale(payment))
    assert (again, len(mall.lines(purchase))) == (line.receipt, 1)


def test_a_day_tells_each_shop_what_is_its_own(mall: TradingMall) -> None:
    mall.bought(mall.won(mall.ann))
    other = mall.bought(mall.join(mall.ann), 1000, "books")
    mall.give_back(other, 400)
    with mall.scope.read() as work:
        rows = by_shop(book.of_day(work, NOON.astimezone(SHANGHAI).date(), SHANGHAI), {"noodles": "2088100000000001"})
    told = [(row.shop, row.account, row.paid_fen, row.back_fen, row.shop_fen, row.mall_fen) for row in rows]
    assert told == [("books", "", 1000, 400, 600, 0), ("noodles", "2088100000000001", 2500, 0, 2417, 83)]


def test_what_ends_soon_is_said_once_and_only_while_it_can_be_used(mall: TradingMall) -> None:
    mall.won(mall.ann)
    used = mall.won(mall.ann, TEA)
    with mall.scope.begin() as work:
        work.cards.redeem(Use("r1", work.cards.code_of(used.card_id), "books", "cashier"))
    mall.bought(mall.join(mall.ann))
    mall.pass_time(timedelta(days=8), step=timedelta(days=1))
    assert mall.said(mall.phone).count("coupon.ends") == 1
    assert "points.end" not in mall.said(mall.phone)
    mall.pass_time(timedelta(days=352), step=timedelta(days=32))
    assert mall.said(mall.phone).count("points.end") == 1


def test_a_person_is_forgotten_once_nothing_waits_for_their_money(mall: TradingMall) -> None:
    purchase = mall.enter(mall.won(mall.ann))
    with mall.scope.begin() as work, pytest.raises(StillNeeded):
        rights.forget_member(work, mall.ann)
    mall.pay(purchase)
    with mall.scope.begin() as work:
        assert len(rights.export_member(work, mall.ann)["purchases"]) == 1
        rights.forget_member(work, mall.ann)
        assert rights.export_member(work, mall.ann)["purchases"] == []
    mall.give_back(purchase)
    assert (mall.now(purchase).state, mall.held_fen(purchase)) == (State.REFUNDED, 0)
    mall.must_be_sound()


def test_buyers_are_forgotten_after_three_years_and_the_book_stands(mall: TradingMall) -> None:
    purchase = mall.bought(mall.won(mall.ann))
    mall.clock.advance(tidying.KEPT - timedelta(seconds=1))
    tidying.forget_buyers(mall.scope, OPERATOR)
    assert mall.now(purchase).subject_id == mall.ann
    with mall.scope.read() as work:
        assert len(points.events(work, mall.ann)) == 1
    mall.clock.advance(timedelta(days=1))
    tidying.forget_buyers(mall.scope, OPERATOR)
    assert (mall.now(purchase).subject_id, mall.held_fen(purchase)) == ("", 2500)
    with mall.scope.read() as work:
        assert offers.comer(work, TEN_OFF, mall.ann) is None
        assert list(points.events(work, mall.ann)) == []


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_a_purchase_moves_only_as_the_table_says(state: State, event: Event) -> None:
    purchase = replace(Purchase("p", "s", "w", "noodles", 100, 0, 0, NOON), state=state)
    if (state, event) in TRANSITIONS:
        assert purchase.after(event).state is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            purchase.after(event)
