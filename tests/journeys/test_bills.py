"""A patient pays a bill on the phone; wallet and hospital fail on the way, and it ends well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.values import EntryKind
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, POTASSIUM
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.verticals.hospital.store import bills, reports
from tests.journeys.bill_desk import DOCTOR, OWN_FEN, BillDesk
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

PAID = [(EntryKind.PAYMENT.value, OWN_FEN)]
LONG = timedelta(minutes=20)


@pytest.fixture
def desk(steered: SteeredBridge) -> BillDesk:
    return BillDesk(steered)


def test_what_is_paid_by_whom_is_said_before_the_button(steered: SteeredBridge, desk: BillDesk) -> None:
    phone = steered.newcomers.ready_phone()
    page = desk.page(phone, desk.issue(phone))
    assert "医保支付 ¥96.00，您在这里自付 ¥92.00" in page.words
    assert "胸部CT平扫" in page.words
    assert page.words.index("您在这里自付") < page.words.rindex("支付 ¥92.00")


def test_a_self_pay_bill_says_so_before_the_button(steered: SteeredBridge, desk: BillDesk) -> None:
    phone = steered.newcomers.ready_phone()
    page = desk.page(phone, desk.issue(phone, BLOOD_COUNT))
    assert "为自费" in page.words
    assert page.words.index("为自费") < page.words.rindex("支付 ¥25.00")


def test_home_shows_what_is_to_be_paid_and_the_receipt_says_what_comes_next(
    steered: SteeredBridge, desk: BillDesk
) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    assert "¥92.00" in phone.page("").words
    done = phone.wait_for(phone.pay(desk.ordered(phone, bill)), "done")
    (entry,) = steered.town.hospital.cashier.of_bill(bill.bill_no)
    assert entry.receipt_no in done.words
    assert "请出示本页" in done.words
    assert "¥92.00" not in phone.page("").words
    assert desk.posted(bill) == PAID


def test_a_bill_for_the_window_is_shown_with_the_way_there_and_has_no_button(
    steered: SteeredBridge, desk: BillDesk
) -> None:
    phone = steered.newcomers.ready_phone()
    page = desk.page(phone, desk.issue(phone, at_window=True))
    assert "请到窗口缴费" in page.words
    assert [form.action for form in page.forms if "/pay" in form.action] == []


def test_somebody_elses_bill_is_nobodys_business(steered: SteeredBridge, desk: BillDesk) -> None:
    phone, stranger = steered.newcomers.ready_phone(), steered.newcomers.ready_phone()
    page = desk.page(phone, desk.issue(phone))
    assert stranger.open(page.address).status == 404
    assert "¥92.00" not in stranger.page("bills").words


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.NO_REPLY, FaultKind.GARBLED, FaultKind.BUSY])
def test_a_hospital_that_loses_the_posting_or_its_answer_books_it_once(
    steered: SteeredBridge, desk: BillDesk, kind: FaultKind
) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    page = desk.ordered(phone, bill)
    steered.town.hospital.faults.add(Fault(trigger="DFT^P03", kind=kind))
    phone.wait_for(phone.pay(page), "done")
    assert desk.posted(bill) == PAID


@pytest.mark.parametrize("effect", [Effect.LOSE_REQUEST, Effect.LOSE_REPLY, Effect.SYSTEM_ERROR_AFTER])
def test_a_wallet_that_loses_the_order_or_its_answer_takes_the_money_once(
    steered: SteeredBridge, desk: BillDesk, effect: Effect
) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    steered.town.wallet.faults.add(WalletFault("alipay.trade.create", effect))
    phone.wait_for(phone.pay(desk.ordered(phone, bill)), "done")
    assert desk.posted(bill) == PAID


def test_a_hospital_that_is_down_confirms_when_it_is_back(steered: SteeredBridge, desk: BillDesk) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    page = desk.ordered(phone, bill)
    with steered.town.without_hospital():
        confirming = phone.wait_for(phone.pay(page), "confirming")
        assert "重复支付" in confirming.words
    steered.pass_time(LONG)
    assert phone.look(page).marks["state"] == "settled"
    assert desk.posted(bill) == PAID


def test_paid_at_the_window_while_the_phone_paid_is_refunded_with_the_reason(
    steered: SteeredBridge, desk: BillDesk
) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    page = desk.ordered(phone, bill)
    desk.settle_at_window(bill)
    refused = phone.wait_for(phone.pay(page), "refunded")
    assert refused.marks["state"] == "refused"
    assert "¥92.00 已原路退回" in refused.words
    assert desk.posted(bill) == []


def test_word_of_a_bill_that_is_being_booked_holds_up_no_result(steered: SteeredBridge, desk: BillDesk) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    page = desk.ordered(phone, bill)
    scope = steered.bridge.operators[OPERATOR].scopes["hospital"]
    with steered.town.without_hospital():
        phone.wait_for(phone.pay(page), "confirming")
        desk.tell(desk.settle_at_window(bill))
        result = steered.town.hospital.staff.preliminary(bill.mrn, "", DOCTOR, POTASSIUM, {"K": "6.9"})
        desk.tell(result)
        # What is said of bills keeps its order: the next one waits behind the word of the first.
        later = steered.town.hospital.staff.order(bill.mrn, "", DOCTOR, (BLOOD_COUNT,))
        desk.tell(later)
        with scope.read() as work:
            assert len(reports.of_number(work, result.number)) == 1
            assert bills.find(work, later.number) is None
        assert phone.look(page).marks["state"] == "paid"
    steered.pass_time(LONG)
    with scope.read() as work:
        assert bills.find(work, later.number) is not None
    over = phone.look(page)
    assert (over.marks["state"], over.marks["situation"]) == ("withdrawn", "refunded")
    assert desk.posted(bill) == []


@pytest.mark.parametrize("pays", [False, True], ids=["unpaid", "paid at the last moment"])
def test_settled_at_the_window_while_the_order_is_open(steered: SteeredBridge, desk: BillDesk, *, pays: bool) -> None:
    phone = steered.newcomers.ready_phone()
    bill = desk.issue(phone)
    page = desk.ordered(phone, bill)
    if pays:
        steered.town.wallet.faults.add(WalletFault("notice", Effect.LOSE_NOTICE))
        phone.pay(page)
    desk.tell(desk.settle_at_window(bill))
    steered.pass_time(LONG)
    over = phone.look(page)
    assert over.marks["state"] == "withdrawn"
    assert over.marks["situation"] == ("refunded" if pays else "closed")
    assert desk.posted(bill) == []


def test_a_bill_that_came_before_the_card_was_bound_appears_with_it(steered: SteeredBridge, desk: BillDesk) -> None:
    phone = steered.newcomers.phone()
    bill = desk.issue(phone)
    phone.sign_in()
    assert "¥92.00" not in phone.page("bills").words
    phone.bind_card()
    phone.wait(phone.page("bills"), lambda page: "¥92.00" in page.words)
    phone.wait_for(phone.pay(desk.ordered(phone, bill)), "done")
    assert desk.posted(bill) == PAID
