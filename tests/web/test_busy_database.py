"""Somebody else writes for too long: a page says that it is busy, nothing is changed, and the same step works later."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hospital_bridge.store import busy
from tests.fixtures_store import Database
from tests.store.test_busy_database import held
from tests.web.site_kit import SiteKit
from tests.web.test_forms import ANSWERS, BOOK, CONFIRM
from tests.web.visitor import HTTPS, get, hidden_of, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "WAIT_SECONDS", 0.02)


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "系统繁忙"), ("en", "The system is busy")])
def test_a_step_that_cannot_be_written_is_not_taken_and_works_when_it_is_tried_again(
    browser: FlaskClient, kit: SiteKit, database: Database, language: str, words: str
) -> None:
    sign_in(browser, "h1")
    kit.scopes["h1"].bound = True
    form = ANSWERS | hidden_of(get(browser, CONFIRM))
    with held(database):
        refused = browser.post(f"{BOOK}?lang={language}", base_url=HTTPS, data=form)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(busy.RETRY_SECONDS))
    assert "HB-D006" in refused.text
    assert words in refused.text
    assert kit.scopes["h1"].registrations == {}
    with held(database):
        assert get(browser, "/p/h1/hospital/cards").status_code == 200, "whoever only reads is not held up"
    assert browser.post(BOOK, base_url=HTTPS, data=form).status_code == 303
    assert len(kit.scopes["h1"].registrations) == 1
