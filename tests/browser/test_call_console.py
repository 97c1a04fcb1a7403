"""A nurse at the call console, the arrivals and the devices, in a real Chromium at 1366x768."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.staff import RoleGrant
from queueing.ticket import TicketState
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.hospital_day import HERSELF, HospitalDay
from tests.browser.test_patient_pages import watch
from tests.browser.test_staff_pages import sign_in
from tests.web.site_kit import SiteKit

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
SMALL = """[...document.querySelectorAll('main button, main select, main input:not([type=hidden])')]
  .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""
TWO_KEYS = """[' ', 'p'].forEach(key =>
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})))"""
Picture = Callable[[Page, str], None]


@pytest.fixture
def nurse(base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext]) -> Page:
    """A nurse who has just signed in."""
    kit.add_staff("h1", "wang", RoleGrant("nurse"))
    page = new_context(DESK).new_page()
    sign_in(page, base_url)
    return page


@pytest.fixture
def desk(nurse: Page, base_url: str, day: HospitalDay) -> Page:
    """The console of room 1, for which three people wait; nobody has opened it yet."""
    for minutes in (-3, -2, -1):
        day.visit(TicketState.WAITING, minutes=minutes, window=True)
    nurse.goto(f"{base_url}/staff/h1/desks/hospital/{day.desk_of()}")
    return nurse


def state(desk: Page, wanted: str) -> str:
    """The number at the desk once the page shows that state."""
    return desk.locator(f".hb-desk[data-state='{wanted}'] .hb-desk-number").inner_text()


def press(desk: Page, key: str, wanted: str) -> str:
    """Press one key and wait for the page that answers; the number that the desk then shows."""
    with desk.expect_navigation():
        desk.keyboard.press(key)
    return state(desk, wanted)


def test_a_whole_visit_by_the_keyboard(desk: Page) -> None:
    complaints = watch(desk)
    press(desk, "o", "open")
    number = press(desk, "Space", "called")
    assert number == "A001"
    assert press(desk, "r", "called") == number
    assert press(desk, "Space", "serving") == number
    assert press(desk, "Space", "called") == "A002"
    press(desk, "s", "open")
    assert press(desk, "u", "called") == "A002"
    press(desk, "Space", "serving")
    press(desk, "p", "serving")
    assert desk.inner_text("h1 .hb-tag") == "暂停"
    assert press(desk, "d", "paused") == "未叫号", "who is inside is finished although nobody else is called"
    assert complaints == []


def test_what_cannot_be_undone_is_said_at_the_desk_and_the_next_key_works(desk: Page) -> None:
    for key in ("o", "u"):
        with desk.expect_navigation():
            desk.keyboard.press(key)
    assert "没有可以撤销的操作。" in desk.inner_text("main [role=alert]")
    assert barriers(desk) == []
    assert press(desk, "Space", "called") == "A001"
    assert desk.locator("main [role=alert]").count() == 0
    with desk.expect_navigation():
        desk.keyboard.press("u")
    with desk.expect_navigation():
        desk.keyboard.press("u")
    desk.wait_for_selector("main [role=alert]", state="detached", timeout=15_000)


def test_every_button_says_its_key(desk: Page) -> None:
    for key in ("o", "Space", "Space"):
        with desk.expect_navigation():
            desk.keyboard.press(key)
        for button in desk.locator("[data-key]").all():
            key_of_it = button.get_attribute("data-key") or ""
            assert button.locator("kbd").inner_text() == {" ": "空格"}.get(key_of_it, key_of_it.upper())


def test_a_key_that_is_held_down_is_one_press(desk: Page) -> None:
    press(desk, "o", "open")
    with desk.expect_navigation():
        desk.keyboard.down("Space")
    assert state(desk, "called") == "A001"
    for _ in range(5):
        desk.keyboard.down("Space")
    desk.keyboard.up("Space")
    desk.reload()
    assert state(desk, "called") == "A001"


def test_a_second_press_before_the_answer_does_nothing(desk: Page) -> None:
    press(desk, "o", "open")
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with desk.expect_navigation():
        desk.evaluate(TWO_KEYS)
    assert state(desk, "called") == "A001"
    assert [each.rsplit("/", 1)[1] for each in sent] == ["next"]


def test_keys_are_letters_while_somebody_types(desk: Page, base_url: str) -> None:
    press(desk, "o", "open")
    desk.focus("select >> nth=0")
    desk.keyboard.press("s")
    desk.keyboard.press("p")
    desk.reload()
    assert desk.inner_text("h1 .hb-tag") == "开诊"
    assert state(desk, "open")
    desk.goto(f"{base_url}/staff/h1/hospital/arrivals")
    desk.focus("#q")
    desk.keyboard.type("so 1")
    assert desk.input_value("#q") == "so 1"


def test_space_on_a_button_is_that_button(desk: Page) -> None:
    press(desk, "o", "open")
    desk.focus("#press-pause")
    desk.keyboard.press("Space")
    desk.wait_for_selector(".hb-desk[data-state='paused']")


