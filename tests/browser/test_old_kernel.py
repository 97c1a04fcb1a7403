"""The patient's pages on the real Chromium 70 kernel: every page is shown whole, and the journey can be walked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hospital_bridge.verticals.hospital.registration import State
from tests.browser.bill_pages import bill_pages
from tests.browser.hospital_day import HospitalDay
from tests.browser.old_phone import OldPhone, old_phone
from tests.browser.test_patient_pages import CONFIRM, PAGES, SLOTS, STATES, day_pages
from tests.web.scripted_results import REPORT_ADDRESSES, TREND_ADDRESS
from tests.web.site_kit import SiteKit

WIDER_THAN_THE_PHONE = "document.documentElement.scrollWidth > 375"
STYLED = "getComputedStyle(document.querySelector('main')).paddingLeft !== '0px'"


@pytest.fixture(scope="module")
def shared_old_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldPhone]:
    with old_phone(tmp_path_factory.mktemp("kernel70")) as phone:
        yield phone


@pytest.fixture
def phone(shared_old_phone: OldPhone) -> OldPhone:
    shared_old_phone.complaints.clear()
    return shared_old_phone


def sign_in(phone: OldPhone, window: str, then: str) -> None:
    phone.open(f"{window}/{then}?lang=zh-CN")
    for purpose in phone.ask("[...document.querySelectorAll('input[type=checkbox]')].map(box => box.id)"):
        phone.tick(f"#{purpose}")
    phone.press("button[name=account]")
    phone.press("#agree")


def bind_card(phone: OldPhone, window: str) -> None:
    phone.open(f"{window}/hospital/cards")
    phone.press("main form button")
    phone.wait_until("document.querySelector('.hb-tag_good')")


def test_it_is_the_old_kernel(phone: OldPhone) -> None:
    assert "Chrome/70." in phone.version


@pytest.mark.parametrize("mode", ["standard", "care"])
def test_every_page_is_shown_whole(phone: OldPhone, base_url: str, kit: SiteKit, mode: str) -> None:
    window = f"{base_url}/p/h1"
    sign_in(phone, window, "hospital/cards")
    bind_card(phone, window)
    with kit.site.store.read("h1") as work:
        owner = work.connection.exec_driver_sql("SELECT wallet_user_id FROM wallet_user").scalar_one()
    kept = [kit.scopes["h1"].register(state, situation, owner=owner) for state, situation in STATES]
    registrations = [f"hospital/registrations/{registration_id}" for registration_id in kept]
    results = ("hospital/results", *REPORT_ADDRESSES, TREND_ADDRESS)
    bills = bill_pages(kit.scopes["h1"])
    for path in (*PAGES, SLOTS, CONFIRM, "hospital/registrations", *registrations, *bills, *results, "messages"):
        see_whole(phone, f"{window}/{path}", mode)
    assert phone.complaints == []


@pytest.mark.parametrize("mode", ["standard", "care"])
def test_every_page_of_the_day_is_shown_whole(phone: OldPhone, base_url: str, day: HospitalDay, mode: str) -> None:
    window = f"{base_url}/p/h1"
    sign_in(phone, window, "hospital/cards")
    *shown, forged = day_pages(day)
    for path in shown:
        see_whole(phone, f"{window}/{path}", mode)
    assert phone.complaints == []
    see_whole(phone, f"{window}/{forged}", mode, status=410)


def see_whole(phone: OldPhone, address: str, mode: str, status: int = 200) -> None:
    """The page has its words and its looks, and nothing of it lies beside the screen."""
    mark = "&" if "?" in address else "?"
    assert (address, phone.open(f"{address}{mark}mode={mode}")) == (address, status)
    assert (address, phone.headline() != "", phone.ask(STYLED)) == (address, True, True)
    assert (address, phone.ask(WIDER_THAN_THE_PHONE)) == (address, False)


def test_the_journey_can_be_walked_and_a_waiting_page_follows_by_itself(
    phone: OldPhone, base_url: str, kit: SiteKit
) -> None:
    window = f"{base_url}/p/h1"
    sign_in(phone, window, "hospital/cards")
    bind_card(phone, window)
    phone.open(f"{window}/hospital/departments?mode=standard")
    phone.press("main .hb-cell")
    phone.press("main .hb-cell")
    phone.press("a.hb-time")
    registration_id = phone.press("main form button").split("?")[0].rsplit("/", 1)[1]
    assert phone.headline() == "正在为您锁号"
    kit.scopes["h1"].move(registration_id, State.REGISTERED, "done")
    phone.wait_until("document.querySelector('main h1').innerText.includes('挂号成功')")
    phone.press("main .weui-btn_warn")
    phone.wait_until("document.querySelector('main h1').innerText.includes('已退号')")
    assert phone.complaints == []
