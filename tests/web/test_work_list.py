"""The work lists: a job that gave up is run again, or dismissed where it is about a message; critical values first."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.admin_reads import Dismissal
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

WORK = "/staff/h1/work"
DISMISS = "/staff/h1/jobs/read-h1/dismiss"


@pytest.fixture
def staff_id(browser: FlaskClient, kit: SiteKit) -> str:
    staff_id = kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    get(browser, "/staff/h1/?lang=en")
    return staff_id


def test_a_message_is_dismissed_for_one_of_the_reasons(browser: FlaskClient, kit: SiteKit, staff_id: str) -> None:
    page = get(browser, WORK).text
    assert "The hospital has sent it again, corrected" in page
    assert DISMISS in page
    assert post(browser, DISMISS, {"reason": "sent_again"}, from_page=WORK).headers["Location"] == WORK
    assert kit.admin.dismissed == [("h1", "read-h1", Dismissal.SENT_AGAIN, staff_id)]


@pytest.mark.usefixtures("staff_id")
def test_nothing_is_dismissed_without_a_reason_that_we_know(browser: FlaskClient, kit: SiteKit) -> None:
    for reason in ("", "Zhang San's report"):
        assert post(browser, DISMISS, {"reason": reason}, from_page=WORK).status_code == 422
    assert post(browser, DISMISS.replace("h1/d", "h2/d"), {"reason": "test"}, from_page=WORK).status_code == 404
    assert kit.admin.dismissed == []


@pytest.mark.usefixtures("staff_id")
def test_a_job_about_money_is_not_offered_for_dismissal(browser: FlaskClient) -> None:
    page = get(browser, WORK).text
    assert "/staff/h1/jobs/job-h1/replay" in page
    assert "/staff/h1/jobs/job-h1/dismiss" not in page


def test_the_record_office_is_told_of_critical_values_before_anything_else(browser: FlaskClient, kit: SiteKit) -> None:
    kit.add_staff("h1", "li", RoleGrant("records"))
    staff_sign_in(browser, "h1", "li")
    page = get(browser, "/staff/h1/hospital/parked?lang=en").text
    warning = "report holds a critical value and stands first: telephone the laboratory"
    assert 0 < page.find(warning) < page.find("<table>")
