"""Deposits (预交金) are paid onto an open stay, booked there once each, and what is left goes back at the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import Malformed, Refused
from adapters.stays import StayTold
from adapters.values import Fen
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.slot import Go, PageRequest, Right, StillNeeded, View
from hospital_bridge.verticals.hospital import erase_subject, export_subject
from hospital_bridge.verticals.hospital.merging import arrival as merging
from hospital_bridge.verticals.hospital.pages.stays import deposit, show
from hospital_bridge.verticals.hospital.stays import depositing
from hospital_bridge.verticals.hospital.stays.stay import State
from hospital_bridge.verticals.hospital.store import stays
from tests.payment.faults import Fault
from tests.verticals.hospital.billing import ACCOUNT, MINUTE, MORNING, OTHER_RECORD, RECORD, SHANGHAI, BillWorld
from tests.verticals.hospital.merged import merge
from tests.verticals.hospital.ward import NUMBER, Ward, told


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def test_several_deposits_are_each_booked_onto_the_stay(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(100)
    ward.paid(300)
    assert ward.booked() == [("payment", NUMBER, 10_000), ("payment", NUMBER, 30_000)]
    assert len({one.serial for one in ward.world.cashier.book}) == 2
    assert {state for _, state, _ in ward.deposits()} == {State.BOOKED}
    ward.world.must_be_sound()


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_REPLY])
def test_a_lost_answer_of_the_hospital_books_a_deposit_once(ward: Ward, fault: Fault) -> None:
    ward.hear(told())
    ward.world.cashier.line.will("post", fault)
    ward.paid(100)
    ward.world.pass_time()
    assert ward.booked() == [("payment", NUMBER, 10_000)]
    ward.world.must_be_sound()


def test_a_deposit_that_the_hospital_refuses_goes_back(ward: Ward) -> None:
    ward.hear(told())
    ward.world.cashier.stays.clear()
    ward.paid(100)
    ward.world.pass_time()
    assert (ward.booked(), ward.deposits()[0][1], ward.world.taken_fen()) == ([], State.REFUSED, 0)
    ward.world.must_be_sound()


def test_nothing_is_prepaid_without_an_open_stay(ward: Ward) -> None:
    with pytest.raises(stays.NoSuchStay):
        depositing.pay(ward.world.scope, ward.world.phone, "0" * 32, 100)
    ward.hear(told(settled=True))
    assert not ward.press(100)
    assert ward.world.situations() == []


def test_a_sum_outside_the_limits_and_a_second_open_order_are_not_taken(ward: Ward) -> None:
    ward.hear(told())
    assert [ward.press(yuan) for yuan in (99, 5_001, 100, 100)] == [False, False, True, False]


def test_who_may_not_pay_and_who_has_not_bound_the_number_find_no_stay(ward: Ward) -> None:
    ward.hear(told(mrn=OTHER_RECORD))
    with pytest.raises(stays.NoSuchStay):
        ward.press(100)
    ward.world.bind(OTHER_RECORD)
    assert ward.press(100, ward.world.granted("2088000000000003", [Right.PAY]))
    with pytest.raises(stays.NoSuchStay):
        ward.press(100, ward.world.granted("2088000000000004", [Right.BOOK]))


def test_the_surplus_goes_back_onto_the_newest_deposits_once_and_the_day_balances_three_ways(ward: Ward) -> None:
    ward.hear(told())
    for yuan in (100, 300, 200):
        ward.paid(yuan)
    ward.world.settled(ward.world.issue(own=3_000))
    settled = told(60, surplus=35_000, settled=True)
    assert ward.hear(settled).returned_fen == 35_000
    ward.hear(settled)
    ward.world.pass_time()
    assert ward.went_back() == [20_000, 15_000, 0]
    assert [entry for entry in ward.booked() if entry[0] == "refund"] == [
        ("refund", NUMBER, 20_000),
        ("refund", NUMBER, 15_000),
    ]
    ward.world.must_be_sound()
    run = reconcile_day(ward.world.context, ACCOUNT, ward.world.clock.now().astimezone(SHANGHAI).date())
    assert run.wallet_fen == run.ledger_fen == run.sale_fen == 60_000 + 3_000 - 35_000
    assert run.unexplained_fen == 0


def test_no_more_goes_back_than_was_paid_here(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(100)
    assert ward.hear(told(60, surplus=90_000, settled=True)).returned_fen == 10_000
    ward.world.pass_time()
    assert ward.went_back() == [10_000]
    ward.world.must_be_sound()


def test_an_open_order_is_closed_at_the_settlement_and_late_money_goes_back(ward: Ward) -> None:
    ward.hear(told())
    assert ward.press(100)
    ward.world.work()
    with ward.world.store.read("h1") as work:
        payment = work.payments.get(ward.deposits()[0][2])
    ward.world.wallet.pay(payment.merchant_order_no)
    ward.hear(told(60, settled=True))
    ward.world.pass_time()
    assert (ward.booked(), ward.world.taken_fen()) == ([], 0)
    ward.world.must_be_sound()


def test_an_earlier_word_changes_nothing_and_a_contradicting_one_is_refused(ward: Ward) -> None:
    ward.hear(told(30, settled=True))
    assert ward.hear(told(10)).is_settled
    with pytest.raises(Refused):
        ward.hear(told(40, mrn=OTHER_RECORD))
    with pytest.raises(Malformed):
        replace(told(), surplus_fen=Fen(1))


def test_a_person_is_not_forgotten_while_a_deposit_lies_on_an_open_stay(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(100)
    with ward.world.scope.begin() as work:
        (copy,) = export_subject(work, ward.world.subject)["stays"]
        assert [each["amount_fen"] for each in copy["deposits"]] == [10_000]
        with pytest.raises(StillNeeded):
            erase_subject(work, ward.world.subject)
    ward.hear(told(60, settled=True))
    with ward.world.scope.begin() as work:
        erase_subject(work, ward.world.subject)
        assert stays.of_subject(work, ward.world.subject) == []


def test_a_stay_under_the_number_that_theirs_was_merged_into_is_theirs_also_when_they_are_forgotten(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(100)
    with ward.world.scope.begin() as work:
        merging.merged(work, merge(RECORD, OTHER_RECORD))
    ward.hear(told(30, mrn=OTHER_RECORD))
    with ward.world.scope.begin() as work, pytest.raises(StillNeeded):
        erase_subject(work, ward.world.subject)
    ward.hear(told(60, mrn=OTHER_RECORD, settled=True))
    with ward.world.scope.begin() as work:
        erase_subject(work, ward.world.subject)
        found = stays.find(work, NUMBER)
    assert found is not None
    assert (found.mrn, found.ward) == ("", "")


def sent(ward: Ward, yuan: int) -> View | Go:
    return deposit(PageRequest(ward.world.scope, ward.world.phone, {"stay": ward.stay().stay_id, "yuan": yuan}))


def test_a_form_that_is_not_taken_is_shown_again_with_its_reason_and_what_was_typed(ward: Ward) -> None:
    ward.hear(told())
    shown = sent(ward, 99)
    assert isinstance(shown, View)
    assert (shown.status, shown.data["not_taken"], shown.data["typed"]) == (409, "limits", {"yuan": "99"})
    assert isinstance(sent(ward, 100), Go)
    ward.hear(told(60, settled=True))
    over = sent(ward, 100)
    assert isinstance(over, View)
    assert over.data["not_taken"] == "over"


def test_a_form_sent_while_an_order_is_opened_or_waits_leads_to_the_stays_own_page_and_opens_nothing(
    ward: Ward,
) -> None:
    ward.hear(told())
    own_page = Go("stay", {"stay": ward.stay().stay_id})
    assert sent(ward, 100) == own_page
    assert [sent(ward, yuan) for yuan in (100, 200, 99)] == [own_page] * 3, "while the wallet is asked"
    ward.world.work()
    assert [sent(ward, yuan) for yuan in (100, 200, 99)] == [own_page] * 3, "while it waits for its payer"
    broken = {"yuan": ["Not a valid integer."]}
    asked = PageRequest(ward.world.scope, ward.world.phone, {"stay": ward.stay().stay_id}, errors=broken)
    assert show(asked) == own_page, "a broken form is answered at the form's own address"
    assert len(ward.deposits()) == 1


def test_the_page_of_a_stay_shows_the_payers_own_order_and_looks_again(ward: Ward) -> None:
    ward.hear(told())
    relative = ward.world.granted("2088000000000003", [Right.PAY])
    assert shown(ward).data["order"] is None
    assert ward.press(100)
    preparing = shown(ward)
    assert (preparing.data["order"].situation, preparing.refresh_seconds) == ("opening", 2)
    ward.world.work()
    assert shown(ward).data["order"].pay_url
    assert shown(ward, relative).data["order"] is None
    ward.world.clock.advance(20 * MINUTE)
    assert shown(ward).data["too_late"]
    ward.world.pass_time()
    assert shown(ward).data["order"] is None


def shown(ward: Ward, phone: str = "") -> View:
    page = show(PageRequest(ward.world.scope, phone or ward.world.phone, {"stay": ward.stay().stay_id}))
    assert isinstance(page, View)
    return page


def asking(minute: int, *, owed: int = 50_000, asked: int = 100_000) -> StayTold:
    return replace(told(minute), balance_fen=Fen(-owed), asked_fen=Fen(asked))


def still(ward: Ward) -> tuple[int, int, int]:
    """What the page says: paid since the hospital's last word, still asked for, still owed."""
    money = shown(ward).data["money"]
    return money.since_fen, money.asked_fen, money.owed_fen


