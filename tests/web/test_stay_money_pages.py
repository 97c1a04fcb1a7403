"""What is read of the money of a stay: its settlement, what is due or goes back, and where each deposit's money is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.values import Fen
from hospital_bridge.slot import RefundView
from hospital_bridge.verticals.hospital.bills.bill import State as BillState
from hospital_bridge.verticals.hospital.stays.stay import SURPLUS, Deposit, State
from tests.web import scripted_bills
from tests.web.scripted_stays import AT, STAY_ID, deposit, over, stay
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

PAGE = f"/p/h1/hospital/stays/{STAY_ID}"


@pytest.fixture
def patient(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    """Of a stay with two deposits that were booked."""
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound, scope.stays = True, [stay()]
    view = scripted_bills.payment(scripted_bills.bill(1, BillState.SETTLED), "done", "/pay")
    for number, back in ((2, 0), (3, 700)):
        each = deposit(number, State.BOOKED)
        scope.deposits.append(each)
        paid = replace(view, payment_id=each.payment_id, amount_fen=each.amount_fen, refunded_fen=Fen(back))
        scope.payments[each.payment_id] = paid
    return browser


def sent(back: int, going: int = 0) -> tuple[RefundView, ...]:
    """Of the surplus: what is back, and what is on its way."""
    told = ((back, AT), (going, None))
    return tuple(RefundView(Fen(fen), SURPLUS, AT, at, None) for fen, at in told if fen)


def test_a_settlement_shows_its_parts_and_what_comes_back(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    scope.stays = [over(surplus=150_000, returned=100_000)]
    for each, going in zip(scope.deposits, (50_000, 49_300), strict=True):
        paid = scope.payments[each.payment_id]
        scope.payments[each.payment_id] = replace(
            paid, refunding_fen=Fen(going), refunds=sent(paid.refunded_fen, going)
        )
    english, chinese = (get(patient, f"{PAGE}?lang={language}").text for language in ("en", "zh-CN"))
    for words in ("¥18300.50", "¥12000.00", "¥800.50", "¥5500.00", "¥7000.00", "¥1500.00 comes back to you"):
        assert words in english
    assert "¥993.00 of it goes back by itself" in english
    assert "¥7.00 of it went back" in english
    assert "¥500.00 of it is given back at the admission desk" in english
    assert "出院结算已完成，退还您 ¥1500.00" in chinese


def test_what_is_still_due_leads_to_its_bill_until_it_is_paid(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    scope.stays = [over(due=20_000)]
    bill = replace(scripted_bills.bill(9, BillState.ISSUED, insured=False), stay_no="ZY20261100042", items=())
    scope.bills[bill.bill_id] = bill
    page = get(patient, f"{PAGE}?lang=en").text
    assert "still to pay: ¥200.00" in page
    assert f"hospital/bills/{bill.bill_id}" in page
    assert "hb-state_wait" in page
    scope.bills[bill.bill_id] = replace(bill, state=BillState.SETTLED)
    paid = get(patient, f"{PAGE}?lang=en").text
    for words in ("This stay is settled and paid", "hb-state_good", "Paid after the settlement"):
        assert words in paid
    assert "Still to pay" not in paid
    assert "已补缴" in get(patient, f"{PAGE}?lang=zh-CN").text


def test_what_is_paid_and_not_yet_confirmed_is_not_asked_for_again(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    scope.stays = [over(due=20_000)]
    bill = replace(scripted_bills.bill(9, BillState.PAID, insured=False), stay_no="ZY20261100042", items=())
    scope.bills[bill.bill_id] = bill
    page = get(patient, f"{PAGE}?lang=en").text
    assert "Please do not pay again" in page
    for words in ("still to pay", "Still to pay", "You can pay the rest here"):
        assert words not in page


def test_a_settlements_bill_stands_under_a_heading_that_is_true_of_inpatients_too(
    patient: FlaskClient, kit: SiteKit
) -> None:
    bill = replace(scripted_bills.bill(9, BillState.ISSUED, insured=False), stay_no="ZY20261100042", items=())
    kit.scopes["h1"].bills[bill.bill_id] = bill
    for path in ("", "bills"):
        page = get(patient, f"/p/h1/hospital/{path}?lang=zh-CN").text
        assert "出院结算补缴" in page
        assert "我的缴费" in page
        assert "门诊" not in page


def moved(kit: SiteKit, each: Deposit, **money: Any) -> None:
    """The one deposit of the stay, with its payment as it is put here."""
    scope = kit.scopes["h1"]
    scope.deposits = [each]
    plain: dict[str, Any] = {"pay_url": "", "refunded_fen": Fen(0), "moving": False, "paid_at": AT, "receipt_no": ""}
    scope.payments[each.payment_id] = replace(scope.payments[each.payment_id], **plain | money)


def test_a_surplus_that_the_wallet_refused_to_take_back_is_promised_no_more(patient: FlaskClient, kit: SiteKit) -> None:
    kit.scopes["h1"].stays = [over(surplus=50_000, returned=50_000)]
    moved(kit, deposit(2, State.BOOKED), situation="done", owed_for={SURPLUS: 50_000})
    page, chinese = (get(patient, f"{PAGE}?lang={language}").text for language in ("en", "zh-CN"))
    assert "¥500.00 of it could not go back through the wallet" in page
    for promise in ("goes back by itself", "went back", "hb-state_good"):
        assert promise not in page
    assert "其中 ¥500.00 未能通过钱包退回，医院会为您处理" in chinese
    assert "几分钟" not in chinese
    moved(kit, deposit(2, State.REFUNDED), situation="refunded", refunded_fen=Fen(50_000), by_hand=True)
    assert "paid out by the hospital and not through the wallet" in get(patient, f"{PAGE}?lang=en").text


STUCK = "could not go back through the wallet"
TAKEN = "The wallet took money for it that does not fit the order"
REFUSED = deposit(2, State.REFUSED, reason="over_limit")
CLOSED = deposit(2, State.CLOSED, reason="expired")
UNOPENED = deposit(2, State.CLOSED, reason="not_opened")
NOT_OPENED = "Not paid: the wallet could not open the payment"


@pytest.mark.parametrize(
    ("each", "money", "says", "never"),
    [
        (REFUSED, {"situation": "checking"}, [f"¥500.00 {STUCK}"], ["goes back", "Try again here"]),
        (REFUSED, {"situation": "refunding", "refunding_fen": Fen(50_000)}, ["¥500.00 is on its way back"], [STUCK]),
        (
            REFUSED,
            {"situation": "checking", "refunded_fen": Fen(10_000)},
            ["¥100.00 went back", f"¥400.00 {STUCK}"],
            ["goes back"],
        ),
        (CLOSED, {"situation": "checking", "paid_at": None}, [TAKEN], ["Not paid", STUCK]),
        (CLOSED, {"situation": "checking"}, [f"¥500.00 {STUCK}"], ["Not paid", TAKEN]),
        (CLOSED, {"situation": "closed", "paid_at": None}, ["Not paid"], [TAKEN, STUCK, "could not open"]),
        (UNOPENED, {"situation": "closed", "paid_at": None}, [NOT_OPENED, "You can try again here"], [TAKEN, STUCK]),
        (UNOPENED, {"situation": "checking", "paid_at": None}, [TAKEN], ["could not open"]),
        (
            deposit(2, State.BOOKED),
            {"situation": "refunding", "refunded_fen": Fen(10_000), "refunding_fen": Fen(40_000)},
            ["¥100.00 went back", "¥400.00 is on its way back"],
            [],
        ),
        (deposit(2, State.PAID), {"situation": "checking"}, ["staff are checking it"], ["hospital confirming"]),
        (deposit(2, State.ORDERED, "other"), {"situation": "closed"}, ["Please do not pay"], ["To be paid"]),
    ],
)
def test_a_deposit_says_where_its_money_is(
    patient: FlaskClient, kit: SiteKit, each: Deposit, money: dict[str, Any], says: list[str], never: list[str]
) -> None:
    moved(kit, each, **money)
    page = get(patient, f"{PAGE}?lang=en").text
    assert [words for words in says if words not in page] == []
    assert [words for words in never if words in page] == []


@pytest.mark.parametrize(
    ("state", "money", "says"),
    [
        (BillState.ISSUED, "closed", "You can pay the rest here"),
        (BillState.ISSUED, "checking", "please do not pay again"),
        (BillState.ORDERED, "awaiting", "a payment of the rest has been begun here"),
        (BillState.PAID, "checking", "staff are checking it"),
        (BillState.REFUSED, "refunded", "It cannot be paid here now"),
        (BillState.REFUNDED, "refunded", "It cannot be paid here now"),
        (None, "", "It cannot be paid here now"),
    ],
)
def test_what_is_due_is_said_to_be_paid_where_it_can_be(
    patient: FlaskClient, kit: SiteKit, state: BillState | None, money: str, says: str
) -> None:
    scope = kit.scopes["h1"]
    scope.stays = [over(due=20_000)]
    if state:
        bill = replace(scripted_bills.bill(9, state, insured=False), stay_no="ZY20261100042", items=())
        scope.bills[bill.bill_id] = bill
        scope.payments[bill.bill_id] = scripted_bills.payment(bill, money, "/pay")
    page = get(patient, f"{PAGE}?lang=en").text
    assert says in page
    assert ("You can pay the rest here" in page) == ("See and pay" in page) == (says == "You can pay the rest here")
