from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import OutcomeUnknown, Refused
from adapters.values import TradeStatus
from tests.sandbox.alipay.running import RunningSandbox
from tests.steered import FakeClock


def control(sandbox: RunningSandbox, verb: str, path: str, given: object = None) -> tuple[int, Any]:
    answer = urllib3.PoolManager().request(verb, f"{sandbox.base_url}/control/{path}", json=given)
    return answer.status, json.loads(answer.data)


def test_the_consent_page_offers_every_wallet_user(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    page = sandbox.browser.get(wallet.authorise_url(redirect_uri="http://bridge.test/", state='"><b>'))
    assert all(user.name in page for user in sandbox.world.users.values())
    assert "<b>" not in page


@pytest.mark.parametrize("redirect_uri", ["javascript:alert(1)", "", "//bridge.test/"])
def test_consent_leads_to_no_odd_address(wallet: AlipayWallet, redirect_uri: str) -> None:
    address = wallet.authorise_url(redirect_uri=redirect_uri, state="s")
    assert urllib3.PoolManager().request("GET", address).status == 400


def test_a_code_dies_after_three_minutes(sandbox: RunningSandbox, wallet: AlipayWallet, clock: FakeClock) -> None:
    code = sandbox.consent(wallet.authorise_url(redirect_uri="http://bridge.test/", state="s"))["auth_code"]
    clock.advance(timedelta(minutes=3, seconds=1))
    with pytest.raises(Refused):
        wallet.exchange(code)


def test_the_cashier_shows_the_sum_and_leads_back(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    handle = wallet.create(sandbox.order("N1"))
    page = sandbox.browser.get(f"{handle.pay_url}&return_to={quote('http://bridge.test/done', safe='')}")
    assert "¥12.50" in page
    fields = sandbox.browser.hidden(page)
    answer = sandbox.browser.post(f"{sandbox.base_url}/cashier", {**fields, "decision": "pay"})
    assert (answer.status, answer.headers["Location"]) == (303, "http://bridge.test/done")
    assert wallet.query("N1").status is TradeStatus.PAID


def test_cancelling_pays_nothing(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    handle = wallet.create(sandbox.order("N1"))
    fields = sandbox.browser.hidden(sandbox.browser.get(handle.pay_url))
    answer = sandbox.browser.post(f"{sandbox.base_url}/cashier", {**fields, "decision": "cancel"})
    assert "支付未完成" in answer.data.decode()
    assert wallet.query("N1").status is TradeStatus.AWAITING


def test_an_expired_order_cannot_be_paid(sandbox: RunningSandbox, wallet: AlipayWallet, clock: FakeClock) -> None:
    handle = wallet.create(sandbox.order("N1"))
    fields = sandbox.browser.hidden(sandbox.browser.get(handle.pay_url))
    clock.advance(timedelta(minutes=15))
    answer = sandbox.browser.post(f"{sandbox.base_url}/cashier", {**fields, "decision": "pay"})
    assert "交易状态异常" in answer.data.decode()
    assert wallet.query("N1").status is TradeStatus.CLOSED


def test_a_bills_link_lives_half_a_minute(sandbox: RunningSandbox, clock: FakeClock) -> None:
    app = sandbox.world.new_app()
    with sandbox.world.lock:
        token = sandbox.world.bill_links.issue(
            sandbox.world.apps[app.app_id], sandbox.world.today(), sandbox.world.clock.now()
        )
    address = f"{sandbox.base_url}/bill/download?token={token}"
    pool = urllib3.PoolManager()
    assert pool.request("GET", address).status == 200
    clock.advance(timedelta(seconds=31))
    assert pool.request("GET", address).status == 403


def test_everything_can_be_steered_from_another_process(sandbox: RunningSandbox) -> None:
    status, app = control(sandbox, "POST", "apps", {"title": "医院", "with_certificates": True})
    assert (status, app["app_cert"][:27]) == (200, "-----BEGIN CERTIFICATE-----")
    person = {"name": "赵六", "cert_no": "999999200001010018", "mobile": "10000000009"}
    assert control(sandbox, "POST", "users", person)[1]["name"] == "赵六"

    wallet = sandbox.wallet(sandbox.world.new_app())
    fault = {"target": "alipay.trade.create", "effect": "lose_reply"}
    assert control(sandbox, "POST", "faults", fault)[1][0]["effect"] == "lose_reply"
    with pytest.raises(OutcomeUnknown):
        wallet.create(sandbox.order("N1"))
    trade_no = wallet.query("N1").provider_trade_no
    assert control(sandbox, "POST", f"trades/{trade_no}/pay")[1]["status"] == "TRADE_SUCCESS"
    assert control(sandbox, "POST", f"trades/{trade_no}/finish")[1]["status"] == "TRADE_FINISHED"
    assert control(sandbox, "POST", "days", {"date": "2026-11-23"})[1] == {"closed": "2026-11-23"}
    assert control(sandbox, "POST", "notices/deliver")[1] == {"sent": 2}
    assert [trade["out_trade_no"] for trade in control(sandbox, "GET", "trades")[1]] == ["N1"]


def test_planned_faults_can_be_forgotten(sandbox: RunningSandbox) -> None:
    control(sandbox, "POST", "faults", {"target": "*", "effect": "unsigned", "times": None})
    assert control(sandbox, "DELETE", "faults") == (200, [])


@pytest.mark.parametrize(
    ("path", "given"), [("faults", {"target": "*", "effect": "meteor"}), ("faults", {}), ("users", [1])]
)
def test_a_wrong_command_is_explained(sandbox: RunningSandbox, path: str, given: object) -> None:
    status, answer = control(sandbox, "POST", path, given)
    assert status == 400
    assert answer["error"]


def test_paying_twice_is_a_conflict(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    trade_no = wallet.create(sandbox.order("N1")).provider_trade_no
    assert control(sandbox, "POST", f"trades/{trade_no}/pay")[0] == 200
    assert control(sandbox, "POST", f"trades/{trade_no}/pay")[0] == 409