def minutes_now(ward: Ward) -> int:
    return (ward.world.clock.now() - MORNING) // MINUTE


def test_what_was_paid_since_the_hospitals_word_is_asked_for_no_more(ward: Ward) -> None:
    ward.hear(asking(minutes_now(ward)))
    assert still(ward) == (0, 100_000, 50_000)
    ward.world.clock.advance(MINUTE)
    ward.paid(300)
    assert still(ward) == (30_000, 70_000, 20_000)
    ward.paid(700)
    assert still(ward) == (100_000, 0, 0)
    ward.world.clock.advance(MINUTE)
    ward.hear(replace(told(minutes_now(ward)), ward="五病区", balance_fen=None, is_settled=None, asked_fen=None))
    assert still(ward) == (100_000, 0, 0), "a transfer tells nothing of the account"
    ward.hear(asking(minutes_now(ward) + 1, owed=10_000, asked=20_000))
    assert still(ward) == (0, 20_000, 10_000), "the hospital's own account has what was paid"


def test_money_that_the_hospital_has_not_booked_counts_and_what_went_back_does_not(ward: Ward) -> None:
    ward.hear(asking(minutes_now(ward)))
    ward.world.clock.advance(MINUTE)
    ward.world.cashier.line.is_down = lambda: True
    ward.paid(300)
    assert (ward.deposits()[0][1], still(ward)) == (State.PAID, (30_000, 70_000, 20_000))
    ward.world.cashier.line.is_down = lambda: False
    ward.world.pass_time()
    payment_id = ward.deposits()[0][2]
    with ward.world.scope.begin() as work:
        assert work.payments.refund_part(payment_id, Fen(10_000), "by staff")
    assert still(ward) == (20_000, 80_000, 30_000)
    ward.world.cashier.stays.clear()
    ward.paid(100)
    assert (ward.deposits()[0][1], still(ward)) == (State.REFUSED, (20_000, 80_000, 30_000))
