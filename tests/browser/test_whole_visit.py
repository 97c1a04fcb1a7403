"""One visit before a real bridge, wallet and hospital: patient, nurse, kiosk and board; README shows its pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page

from adapters.hl7.message import Message
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, GLUCOSE
from hospital_bridge.sandbox.hospital.staff import Notice
from hospital_bridge.sandbox.people import LI_QI, SUN_LI, WANG_TAO, ZHAO_MINHUA, ZHENG_GUOQIANG, ZHOU_ZIHAN, Person
from hospital_bridge.sandbox.stage import OPERATOR, STAFF_NAME, Stage
from hospital_bridge.store.devices import DeviceKind
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK
from tests.browser.journey import PatientJourney
from tests.browser.screens import BOARD, KIOSK, SHOWN
from tests.browser.test_patient_pages import watch
from tests.browser.test_whole_stack import agree_as

Pictures = Callable[[Page, str], None]
DOCTOR, ROOM = "D01011", "门诊楼3层A区"
OTHER_ROOMS = ("门诊楼3层B区", "门诊楼1层C区")
VALUES = {"WBC": "6.1", "HGB": "108", "PLT": "188"}
SAYS = "([path, words]) => fetch(path).then(answer => answer.text()).then(text => text.includes(words))"


class Hospital:
    """What the hospital does of its own accord, and tells the bridge."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._staff = stage, stage.town.hospital.staff

    def register(self, person: Person, doctor: str = DOCTOR) -> None:
        """The person comes to the window without an appointment."""
        self._tell(self._staff.register(self._mrn(person), doctor))

    def order(self, person: Person) -> None:
        """The doctor sends the person to the laboratory; a bill comes of it."""
        self._tell(self._staff.order(self._mrn(person), "", DOCTOR, (BLOOD_COUNT, GLUCOSE)))

    def report(self, person: Person) -> None:
        """The laboratory has the values of the blood count."""
        first = self._staff.preliminary(self._mrn(person), "", DOCTOR, BLOOD_COUNT, VALUES)
        self._tell(first)
        self._tell(self._staff.finalise(first.number))

    def _mrn(self, person: Person) -> str:
        return self._stage.town.hospital.patients.find("CN_ID", person.id_number)[0].mrn

    def _tell(self, notice: Notice) -> None:
        with closing(self._stage.listener) as listener:
            assert Message.parse(listener.exchange(notice.raw))["MSA-1"] == "AA"


def until_it_says(page: Page, path: str, words: str) -> None:
    """Open a page of the patient's once the bridge has worked through what was sent to it."""
    page.wait_for_function(SAYS, arg=[f"/p/{OPERATOR}/{path}", words])
    page.goto(f"{page.url.split('/p/')[0]}/p/{OPERATOR}/{path}")


def sign_in(page: Page, stage: Stage, name: str) -> Page:
    page.goto(f"{stage.public_url}/staff/{OPERATOR}/login?lang=zh-CN")
    page.fill("#name", name)
    page.fill("#password", stage.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stage.public_url}/staff/{OPERATOR}/")
    return page


def hang_up(page: Page, admin: Page, stage: Stage, kind: str, name: str) -> Page:
    """Staff adds the screen and reads the code out, whoever mounts it types the code."""
    admin.goto(f"{stage.public_url}/staff/{OPERATOR}/devices")
    admin.fill("#name", name)
    admin.select_option("#kind", kind)
    admin.click("main form button >> text=添加")
    page.goto(f"{stage.public_url}/device/{OPERATOR}/")
    page.fill("#code", admin.inner_text(".hb-code"))
    page.click("main form button")
    page.wait_for_selector(SHOWN[DeviceKind(kind)])
    return page


class Hall:
    """The pages of one visit: the patient's phone, the nurse's console, the board and the kiosk."""

    def __init__(self, stage: Stage, new_context: Callable[..., BrowserContext]) -> None:
        admin = sign_in(new_context(DESK).new_page(), stage, STAFF_NAME)
        self.board = hang_up(new_context(BOARD).new_page(), admin, stage, "board", "门诊大厅")
        self.kiosk = hang_up(new_context(KIOSK).new_page(), admin, stage, "kiosk", "3层自助机")
        self.desk = sign_in(new_context(DESK).new_page(), stage, "nurse")
        self.phone, self.colleague = new_context().new_page(), stage.worker("nurse")
        self.all = (self.board, self.kiosk, self.desk, self.phone)
        self.complaints = [watch(page) for page in self.all]

    def called(self, *keys: str) -> str:
        """The nurse presses one key after the other; the number at the desk afterwards."""
        for key in keys:
            with self.desk.expect_navigation():
                self.desk.keyboard.press(key)
        return self.desk.inner_text(".hb-desk-number")


