"""A cancellation that was not begun shows the registration's page again, with why and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from hospital_bridge.verticals.hospital.registration import State
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, hidden_of, post, sign_in

STANDS = {
    "en": ("An e-invoice was issued for this fee.", "registration and payment window", "or here until"),
    "zh-CN": ("已开具电子票据", "到医院挂号收费窗口办理", "前回到本页退号"),
}
UNTOLD = {
    "en": ("could not be asked", "Please try again in a moment", "registration and payment window"),
    "zh-CN": ("暂时查不到", "请稍等片刻再试", "到医院挂号收费窗口退号"),
}
AWAY = {"en": ("being looked after until", "10:30"), "zh-CN": ("医院系统正在维护", "10:30")}
HALF_PAST_TEN = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
NOTHING_CHANGED = {"en": "Not cancelled: your registration stands", "zh-CN": "没有退号：您的挂号仍然有效"}


@pytest.fixture
def page(browser: FlaskClient, kit: SiteKit) -> str:
    """The address of a registration that is paid and confirmed."""
    sign_in(browser, "h1")
    with kit.site.store.read("h1") as work:
        owner = work.connection.exec_driver_sql("SELECT wallet_user_id FROM wallet_user").scalar_one()
    return f"/p/h1/hospital/registrations/{kit.scopes['h1'].register(State.REGISTERED, 'done', owner=owner)}"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("why", "away_until", "words"),
    [("invoice_stands", None, STANDS), ("invoice_untold", None, UNTOLD), ("invoice_untold", HALF_PAST_TEN, AWAY)],
)
def test_the_page_says_why_it_was_not_cancelled_and_where_to_go(
    browser: FlaskClient,
    kit: SiteKit,
    page: str,
    why: str,
    away_until: datetime | None,
    words: dict[str, tuple[str, ...]],
    language: str,
) -> None:
    scope = kit.scopes["h1"]
    scope.not_cancelled, scope.away_until = why, away_until
    answer = post(browser, f"{page}/cancel?lang={language}", {}, from_page=page)
    assert answer.status_code == 409
    for said in (NOTHING_CHANGED[language], *words[language]):
        assert said in answer.text
    assert f"{page}/cancel" in answer.text, "once the invoice is taken back it can be cancelled from here"


def test_once_nothing_is_in_the_way_the_same_form_cancels(browser: FlaskClient, kit: SiteKit, page: str) -> None:
    scope = kit.scopes["h1"]
    scope.not_cancelled = "invoice_stands"
    refused = post(browser, f"{page}/cancel", {}, from_page=page)
    scope.not_cancelled = ""
    again = post(browser, f"{page}/cancel", hidden_of(refused))
    assert (again.status_code, NOTHING_CHANGED["en"] in get(browser, f"{page}?lang=en").text) == (303, False)
