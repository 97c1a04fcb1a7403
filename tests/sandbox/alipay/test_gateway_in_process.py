from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import NotDone, OutcomeUnknown
from adapters.http import Request
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.alipay.gateway import create_gateway
from hospital_bridge.sandbox.alipay.in_process import InProcessTransport
from hospital_bridge.sandbox.alipay.refusals import Refusal
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from tests.sandbox.alipay.running import RunningSandbox
from tests.steered import FakeClock

ADDRESS = "http://gateway.test/gateway.do"


def test_an_app_answers_without_a_socket(clock: FakeClock) -> None:
    transport = InProcessTransport({"gateway.test": create_gateway(AlipayWorld(clock))})
    answer = transport.send(Request("POST", ADDRESS, {}, b"method=alipay.trade.query"))
    assert (answer.status, b"isv.missing-app-id" in answer.body) == (200, True)
    with pytest.raises(NotDone):
        transport.send(Request("POST", "http://elsewhere.test/"))


@pytest.mark.parametrize("effect", [Effect.LOSE_REQUEST, Effect.LOSE_REPLY, Effect.TEAR_REPLY])
def test_a_cut_connection_is_an_unknown_outcome_there_too(clock: FakeClock, effect: Effect) -> None:
    world = AlipayWorld(clock)
    world.faults.add(Fault("alipay.trade.query", effect))
    transport = InProcessTransport({"gateway.test": create_gateway(world)})
    with pytest.raises(OutcomeUnknown):
        transport.send(Request("GET", f"{ADDRESS}?method=alipay.trade.query"))


def test_many_phones_open_one_order_and_one_trade_comes_of_it(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    with ThreadPoolExecutor(8) as phones:
        handles = set(phones.map(lambda _: wallet.create(sandbox.order("N1")), range(16)))
    assert len(handles) == 1
    assert len(list(sandbox.world.trades)) == 1


def test_many_buttons_pay_one_trade_once(sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    trade_no = wallet.create(sandbox.order("N1")).provider_trade_no

    def press(_: int) -> bool:
        try:
            sandbox.world.pay(trade_no)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as buttons:
        assert sum(buttons.map(press, range(16))) == 1
    assert len(sandbox.world.outbox.notices) == 1
