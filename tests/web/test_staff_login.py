"""Staff: login, handover at a shared PC, roles, and what guessing meets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.store.sessions import SessionKind, Sessions
from hospital_bridge.store.staff import RoleGrant, StaffAccounts, StaffMember
from hospital_bridge.web.limits import STAFF_LOGIN_FAILURES, STAFF_LOGINS_FROM_ADDRESS
from tests.steered import FakeClock
from tests.web.site_kit import PASSWORD, SiteKit
from tests.web.visitor import get, post, staff_sign_in

ADMIN = RoleGrant("admin")


def test_staff_sign_in_and_their_act_is_on_record(browser: FlaskClient, kit: SiteKit) -> None:
    staff_id = kit.add_staff("h1", "Wang", ADMIN)
    entered = staff_sign_in(browser, "h1", "wang")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/staff/h1/")
    assert get(browser, "/staff/h1/work").status_code == 200
    with kit.site.store.read("h1") as work:
        assert [act.action for act in work.audit.of(staff_id)] == ["staff.signed_in"]


def test_a_login_leads_back_to_the_page_that_was_asked_for(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    asked = get(browser, "/staff/h1/work")
    assert asked.headers["Location"] == "/staff/h1/login?next=/staff/h1/work"
    form = {"name": "wang", "password": PASSWORD, "next": "/staff/h1/work"}
    assert post(browser, "/staff/h1/login", form, from_page="/staff/h1/login").headers["Location"] == "/staff/h1/work"


@pytest.mark.parametrize(("name", "password"), [("wang", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_read_alike(
    browser: FlaskClient, kit: SiteKit, name: str, password: str
) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    refused = staff_sign_in(browser, "h1", name, password)
    assert (refused.status_code, "HB-A004" in refused.text) == (401, True)
    assert password == "" or password not in refused.text
    with kit.site.store.read("h1") as work:
        assert [event.kind for event in work.security_events.latest()] == ["staff.login_failed"]


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_after_too_many_failures_the_name_rests_whether_it_exists_or_not(
    browser: FlaskClient, kit: SiteKit, clock: FakeClock, name: str
) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    for _ in range(STAFF_LOGIN_FAILURES.count):
        assert staff_sign_in(browser, "h1", name, "guess").status_code == 401
    assert staff_sign_in(browser, "h1", name).status_code == 429
    clock.advance(timedelta(minutes=15))
    assert staff_sign_in(browser, "h1", "wang").status_code == 303


def test_one_address_cannot_try_many_names(browser: FlaskClient, clock: FakeClock) -> None:
    for number in range(STAFF_LOGINS_FROM_ADDRESS.count):
        if number % 30 == 0:
            clock.advance(timedelta(seconds=61))
        assert staff_sign_in(browser, "h1", f"name{number}", "guess").status_code == 401
    clock.advance(timedelta(seconds=61))
    assert staff_sign_in(browser, "h1", "another", "guess").status_code == 429


def test_a_colleague_takes_over_and_the_first_session_is_over(app: Flask, browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    kit.add_staff("h1", "zhao", RoleGrant("auditor"))
    staff_sign_in(browser, "h1", "wang")
    cookie = browser.get_cookie("hb_staff", path="/staff/h1/", domain="bridge.example")
    assert cookie is not None
    form = {"name": "zhao", "password": PASSWORD}
    taken = post(browser, "/staff/h1/handover", form, from_page="/staff/h1/handover")
    assert taken.status_code == 303
    assert get(browser, "/staff/h1/audit").status_code == 200
    assert get(browser, "/staff/h1/work").status_code == 403
    left_open = app.test_client()
    left_open.set_cookie("hb_staff", cookie.value, path="/staff/h1/", domain="bridge.example")
    assert get(left_open, "/staff/h1/work").status_code == 303


def test_a_failed_handover_leaves_the_session(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    staff_sign_in(browser, "h1", "wang")
    form = {"name": "zhao", "password": "wrong password"}
    assert post(browser, "/staff/h1/handover", form, from_page="/staff/h1/handover").status_code == 401
    assert get(browser, "/staff/h1/work").status_code == 200


def test_signing_out(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    staff_sign_in(browser, "h1", "wang")
    assert post(browser, "/staff/h1/logout", {}, from_page="/staff/h1/").status_code == 303
    assert get(browser, "/staff/h1/").status_code == 303


def test_half_an_hour_of_nothing_ends_a_staff_session(browser: FlaskClient, kit: SiteKit, clock: FakeClock) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    staff_sign_in(browser, "h1", "wang")
    clock.advance(timedelta(minutes=31))
    assert get(browser, "/staff/h1/").status_code == 303


def test_who_has_left_is_out_at_once(browser: FlaskClient, kit: SiteKit) -> None:
    staff_id = kit.add_staff("h1", "wang", ADMIN)
    staff_sign_in(browser, "h1", "wang")
    with kit.site.store.begin("h1") as work:
        StaffAccounts(work).leave(staff_id)
        assert Sessions(work).end_all_of(SessionKind.STAFF, staff_id) == 1
    assert get(browser, "/staff/h1/").status_code == 303
    assert staff_sign_in(browser, "h1", "wang").status_code == 401


def test_the_same_name_at_two_operators_is_two_people(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "wang", ADMIN)
    assert staff_sign_in(browser, "h2", "wang").status_code == 401


def test_a_role_may_be_held_for_one_department() -> None:
    nurse = StaffMember("s", "Nurse", frozenset({RoleGrant("nurse", "CARD"), RoleGrant("admin")}))
    assert nurse.has("nurse")
    assert nurse.has("nurse", "CARD")
    assert not nurse.has("nurse", "GAST")
    assert nurse.has("admin", "GAST")
    assert not nurse.has("auditor")


def test_a_password_that_is_too_short_is_not_hashed(kit: SiteKit) -> None:
    with pytest.raises(ValueError, match="12 characters"):
        kit.site.authenticate.hash("short")  # type: ignore[attr-defined]


def test_an_old_hash_is_renewed_at_login(browser: FlaskClient, kit: SiteKit) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with kit.site.store.begin("h1") as work:
        StaffAccounts(work).add("wang", "Wang", old, frozenset({ADMIN}))
    assert staff_sign_in(browser, "h1", "wang").status_code == 303
    with kit.site.store.read("h1") as work:
        kept = StaffAccounts(work).credentials("wang")
    assert kept is not None
    assert kept[1] != old
    assert staff_sign_in(browser, "h1", "wang").status_code == 303


def test_whoever_takes_over_from_a_page_that_answered_a_form_comes_to_a_page(
    browser: FlaskClient, kit: SiteKit
) -> None:
    kit.add_staff("h1", "jin", RoleGrant("finance"))
    staff_sign_in(browser, "h1", "jin")
    page = post(browser, "/staff/h1/reconciliation/again", {"day": "1999-01-01"}, from_page="/staff/h1/reconciliation")
    assert page.status_code == 422
    assert "handover?next=/staff/h1/reconciliation/again" not in page.text
    assert "/staff/h1/handover?next=" in page.text
