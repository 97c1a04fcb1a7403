"""The hospital is down, slow, busy or confused: the patient reads what happens, nothing is lost or done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, registration_id

LOST = [FaultKind.BUSY, FaultKind.RESET, FaultKind.GARBLED, FaultKind.FOREIGN_ACK, FaultKind.ERROR]
PAGES = ["cards", "departments", "departments/0501", "departments/0501/D05012"]
DOWN = "医院系统暂时没有响应"
REASSURED = "没有任何损失，也没有扣款。本页会在 20 秒后自动重试，您也可以致电医院。"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_needs_the_hospital_says_that_it_is_down(steered: SteeredBridge, path: str) -> None:
    phone = steered.newcomers.ready_phone()
    with steered.town.without_hospital():
        page = phone.page(path)
        assert (page.status, page.refresh) == (503, 20)
        assert DOWN in page.words
        assert REASSURED in page.words
    assert phone.look(page).status == 200


def test_pages_that_need_no_hospital_still_work(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    with steered.town.without_hospital():
        assert [phone.page(path).status for path in ("", "registrations")] == [200, 200]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_new_record_is_made_once(steered: SteeredBridge, kind: FaultKind, effect: bool) -> None:  # noqa: FBT001
    phone = steered.newcomers.phone(steered.newcomers.person())
    phone.sign_in()
    steered.town.hospital.faults.add(Fault(trigger="ADT^A28", kind=kind, effect=effect))
    assert "使用中" in phone.bind_card().words
    assert len(steered.town.hospital.patients.find("CN_ID", phone.person.id_number)) == 1


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_place_is_booked_once(steered: SteeredBridge, kind: FaultKind, effect: bool) -> None:  # noqa: FBT001
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    before = len(steered.town.hospital.diary.appointments())
    steered.town.hospital.faults.add(Fault(trigger="SRM^S01", kind=kind, effect=effect))
    page = phone.take(confirm)
    assert "已为您锁号" in page.words
    assert len(steered.town.hospital.diary.appointments()) == before + 1
    phone.wait_for(phone.pay(page), "done")


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_money_is_posted_once(steered: SteeredBridge, kind: FaultKind, effect: bool) -> None:  # noqa: FBT001
    phone = steered.newcomers.ready_phone()
    page = phone.book(OPHTHALMOLOGY)
    steered.town.hospital.faults.add(Fault(trigger="DFT^P03", kind=kind, effect=effect))
    confirming = phone.pay(page)
    done = phone.wait_for(confirming, "done")
    assert "挂号成功" in done.words
    assert steered.posted(page) == [("payment", 8_000)]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_place_is_given_back_once(steered: SteeredBridge, kind: FaultKind, effect: bool) -> None:  # noqa: FBT001
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    steered.town.hospital.faults.add(Fault(trigger="SRM^S04", kind=kind, effect=effect))
    assert "正在向医院退号" in phone.cancel(page).words
    assert "已退号，退款已到账" in phone.wait_for(page, "refunded").words
    assert not steered.is_booked(page)
    steered.pass_time(timedelta(seconds=30))
    assert steered.posted(page) == [("payment", 8_000), ("refund", 8_000)]


def test_a_place_whose_return_is_refused_once_is_offered_again(steered: SteeredBridge) -> None:
    page = steered.newcomers.ready_phone().book(OPHTHALMOLOGY)
    steered.town.hospital.faults.add(Fault(trigger="SRM^S04", kind=FaultKind.REFUSE))
    steered.pass_time(timedelta(minutes=20))
    assert not steered.is_booked(page)


def test_a_place_that_the_hospital_will_not_take_back_stands_on_the_work_list(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.book(OPHTHALMOLOGY)
    steered.town.hospital.faults.add(Fault(trigger="SRM^S04", kind=FaultKind.REFUSE, times=100))
    steered.pass_time(timedelta(minutes=20))
    over = phone.look(page)
    assert "本次挂号未成功" in over.words
    assert "原因： 未在规定时间内完成。" in over.words
    assert over.refresh is None
    with steered.bridge.store.read(OPERATOR) as work:
        (job,) = work.jobs.dead()
    assert (job.topic, job.ref) == ("hospital.release", registration_id(page))

    steered.town.hospital.faults.clear()
    with steered.bridge.store.begin(OPERATOR) as work:
        assert work.jobs.replay(job.job_id)
    steered.work()
    assert not steered.is_booked(page)


def test_down_while_paid_money_waits_for_the_hospital(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.book(OPHTHALMOLOGY)
    with steered.town.without_hospital():
        confirming = phone.wait_for(phone.pay(page), "confirming")
        steered.pass_time(timedelta(hours=1), timedelta(minutes=1))
        waiting = phone.look(confirming)
        assert "已支付，医院确认中" in waiting.words
        assert "请不要重复支付。如果医院无法确认，款项会自动退回。" in waiting.words
    steered.pass_time(timedelta(minutes=6))
    assert "挂号成功" in phone.wait_for(page, "done").words
    assert steered.posted(page) == [("payment", 8_000)]


def test_down_while_booking_until_the_hold_expires(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    page = phone.send(confirm)
    assert "正在为您锁号" in page.words
    with steered.town.without_hospital():
        steered.pass_time(timedelta(minutes=10))
        ended = phone.look(page)
        assert ended.marks["state"] == "ended"
        assert "原因： 未在规定时间内完成。" in ended.words
        assert "没有扣款。" in ended.words
    steered.pass_time(timedelta(minutes=10))
    assert not steered.is_booked(page)
    assert steered.trade_of(page) is None


def test_an_unknown_booking_that_happened_is_found_although_the_hold_expired(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    steered.town.hospital.faults.add(Fault(trigger="SRM^S01", kind=FaultKind.RESET))
    page = phone.send(confirm)
    steered.work()
    assert steered.is_booked(page)
    with steered.town.without_hospital():
        steered.pass_time(timedelta(minutes=8))
        assert "正在为您锁号" in phone.look(page).words
    steered.pass_time(timedelta(minutes=6))
    assert "已为您锁号，请支付" in phone.look(page).words
    phone.wait_for(phone.pay(phone.look(page)), "done")
