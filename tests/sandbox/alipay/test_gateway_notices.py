from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import OutcomeUnknown
from adapters.http import Request, Response
from adapters.values import Fen, RefundOrder
from hospital_bridge.sandbox.alipay.faults import NOTICE, Effect, Fault
from hospital_bridge.sandbox.alipay.notices import Outbox
from tests.sandbox.alipay.running import NOTIFY_URL, RunningSandbox
from tests.steered import CountedIds, FakeClock


class Merchant:
    """The merchant's callback: keeps what came and answers what it is told to."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._started = clock.now()
        self.answer: bytes | None = b"fail"
        self.received: list[tuple[timedelta, Request]] = []

    def send(self, request: Request) -> Response:
        self.received.append((self._clock.now() - self._started, request))
        if self.answer is None:
            raise OutcomeUnknown("cut off")
        return Response(200, {}, self.answer)


@pytest.fixture
def merchant(sandbox: RunningSandbox, clock: FakeClock) -> Merchant:
    merchant = Merchant(clock)
    world = sandbox.world
    world.outbox = Outbox(clock, CountedIds(clock), merchant, world.faults)
    return merchant


@pytest.fixture
def paid(merchant: Merchant, sandbox: RunningSandbox, wallet: AlipayWallet) -> Merchant:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    return merchant


def pass_hours(sandbox: RunningSandbox, clock: FakeClock, hours: int) -> None:
    for _ in range(hours * 60):
        sandbox.world.deliver_due()
        clock.advance(timedelta(minutes=1))


@pytest.mark.parametrize("answer", [b"fail", b"SUCCESS", b"success\n", b"<html>success</html>", None])
def test_a_notice_is_resent_by_the_published_schedule(
    paid: Merchant, sandbox: RunningSandbox, clock: FakeClock, wallet: AlipayWallet, answer: bytes | None
) -> None:
    paid.answer = answer
    pass_hours(sandbox, clock, 48)
    minutes = [round(since.total_seconds() / 60) for since, _ in paid.received]
    assert minutes == [0, 4, 14, 24, 84, 204, 564, 1464]
    read = [wallet.read_notice(request.body, {}) for _, request in paid.received]
    assert len({notice.notice_id for notice in read}) == 1
    assert {request.url for _, request in paid.received} == {NOTIFY_URL}


def test_success_ends_the_resends(paid: Merchant, sandbox: RunningSandbox, clock: FakeClock) -> None:
    sandbox.world.deliver_due()
    paid.answer = b"success"
    pass_hours(sandbox, clock, 48)
    assert len(paid.received) == 2


def test_refund_news_goes_to_the_payments_address(
    paid: Merchant, sandbox: RunningSandbox, wallet: AlipayWallet
) -> None:
    wallet.refund(RefundOrder("N1", "R1", Fen(100), "退号"))
    paid.answer = b"success"
    sandbox.world.deliver_due()
    assert [wallet.read_notice(request.body, {}).refund_no for _, request in paid.received] == ["", "R1"]


def test_expiry_is_told(merchant: Merchant, sandbox: RunningSandbox, wallet: AlipayWallet, clock: FakeClock) -> None:
    wallet.create(sandbox.order("N1"))
    clock.advance(timedelta(minutes=16))
    sandbox.world.deliver_due()
    (told,) = (wallet.read_notice(request.body, {}) for _, request in merchant.received)
    assert (told.trade.status, told.trade.paid_at) == ("closed", None)


@pytest.mark.parametrize(("effect", "sent"), [(Effect.LOSE_NOTICE, 0), (Effect.DUPLICATE, 2)])
def test_notices_get_lost_and_doubled(paid: Merchant, sandbox: RunningSandbox, effect: Effect, sent: int) -> None:
    sandbox.world.faults.add(Fault(NOTICE, effect))
    sandbox.world.deliver_due()
    assert len(paid.received) == sent


def test_notices_overtake_each_other(paid: Merchant, sandbox: RunningSandbox, wallet: AlipayWallet) -> None:
    wallet.refund(RefundOrder("N1", "R1", Fen(100), "退号"))
    sandbox.world.faults.add(Fault(NOTICE, Effect.REORDER))
    sandbox.world.deliver_due()
    assert [wallet.read_notice(request.body, {}).refund_no for _, request in paid.received] == ["R1", ""]
