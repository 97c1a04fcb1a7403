"""What a clerk reads of an order is true of it: refused, paid out by hand, or as it was paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from hospital_bridge.payment.flows.refund import give_back, void
from hospital_bridge.payment.model import RefundState, Situation
from hospital_bridge.payment.model.payment import MISFIT
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web import order_words
from hospital_bridge.web.forms import fen_typed
from hospital_bridge.web.order_reads import OrderRow, OrderView, RefundRow
from tests.web.money_here import paid_order
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

ORDERS = "/staff/h1/orders"
AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
ROW = OrderRow("p1", "no1", "alipay", "挂号", "李*明", AT, 5000, Situation.REFUNDED)
ORDER = OrderView(ROW, "t1", "R7", "4477", "fulfilled", 5000, 5000, 0, 5000, 0, "", AT, AT, AT, ())
BACK = RefundRow("r1", 2500, RefundState.REFUNDED, "not_done", "fulfilled", AT, AT, AT)
BY_HAND = replace(BACK, by_hand=True)


@pytest.fixture
def clerk(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    kit.add_staff("h1", "chen", RoleGrant("help_desk"))
    staff_sign_in(browser, "h1", "chen")
    get(browser, "/staff/h1/?lang=en")
    return browser


@pytest.mark.parametrize(
    ("refunds", "words"),
    [
        ([BACK, BACK], order_words.SITUATIONS[Situation.REFUNDED]),
        ([BACK, BY_HAND], order_words.PARTLY_BY_HAND),
        ([BY_HAND, BY_HAND], order_words.PAID_OUT_BY_HAND),
        ([replace(BACK, state=RefundState.VOID), BY_HAND], order_words.PAID_OUT_BY_HAND),
    ],
)
def test_only_what_went_back_through_the_wallet_is_said_to_stand_in_its_bills(
    refunds: list[RefundRow], words: order_words.Words
) -> None:
    assert order_words.standing(replace(ORDER, refunds=refunds)) is words


def test_money_that_the_wallet_would_not_give_back_is_said_until_a_second_person_is_asked() -> None:
    owed = replace(ORDER, row=replace(ROW, situation=Situation.DONE), owed_fen=5000)
    assert order_words.standing(owed) is order_words.REFUSED_BY_WALLET
    asked = order_words.standing(replace(owed, waiting_request="q1"))
    assert asked is order_words.SITUATIONS[Situation.DONE]


def test_of_a_sum_that_did_not_fit_and_was_returned_nobody_says_that_nothing_was_charged() -> None:
    closed = replace(ORDER, row=replace(ROW, situation=Situation.CLOSED), owed_fen=0)
    assert order_words.standing(closed) is order_words.SITUATIONS[Situation.CLOSED]
    assert order_words.standing(replace(closed, reason=MISFIT)) is order_words.MISFIT_RETURNED


def test_a_refund_that_never_was_takes_nothing_back() -> None:
    void_one = replace(BACK, state=RefundState.VOID, reversal="pending")
    assert order_words.reversal(void_one) == "nothing to take back"
    assert order_words.reversal(BACK) == "taken back"


def test_a_reason_is_said_in_words_and_a_code_of_somebody_else_as_it_is() -> None:
    assert order_words.why("slot_taken") == "The place was taken"
    assert order_words.why("fulfilment deadline") == "It was not booked in time"
    assert order_words.why("not_done") == "It was not carried out"
    assert order_words.why("a word of theirs") == "a word of theirs"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_page_says_what_the_wallet_refused_and_why_in_the_readers_language(
    clerk: FlaskClient, kit: SiteKit, lang: str
) -> None:
    order = paid_order(kit.money)
    context = kit.money("h1")
    with kit.site.store.begin("h1") as work:
        give_back(context, work, work.payments.get(order.payment_id, lock=True), "already_paid")
        sent = work.refunds.save(work.refunds.of(order.payment_id)[0].send(AT))
        void(context, work, sent.refund_no, "expired")
    page = get(clerk, f"{ORDERS}/{order.payment_id}?lang={lang}").text
    words = {"zh-CN": ("钱包拒绝了退款", "打印时间"), "en": ("The wallet refused to give money back", "Printed on")}
    for said in words[lang]:
        assert said in page, said
    assert "already_paid" not in page


def test_a_number_that_leads_to_nothing_is_shown_to_be_compared_and_letters_and_width_do_not_matter(
    clerk: FlaskClient, kit: SiteKit
) -> None:
    order = paid_order(kit.money)
    missed = post(clerk, ORDERS, {"number": "R77"}, from_page=ORDERS)
    assert (missed.status_code, 'value="R77"' in missed.text) == (200, True)
    for typed in ("r7", "Ｒ７", order.merchant_order_no.upper()):
        found = post(clerk, ORDERS, {"number": typed}, from_page=ORDERS)
        assert found.headers["Location"] == f"{ORDERS}/{order.payment_id}", typed


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0206-11-23"])
def test_a_day_that_no_payment_has_is_asked_for_again(clerk: FlaskClient, day: str) -> None:
    answer = post(clerk, ORDERS, {"number": "", "day": day, "amount": "50"}, from_page=ORDERS)
    assert (answer.status_code, "Enter the day of the payment." in answer.text) == (422, True)
    assert 'value="50"' in answer.text


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12.50", 1250),
        (" ¥1,200.00 ", 120_000),
        ("￥１２００．５元", 120_050),
        ("-3", -300),
        ("1,20.00", None),
        ("12,345", 1_234_500),
        ("12.345", None),
        ("1e3", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_a_sum_is_read_as_people_type_it_and_never_guessed(typed: str, fen: int | None) -> None:
    assert fen_typed(typed) == fen