def test_a_choice_that_is_being_made_is_not_wiped_and_what_is_new_comes_afterwards(
    desk: Page, day: HospitalDay
) -> None:
    press(desk, "o", "open")
    desk.clock.install()
    desk.reload()
    desk.focus("select >> nth=2")
    desk.select_option("select >> nth=2", "frail")
    day.visit(TicketState.WAITING, minutes=0, window=True)
    with desk.expect_response(lambda answer: answer.request.method == "GET" and answer.status == 200):
        desk.clock.run_for(4_000)
    assert desk.input_value("select >> nth=2") == "frail"
    desk.evaluate("document.activeElement.blur()")
    desk.clock.run_for(4_000)
    desk.wait_for_selector("main >> text=A004")


def test_the_keyboard_stays_where_it_was_when_the_page_changes(desk: Page, day: HospitalDay) -> None:
    press(desk, "o", "open")
    desk.clock.install()
    desk.reload()
    desk.focus("#press-pause")
    day.visit(TicketState.WAITING, minutes=0, window=True)
    desk.clock.run_for(4_000)
    desk.wait_for_selector("main >> text=A004")
    assert desk.evaluate("document.activeElement.id") == "press-pause"


def test_out_of_turn_with_a_reason_and_aside_for_a_while(desk: Page) -> None:
    press(desk, "o", "open")
    row = desk.locator("tr", has_text="A003")
    row.locator("button >> text=叫号").click()
    assert state(desk, "open"), "nothing is sent without a reason"
    row.locator("select").select_option("emergency")
    row.locator("button >> text=叫号").click()
    assert state(desk, "called") == "A003"
    desk.click("tr:has-text('A001') button >> text=暂缓")
    desk.click("section:has-text('暂缓（本人要求）') tr:has-text('A001') button >> text=恢复排队")
    desk.wait_for_selector("section:has-text('候诊（按叫号顺序）') tr:has-text('A001')")


def test_the_console_looks_right_in_each_state(desk: Page, picture: Picture) -> None:
    found = {}
    for name, key in (("closed", ""), ("open", "o"), ("called", "Space"), ("serving", "Space"), ("paused", "p")):
        if key:
            with desk.expect_navigation():
                desk.keyboard.press(key)
        picture(desk, f"console-{name}")
        found[name] = [*barriers(desk), *desk.evaluate(SMALL)]
        assert desk.evaluate(OVERFLOW) <= 0, name
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_digit_opens_a_room(nurse: Page, base_url: str, day: HospitalDay, picture: Picture) -> None:
    for doctor in range(12):
        day.visit(TicketState.WAITING if doctor % 2 else TicketState.CALLED, doctor=doctor)
    nurse.goto(f"{base_url}/staff/h1/desks")
    picture(nurse, "console-desks")
    assert barriers(nurse) == []
    rooms = nurse.locator("main tbody a").all_inner_texts()
    assert rooms == [f"门诊楼 3 层 {room} 诊室" for room in range(1, 13)]
    nurse.keyboard.press("3")
    nurse.wait_for_url(f"**/{day.desk_of(2)}")


def test_somebody_at_the_nurses_desk_is_checked_in(
    nurse: Page, base_url: str, day: HospitalDay, picture: Picture
) -> None:
    complaints = watch(nurse)
    for doctor, standing in enumerate(
        (TicketState.BOOKED, TicketState.WAITING, TicketState.CALLED, TicketState.PASSED)
    ):
        day.visit(standing, doctor=doctor)
    day.visit(TicketState.BOOKED, doctor=8, person=HERSELF)
    day.visit(TicketState.DONE, doctor=9)
    nurse.click("nav >> text=签到")
    picture(nurse, "nurse-arrivals")
    assert [*barriers(nurse), *nurse.evaluate(SMALL)] == []
    assert nurse.evaluate("document.activeElement.id") == "q", "a scanner types where the focus is"
    nurse.keyboard.type(HERSELF.id_number)
    nurse.keyboard.press("Enter")
    nurse.wait_for_selector(f"tbody tr:only-child:has-text('{HERSELF.name}')")
    nurse.click("main tbody button")
    nurse.wait_for_selector(f"tr[data-state='waiting']:has-text('{HERSELF.name}')")
    assert complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_screen_is_added_and_its_code_read_out(
    base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext], size: object, picture: Picture
) -> None:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    page = new_context(size).new_page()
    sign_in(page, base_url)
    page.goto(f"{base_url}/staff/h1/devices")
    assert [*barriers(page), *page.evaluate(SMALL)] == []
    page.fill("#name", "3 层候诊区大屏")
    page.click("main form button >> text=添加")
    page.wait_for_selector(".hb-code")
    picture(page, "devices")
    assert [*barriers(page), *page.evaluate(SMALL)] == []
    assert page.evaluate(OVERFLOW) <= 0
