"""What browsers leave behind goes after a day; what may stand for money stays."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from hospital_bridge.store.idempotency import WEB_REQUEST
from hospital_bridge.store.past_visits import forget_past_visits
from tests.steered import FakeClock
from tests.web.scripted_hospital import TOKEN
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, sign_in


def test_past_visits_are_forgotten_and_keys_are_not(browser: FlaskClient, kit: SiteKit, clock: FakeClock) -> None:
    sign_in(browser, "h1")
    post(browser, "/p/h1/hospital/cards/bind", {"token": TOKEN}, from_page="/p/h1/hospital/cards")
    with kit.site.store.begin("h1") as work:
        assert forget_past_visits(work) == 0
    assert get(browser, "/p/h1/hospital/").status_code == 200
    clock.advance(timedelta(days=2))
    with kit.site.store.begin("h1") as work:
        assert forget_past_visits(work) >= 4
        assert len(work.table(WEB_REQUEST).all()) == 1
    assert get(browser, "/p/h1/hospital/").status_code == 303
