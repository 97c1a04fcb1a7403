"""The hall in a real Chromium: a board that is read from six metres and says when it is stale, and a kiosk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.devices import DeviceKind
from queueing.ticket import TicketState
from tests.browser.chromium import barriers
from tests.browser.hospital_day import HERSELF, STRANGERS, HospitalDay
from tests.browser.screens import BOARD, KIOSK, hang_up
from tests.browser.test_patient_pages import watch
from tests.steered import FakeClock
from tests.web.site_kit import SiteKit

READABLE = 83
"""Pixels of 1080 that 30 minutes of arc take up on a board of 55 inches from six metres (reference/ux.md section 6)."""

HEIGHTS = "rows => rows.map(row => row.getBoundingClientRect().height)"
NUMBERS = ".hb-board-rows tbody td:first-child"
LOWEST = "Math.max(...[...document.querySelectorAll('main *')].map(one => one.getBoundingClientRect().bottom))"
STALE = ".hb-board-stale:not([hidden])"
STALE_WORDS = "屏幕连接中断，请到分诊台咨询。"


@pytest.fixture
def board(base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext]) -> Page:
    """A board before every line of h1, whose own clock stands under the test's command."""
    context = new_context(BOARD)
    page = hang_up(context.new_page(), base_url, kit, DeviceKind.BOARD)
    page.clock.install()
    page.goto(f"{base_url}/device/h1/board")
    return page


def look_again(board: Page) -> None:
    """Let the board's clock run until it has asked again, and see the answer."""
    with board.expect_response(lambda answer: "/board" in answer.url):
        board.clock.run_for(3_000)


@pytest.mark.parametrize("calls", [0, 1, 7, 13])
def test_the_board_is_read_from_afar(
    board: Page, day: HospitalDay, calls: int, picture: Callable[[Page, str], None]
) -> None:
    for doctor in range(calls):
        day.visit(TicketState.CALLED if doctor % 3 == 0 else TicketState.SERVING, doctor=doctor)
    board.reload()
    picture(board, f"board-{calls}")
    assert barriers(board) == []
    assert board.evaluate(LOWEST) <= BOARD["height"], "what lies below the screen is read by nobody"
    assert (board.locator(".hb-board-number").count() == 1) == (calls > 0)
    rows = board.locator(".hb-board-rows tbody tr")
    assert rows.count() == min(max(calls - 1, 0), 6)
    assert all(height >= READABLE for height in rows.evaluate_all(HEIGHTS))
    assert all(name not in board.inner_text("body") for name in STRANGERS)


def test_more_calls_than_fit_are_shown_in_turn(board: Page, day: HospitalDay, clock: FakeClock) -> None:
    clock.advance(timedelta(seconds=-(int(clock.now().timestamp()) % 16)))
    for doctor in range(10):
        day.visit(TicketState.SERVING, doctor=doctor)
    look_again(board)
    seen: set[str] = set()
    for page in ("1 / 2", "2 / 2"):
        board.wait_for_selector(f"th >> text={page}")
        seen |= set(board.locator(NUMBERS).all_inner_texts())
        clock.advance(timedelta(seconds=8))
        look_again(board)
    assert len(seen) == 10


def test_a_call_appears_by_itself(board: Page, day: HospitalDay) -> None:
    complaints = watch(board)
    assert board.inner_text("main section") == "请等候叫号"
    day.visit(TicketState.CALLED, doctor=4)
    look_again(board)
    board.wait_for_selector(".hb-board-number")
    assert board.inner_text(".hb-board-where").endswith("→ 门诊楼 3 层 5 诊室")
    assert complaints == []


def test_a_board_without_an_answer_says_so_after_ten_seconds_and_recovers(board: Page, day: HospitalDay) -> None:
    look_again(board)
    board.context.set_offline(offline=True)
    board.clock.run_for(8_000)
    assert board.locator(STALE).count() == 0
    board.clock.run_for(4_000)
    assert board.inner_text(STALE) == STALE_WORDS
    assert barriers(board) == []
    board.context.set_offline(offline=False)
    day.visit(TicketState.CALLED)
    look_again(board)
    board.clock.run_for(2_000)
    board.wait_for_selector(".hb-board-number")
    assert board.locator(STALE).count() == 0


def test_the_board_shows_the_hospitals_time_whatever_the_screens_own_zone(
    base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext]
) -> None:
    page = hang_up(new_context(BOARD, timezone_id="America/New_York").new_page(), base_url, kit, DeviceKind.BOARD)
    page.clock.install(time="2026-11-23T04:15:00Z")
    page.reload()
    page.clock.run_for(2_000)
    assert page.inner_text("[data-clock]") == "12:15"


