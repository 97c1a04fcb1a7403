"""Boards and kiosks: enrolled by a one-use code, known by their cookie, taken out of use at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.store.devices import DeviceKind, Devices
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.typed_codes import CODE_LIVES
from hospital_bridge.web.limits import DEVICE_CODES
from tests.steered import FakeClock
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

ENTRY = "/device/h1/"
BOARD = "/device/h1/board"


def enrol_device(
    browser: FlaskClient, kit: SiteKit, operator: str, place: tuple[str, ...] = (), kind: DeviceKind = DeviceKind.BOARD
) -> str:
    """A device that is added and enrolled; its id."""
    with kit.site.store.begin(operator) as work:
        device_id, code = Devices(work).add(kind, "Hall 1", place)
    assert type_code(browser, code, operator) == 303
    return device_id


def type_code(browser: FlaskClient, code: str, operator: str = "h1") -> int:
    entry = f"/device/{operator}/"
    return post(browser, entry, {"code": code}, from_page=entry).status_code


def added(browser: FlaskClient, kit: SiteKit) -> str:
    """The code that the administrator reads from the page."""
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    page = post(browser, "/staff/h1/devices", {"kind": "board", "name": "Hall 1"}, from_page="/staff/h1/devices")
    code = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}", page.text)
    assert code is not None
    return code[0]


def test_a_device_is_added_enrolled_and_taken_out_of_use(app: Flask, browser: FlaskClient, kit: SiteKit) -> None:
    code, screen = added(browser, kit), app.test_client()
    assert "code" in get(screen, ENTRY).text
    assert type_code(screen, f" {code.lower()} ") == 303
    assert "Hall 1" in get(screen, BOARD).text
    with kit.site.store.read("h1") as work:
        (device,) = Devices(work).standing()
    revoke = f"/staff/h1/devices/{device.device_id}/revoke"
    assert post(browser, revoke, {}, from_page="/staff/h1/devices").status_code == 303
    assert get(screen, BOARD).headers["Location"].startswith(ENTRY)
    assert post(browser, revoke, {}, from_page="/staff/h1/devices").status_code == 404


def test_a_code_enrols_one_device_only(app: Flask, browser: FlaskClient, kit: SiteKit) -> None:
    code = added(browser, kit)
    assert [type_code(app.test_client(), code) for _ in range(2)] == [303, 422]


def test_a_code_ends_after_a_quarter_of_an_hour(
    app: Flask, browser: FlaskClient, kit: SiteKit, clock: FakeClock
) -> None:
    code = added(browser, kit)
    clock.advance(CODE_LIVES)
    assert type_code(app.test_client(), code) == 422


def test_codes_are_not_guessed(browser: FlaskClient) -> None:
    tried = [type_code(browser, f"AAAA{number:04d}") for number in range(DEVICE_CODES.count + 1)]
    assert tried == [422] * DEVICE_CODES.count + [429]


def test_a_screen_that_stood_dark_over_a_holiday_is_still_itself(
    browser: FlaskClient, kit: SiteKit, clock: FakeClock
) -> None:
    enrol_device(browser, kit, "h1")
    clock.advance(timedelta(days=12))
    assert "Hall 1" in get(browser, BOARD).text


def test_the_cookie_of_a_screen_outlives_a_power_cut(browser: FlaskClient, kit: SiteKit) -> None:
    enrol_device(browser, kit, "h1")
    cookie = browser.get_cookie("hb_device", path=ENTRY, domain="bridge.example")
    assert cookie is not None
    assert (cookie.max_age, cookie.http_only, cookie.secure) == (400 * 86_400, True, True)


@pytest.mark.parametrize("form", [{"kind": "board", "name": " "}, {"kind": "door", "name": "Hall 1"}])
def test_a_device_without_name_or_kind_is_asked_for_again(
    browser: FlaskClient, kit: SiteKit, form: dict[str, str]
) -> None:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    page = post(browser, "/staff/h1/devices", form, from_page="/staff/h1/devices")
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)
