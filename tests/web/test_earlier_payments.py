"""What the page of a bill says of the payments that came to nothing before it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hospital_bridge.verticals.hospital.bills.bill import State
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

NOT_OPENED = {
    "en": ["The wallet could not open the payment, and nothing was charged.", "try again, or pay at the window"],
    "zh-CN": ["钱包未能打开支付，没有扣款。", "可以再试一次，或到收费窗口缴费；医院电话见本页。"],
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_payment_that_the_wallet_would_not_open_is_spoken_of_beside_the_button(
    browser: FlaskClient, kit: SiteKit, language: str
) -> None:
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound = True
    bill = f"/p/h1/hospital/bills/{scope.charge(State.ISSUED, 'closed', reason='not_opened')}"
    page = get(browser, f"{bill}?lang={language}").text
    assert [words for words in NOT_OPENED[language] if words not in page] == []
    assert f"{bill}/pay" in page
