"""What the page of a bill says of the payments that came to nothing before it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills.bill import State
from tests.web.scripted_bills import bill, payment
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

NOT_OPENED = {
    "en": ["The wallet could not open the payment, and nothing was charged.", "try again, or pay at the window"],
    "zh-CN": ["钱包未能打开支付，没有扣款。", "可以再试一次，或到收费窗口缴费；医院电话见本页。"],
}
EARLIER = {"en": "An earlier payment of ¥61.68 for this bill:", "zh-CN": "这张缴费单之前的一笔支付 ¥61.68："}
ON_ITS_WAY = {"en": "¥61.68 is on its way back", "zh-CN": "¥61.68 的款项正在原路退回"}
REFUSED = {"en": "¥61.68 could not go back through the wallet", "zh-CN": "¥61.68 未能通过钱包退回"}
WAIT = {"en": "Please wait before you pay", "zh-CN": "请先不要支付"}


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


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_earlier_payment_that_is_on_its_way_back_is_spoken_of_beside_the_one_to_make(
    browser: FlaskClient, kit: SiteKit, language: str
) -> None:
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound = True
    scope.earlier = [replace(payment(bill(9, State.ISSUED), "refunding", ""), refunding_fen=Fen(6_168))]
    page = get(browser, f"/p/h1/hospital/bills/{scope.charge(State.ORDERED, 'awaiting')}?lang={language}").text
    assert [words for words in (EARLIER[language], ON_ITS_WAY[language], "/pay?order=") if words not in page] == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("state", "situation"), [(State.ORDERED, "awaiting"), (State.ISSUED, "closed")])
def test_nobody_is_asked_to_pay_again_while_a_person_sees_to_an_earlier_payment(
    browser: FlaskClient, kit: SiteKit, language: str, state: State, situation: str
) -> None:
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound = True
    scope.earlier = [replace(payment(bill(9, State.ISSUED), "checking", ""), owed_fen=Fen(6_168))]
    address = f"/p/h1/hospital/bills/{scope.charge(state, situation)}"
    page = get(browser, f"{address}?lang={language}").text
    assert [words for words in (EARLIER[language], REFUSED[language], WAIT[language]) if words not in page] == []
    assert [link for link in ("/pay?order=", f"{address}/pay") if link in page] == []