@pytest.fixture
def kiosk(base_url: str, kit: SiteKit, day: HospitalDay, new_context: Callable[..., BrowserContext]) -> Page:
    """A kiosk before every line of h1; its own clock stands under the test's command."""
    page = hang_up(new_context(KIOSK).new_page(), base_url, kit, DeviceKind.KIOSK)
    page.clock.install()
    page.goto(f"{base_url}/device/h1/hospital/kiosk")
    return page


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_new_kiosk_shows_its_code_and_its_field(
    base_url: str, kit: SiteKit, day: HospitalDay, new_context: Callable[..., BrowserContext], language: str
) -> None:
    page = hang_up(new_context(KIOSK).new_page(), base_url, kit, DeviceKind.KIOSK, language=language)
    assert page.url.endswith("/hospital/kiosk")
    assert barriers(page) == []
    assert page.locator("#code svg").bounding_box()["width"] >= 300  # type: ignore[index]
    assert page.evaluate("document.activeElement.id") == "number", "a card reader types where the focus is"
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_code_is_renewed_and_what_is_typed_stays(kiosk: Page, clock: FakeClock) -> None:
    complaints = watch(kiosk)
    kiosk.keyboard.type("9999991956")
    for where in ("#number", "h1"):
        kiosk.click(where)
        before = kiosk.get_attribute("#code", "data-code")
        clock.advance(timedelta(seconds=31))
        kiosk.clock.run_for(13_000)
        kiosk.wait_for_function("before => document.querySelector('#code').dataset.code !== before", arg=before)
    kiosk.focus("#number")
    kiosk.keyboard.press("End")
    kiosk.keyboard.type("04010027")
    assert kiosk.input_value("#number") == HERSELF.id_number
    assert complaints == []


def test_a_number_that_somebody_left_on_the_screen_goes_after_a_while(kiosk: Page) -> None:
    kiosk.keyboard.type("9999991956")
    kiosk.clock.run_for(25_000)
    kiosk.keyboard.type("04")
    kiosk.clock.run_for(25_000)
    assert kiosk.input_value("#number") == "999999195604", "whoever types slowly is not gone"
    kiosk.click("h1")
    kiosk.clock.run_for(32_000)
    assert kiosk.input_value("#number") == ""
    assert kiosk.evaluate("document.activeElement.id") == "number", "the next card is read into the field"


def test_a_language_is_chosen_for_one_patient(kiosk: Page, day: HospitalDay) -> None:
    day.visit(TicketState.BOOKED, person=HERSELF)
    kiosk.click("text=English")
    assert kiosk.inner_text("h1") == "Check in here"
    assert barriers(kiosk) == []
    kiosk.keyboard.type(HERSELF.id_number)
    kiosk.keyboard.press("Enter")
    kiosk.wait_for_selector("[data-outcome='in_line']")
    assert kiosk.inner_text("h1") == "Your number is A001"
    kiosk.clock.run_for(26_000)
    kiosk.wait_for_selector("text=在此签到")
    kiosk.click("text=English")
    kiosk.clock.run_for(15_000)
    kiosk.wait_for_selector("text=Check in here")
    # The page may be asked for twice in this time, and the second asking breaks off the first.
    kiosk.clock.run_for(20_000)
    kiosk.wait_for_selector("text=在此签到")


def test_checking_in_at_the_kiosk_shows_the_number_and_then_the_next_patients_screen(
    kiosk: Page, day: HospitalDay, picture: Callable[[Page, str], None]
) -> None:
    complaints = watch(kiosk)
    day.visit(TicketState.BOOKED, person=HERSELF)
    kiosk.keyboard.type(HERSELF.id_number)
    kiosk.keyboard.press("Enter")
    kiosk.wait_for_selector("[data-outcome='in_line']")
    picture(kiosk, "kiosk-answer")
    assert barriers(kiosk) == []
    assert HERSELF.name not in kiosk.inner_text("main")
    assert "A001" in kiosk.inner_text("h1")
    kiosk.clock.run_for(26_000)
    kiosk.wait_for_selector("#number")
    assert "A001" not in kiosk.inner_text("main")
    assert complaints == []


def test_a_number_that_nobody_has(kiosk: Page) -> None:
    kiosk.fill("#number", "1")
    kiosk.click("main form button")
    assert kiosk.inner_text("main h1") == "今天没有此号码的就诊安排"
    assert barriers(kiosk) == []
