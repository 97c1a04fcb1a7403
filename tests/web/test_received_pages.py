"""The message log at the pages: no number stands in an address, a look at contents is recorded, acts need a reason."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hospital_bridge.store.inbox import APPLY, Envelope, InboxState
from hospital_bridge.store.inbox_search import applying_key, job_of_message
from hospital_bridge.store.jobs import JOB, JOB_ATTEMPT, JobState, Lane
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store, Work
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

LOG = "/staff/h1/messages"
RAW = b"MSH|^~\\&|LIS|LAB|||20261123||ORU^R01|C1|P|2.5.1\rPID|||MRN1||\xe7\x8e\x8b\xe5\xbc\xa2\r"


def park_message(work: Work, control_id: str = "C1") -> str:
    """A message whose application gave up."""
    envelope = Envelope("h1/lis", control_id=control_id, message_type="ORU^R01", patient="MRN1")
    message_id = work.inbox.keep(envelope, RAW, b"MSH|^~\\&|\rMSA|AA|C1\r", InboxState.RECEIVED, work.now)
    job_id = work.jobs.add(APPLY, message_id, lane=Lane.TX, dedupe_key=applying_key(message_id))
    work.table(JOB).change(JOB.c.job_id == job_id, state=JobState.DEAD.value)
    tried = {"worker": "w", "at": work.now, "outcome": "failed", "error": "Malformed", "text": "OBR is missing"}
    work.table(JOB_ATTEMPT).add(job_id=job_id, fence=1, **tried)
    return message_id


@pytest.fixture
def parked(store: Store) -> str:
    with store.begin("h1") as work:
        return park_message(work)


@pytest.fixture
def admin(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    get(browser, "/staff/h1/?lang=en")
    return browser


def test_a_patients_messages_are_found_and_no_address_holds_the_number(admin: FlaskClient, parked: str) -> None:
    for number, found in (("mrn 1", True), ("MRN2", False)):
        sent = post(admin, f"{LOG}/find", {"patient": number, "type": "ORU"}, from_page=LOG)
        assert sent.status_code == 303
        assert "mrn" not in sent.headers["Location"].lower()
        assert (parked in get(admin, sent.headers["Location"]).text) is found


def test_the_log_goes_on_where_the_page_ends(admin: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hospital_bridge.web.received.ROWS", 1)
    with store.begin("h1") as work:
        park_message(work, "FIRST")
        park_message(work, "SECOND")
    page = get(admin, f"{LOG}?standing=parked&since=2026-11-23T08:00&until=nonsense").text
    assert ("SECOND" in page, "FIRST" in page) == (True, False)
    following = page.split('href="')[-1].split('"')[0].replace("&amp;", "&")
    assert "FIRST" in get(admin, following).text


def test_one_message_says_why_it_is_parked_and_what_was_answered(admin: FlaskClient, parked: str) -> None:
    page = get(admin, f"{LOG}/{parked}").text
    for words in ("parked: applying it gave up", "Malformed: OBR is missing", "MSA|AA|C1", "Apply again"):
        assert words in page
    assert "王弢" not in page
    assert "it opens for staff with the role reader" in page
    assert "Messages that wait for a person" in get(admin, "/staff/h1/").text


def test_the_content_opens_for_a_reader_and_the_look_is_recorded(
    browser: FlaskClient, kit: SiteKit, store: Store, parked: str
) -> None:
    reader = kit.add_staff("h1", "li", RoleGrant("reader"))
    staff_sign_in(browser, "h1", "li")
    assert "王弢" in get(browser, f"{LOG}/{parked}/content").text
    with store.read("h1") as work:
        assert [(act.actor, act.action) for act in work.audit.of(parked)] == [(reader, "message.opened")]


def test_a_parked_message_is_applied_again_once(admin: FlaskClient, store: Store, parked: str) -> None:
    page = f"{LOG}/{parked}"
    assert post(admin, f"{page}/replay", {}, from_page=page).headers["Location"] == page
    with store.read("h1") as work:
        job = job_of_message(work, parked)
        assert job is not None
        assert job.state is JobState.READY
        assert [act.action for act in work.audit.of(parked)] == ["message.replayed"]
    assert "Apply again" not in get(admin, page).text
    assert post(admin, f"{page}/replay", {}, from_page=LOG).status_code == 404


def test_a_message_is_put_away_only_for_a_reason_that_we_know(admin: FlaskClient, store: Store, parked: str) -> None:
    page = f"{LOG}/{parked}"
    for reason in ("", "Zhang San's report"):
        assert post(admin, f"{page}/dismiss", {"reason": reason}, from_page=page).status_code == 422
    assert post(admin, f"{page}/dismiss", {"reason": "test"}, from_page=page).status_code == 303
    shown = get(admin, page).text
    assert "put away by a person</dd>" in shown
    assert "<dd>test</dd>" in shown
    assert "No longer needed" not in shown
    with store.read("h1") as work:
        assert [act.action for act in work.audit.of(parked)] == ["message.dismissed"]


def test_a_quarantined_message_is_put_away_too(admin: FlaskClient, store: Store) -> None:
    with store.begin("h1") as work:
        kept = work.inbox.keep(Envelope("h1/lis"), RAW, b"", InboxState.QUARANTINED, work.now, "used before")
    page = f"{LOG}/{kept}"
    assert "Apply again" not in get(admin, page).text
    assert post(admin, f"{page}/dismiss", {"reason": "not_for_us"}, from_page=page).status_code == 303
    assert kept in get(admin, f"{LOG}?standing=dismissed").text


def test_a_message_is_held_against_the_standard_by_places_and_without_values(
    admin: FlaskClient, store: Store, parked: str
) -> None:
    page = get(admin, f"{LOG}/{parked}/standard").text
    assert "breaks the standard" in page
    assert "ORU_R01_ORDER_OBSERVATION is required before this" in page
    assert "王弢" not in page
    with store.read("h1") as work:
        assert [act.action for act in work.audit.of(parked)] == ["message.checked"]
    form = {"text": RAW.decode()}
    sent = post(admin, f"{LOG}/standard", form, from_page=f"{LOG}/standard")
    assert sent.status_code == 200
    assert "<code>MSH-9.3</code>" in sent.text
    assert "王弢" not in sent.text


def test_a_large_message_is_not_held_where_pages_are_served(admin: FlaskClient) -> None:
    large = {"text": "\n".join([RAW.decode(), *["NTE|1||x"] * 200])}
    page = post(admin, f"{LOG}/standard", large, from_page=f"{LOG}/standard").text
    assert "It is too large for this page" in page