@pytest.mark.timeout(400)  # one long story, on whatever machine
def test_a_visit_from_the_window_to_the_result(
    stage: Stage, new_context: Callable[..., BrowserContext], picture: Pictures
) -> None:
    hospital, hall = Hospital(stage), Hall(stage, new_context)
    agree = agree_as(ZHAO_MINHUA.user_id)
    patient = PatientJourney(hall.phone, stage.public_url, OPERATOR, "zh-CN", at_wallet=agree).sign_in("hospital/cards")
    hall.phone.click("form[action$='cards/new'] button")
    hall.phone.wait_for_selector(".hb-tag_good")
    mine, my_place = _called_among_others(hospital, hall, picture)
    _sent_to_the_laboratory_and_paid(hospital, hall, patient, picture)
    _back_by_the_code_of_the_kiosk(hall, patient, mine, picture)
    until_it_says(hall.phone, my_place, "本次就诊已完成")
    hospital.report(ZHAO_MINHUA)
    until_it_says(hall.phone, "hospital/results", "血常规")
    hall.phone.click("main a.hb-cell")
    picture(hall.phone, "readme-result")
    assert [fault for page in hall.all for fault in barriers(page)] == []
    assert [words for page in hall.complaints for words in page] == []


def _called_among_others(hospital: Hospital, hall: Hall, picture: Pictures) -> tuple[str, str]:
    """Her number, and the path of her place in the line; two are before her, one of whom does not come."""
    for person in (WANG_TAO, LI_QI, ZHAO_MINHUA, ZHENG_GUOQIANG):
        hospital.register(person)
    hospital.register(SUN_LI, "D01021")
    hospital.register(ZHOU_ZIHAN, "D03011")
    until_it_says(hall.phone, "hospital/today", "候诊中")
    hall.phone.click("main >> text=我的排队")
    my_place = hall.phone.url.split(f"/p/{OPERATOR}/")[1]
    assert hall.phone.get_attribute("[data-ahead]", "data-ahead") == "2"
    hall.desk.click("nav >> text=诊室叫号")
    for room in OTHER_ROOMS:
        hall.colleague.at_desk(room, "open", "next", "came")
    hall.desk.click(f"main >> text={ROOM}")
    hall.desk.wait_for_selector(f"h1:has-text('{ROOM}')")
    first = hall.called("o", "Space", "Space")
    until_it_says(hall.phone, my_place, 'data-ahead="1"')
    picture(hall.phone, "readme-waiting")
    second = hall.called("Space")
    hall.called("s")
    mine = hall.called("Space")
    assert len({first, second, mine}) == 3
    picture(hall.desk, "readme-console")
    hall.board.wait_for_selector(f".hb-board-number >> text={mine}")
    assert f"{ZHAO_MINHUA.name[0]}*{ZHAO_MINHUA.name[-1]}" in hall.board.inner_text("main")
    assert ZHAO_MINHUA.name not in hall.board.inner_text("body")
    picture(hall.board, "readme-board")
    until_it_says(hall.phone, my_place, f"请到{ROOM}就诊")
    picture(hall.phone, "readme-called")
    return mine, my_place


def _sent_to_the_laboratory_and_paid(
    hospital: Hospital, hall: Hall, patient: PatientJourney, picture: Pictures
) -> None:
    hall.called("Space", "e")
    hospital.order(ZHAO_MINHUA)
    until_it_says(hall.phone, "hospital/bills", "血常规")
    hall.phone.click("main a.hb-cell")
    picture(hall.phone, "readme-bill")
    hall.phone.click("main form[action$='/pay'] button")
    hall.phone.click("main .hb-state a.weui-btn_primary")
    hall.phone.click("button[value=pay]")
    patient.wait_for("缴费成功")


def _back_by_the_code_of_the_kiosk(hall: Hall, patient: PatientJourney, mine: str, picture: Pictures) -> None:
    """Her phone opens what its camera reads off the kiosk."""
    hall.phone.goto(hall.kiosk.get_attribute("#code", "data-code") or "")
    picture(hall.kiosk, "readme-kiosk")
    hall.phone.click("main form[action$='/check-in'] button")
    assert patient.headline().startswith("您的号码是")
    assert hall.called("Space") == mine, "who comes back from an examination goes before others"
    assert hall.called("Space", "d") == "未叫号"
