"""The administrator sees what did not arrive, and has it sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.post import DELIVER
from hospital_bridge.web.deliveries import OUTCOMES, STATES
from notifications.delivery import Delivery, State, begun, given_up
from notifications.message import Outcome
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, staff_sign_in

PAGE = "/staff/h1/deliveries"


@pytest.fixture
def admin(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    staff_sign_in(browser, "h1", "wang")
    return browser


def dead(store: Store, ref: str = "event1", operator_id: str = "h1") -> DeliveryRow:
    with store.begin(operator_id) as work:
        row = work.deliveries.add(NewDelivery(DeliveryKind.WEBHOOK, ref, "emr", "webhook.emr.s1", 5, begun(work.now)))
        work.deliveries.change(row, given_up(row.standing), "HTTP 500")
        return row


def jobs(store: Store) -> list[str]:
    with store.read("h1") as work:
        return [row.ref for row in work.table(JOB).all(JOB.c.topic == DELIVER)]


def test_what_did_not_arrive_is_sent_again_on_request(admin: FlaskClient, store: Store) -> None:
    row = dead(store)
    page = get(admin, PAGE).text
    assert "HTTP 500" in page
    assert "已放弃" in page
    again = f"{PAGE}/{row.delivery_id}/replay"
    assert post(admin, again, {}, from_page=PAGE).headers["Location"] == PAGE
    assert jobs(store) == [row.delivery_id]
    assert "待发送" in get(admin, PAGE).text
    assert post(admin, again, {}, from_page="/staff/h1/devices").status_code == 404, "once is enough"


def test_every_attempt_is_shown_with_its_answer(admin: FlaskClient, store: Store) -> None:
    with store.begin("h1") as work:
        row = work.deliveries.add(NewDelivery(DeliveryKind.WEBHOOK, "e", "emr", "webhook.emr.s1", 5, begun(work.now)))
        for number, outcome in enumerate(Outcome, 1):
            work.deliveries.tried(replace(row, version=number), outcome, f"answer {number}")
    assert f'href="{PAGE}/{row.delivery_id}"' in get(admin, PAGE).text
    page = get(admin, f"{PAGE}/{row.delivery_id}?lang=en").text
    for number, outcome in enumerate(Outcome, 1):
        assert f"{OUTCOMES[outcome]}</td>" in page
        assert f"answer {number}" in page
    assert "Send again" not in page, "it is still being sent"
    assert "Send again" in get(admin, f"{PAGE}/{dead(store).delivery_id}?lang=en").text


def test_a_delivery_that_is_none_is_not_found(admin: FlaskClient) -> None:
    assert get(admin, f"{PAGE}/nothing").status_code == 404


def test_another_operators_deliveries_are_out_of_reach(admin: FlaskClient, store: Store) -> None:
    row = dead(store, "of-h2", "h2")
    assert "of-h2" not in get(admin, PAGE).text
    assert get(admin, f"{PAGE}/{row.delivery_id}").status_code == 404
    assert post(admin, f"{PAGE}/{row.delivery_id}/replay", {}, from_page="/staff/h1/devices").status_code == 404


def test_a_disabled_endpoint_is_enabled_with_what_waits_for_it(admin: FlaskClient, store: Store) -> None:
    row = dead(store)
    with store.begin("h1") as work:
        work.webhooks.disable("emr", "HTTP 410")
    enable = f"{PAGE}/endpoints/emr/enable"
    assert enable in get(admin, PAGE).text
    assert post(admin, enable, {}, from_page=PAGE).status_code == 303
    assert jobs(store) == [row.delivery_id]
    assert enable not in get(admin, PAGE).text


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(admin: FlaskClient, store: Store, state: State) -> None:
    with store.begin("h1") as work:
        due = work.now if state in (State.DUE, State.UNCERTAIN) else None
        standing = Delivery(state, 0, 1, due)
        work.deliveries.add(NewDelivery(DeliveryKind.MESSAGE, "m", "main", "message.m", 5, standing))
    assert STATES[state] in get(admin, f"{PAGE}?lang=en").text
