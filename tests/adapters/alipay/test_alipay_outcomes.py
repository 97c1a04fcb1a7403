"""Each fault of the wire or of the wallet -> the right one of the five outcomes, and never a wrong belief."""

from __future__ import annotations

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused, Untrusted
from adapters.http import Timeouts
from adapters.values import Fen, RefundOrder, RefundStatus, TradeStatus
from hospital_bridge.sandbox.alipay.faults import BILL, Effect, Fault
from tests.sandbox.alipay.running import HeldClock, RunningSandbox, running_sandbox

CREATE = "alipay.trade.create"
QUERY = "alipay.trade.query"
REFUND = "alipay.trade.refund"

CHANGED, UNCHANGED = TradeStatus.AWAITING, TradeStatus.ABSENT


@pytest.mark.parametrize(
    ("effect", "outcome", "afterwards"),
    [
        (Effect.LOSE_REQUEST, OutcomeUnknown, UNCHANGED),
        (Effect.LOSE_REPLY, OutcomeUnknown, CHANGED),
        (Effect.TEAR_REPLY, OutcomeUnknown, CHANGED),
        (Effect.UNKNOWN_BEFORE, OutcomeUnknown, UNCHANGED),
        (Effect.UNKNOWN_AFTER, OutcomeUnknown, CHANGED),
        (Effect.SYSTEM_ERROR_BEFORE, OutcomeUnknown, UNCHANGED),
        (Effect.SYSTEM_ERROR_AFTER, OutcomeUnknown, CHANGED),
        (Effect.BAD_GATEWAY_BEFORE, OutcomeUnknown, UNCHANGED),
        (Effect.BAD_GATEWAY_AFTER, OutcomeUnknown, CHANGED),
        (Effect.CALL_LIMITED, NotDone, UNCHANGED),
        (Effect.FLIP_SIGN, Untrusted, CHANGED),
        (Effect.FLIP_CONTENT, Untrusted, CHANGED),
        (Effect.UNSIGNED, Untrusted, CHANGED),
        (Effect.NOT_JSON, Malformed, CHANGED),
    ],
)
def test_creating_an_order(
    wallet: AlipayWallet,
    sandbox: RunningSandbox,
    effect: Effect,
    outcome: type[OutsideError],
    afterwards: TradeStatus,
) -> None:
    sandbox.world.faults.add(Fault(CREATE, effect))
    with pytest.raises(outcome) as caught:
        wallet.create(sandbox.order("N1"))
    assert type(caught.value) is outcome
    assert wallet.query("N1").status is afterwards

    handle = wallet.create(sandbox.order("N1"))
    assert wallet.query("N1").provider_trade_no == handle.provider_trade_no
    assert len(list(sandbox.world.trades)) == 1


@pytest.mark.parametrize(
    "effect", [Effect.LOSE_REQUEST, Effect.UNKNOWN_AFTER, Effect.SYSTEM_ERROR_BEFORE, Effect.BAD_GATEWAY_AFTER]
)
def test_a_query_that_fails_has_changed_nothing(wallet: AlipayWallet, sandbox: RunningSandbox, effect: Effect) -> None:
    sandbox.world.faults.add(Fault(QUERY, effect))
    with pytest.raises(NotDone):
        wallet.query("N1")


@pytest.mark.parametrize("effect", [Effect.LOSE_REPLY, Effect.UNKNOWN_AFTER, Effect.REFUND_PENDING])
def test_a_refund_is_done_only_when_a_query_says_so(
    wallet: AlipayWallet, sandbox: RunningSandbox, effect: Effect
) -> None:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    sandbox.world.faults.add(Fault(REFUND, effect))
    order = RefundOrder("N1", "R1", Fen(100), "退号")
    if effect is Effect.REFUND_PENDING:
        assert wallet.refund(order).status is RefundStatus.PROCESSING
    else:
        with pytest.raises(OutcomeUnknown):
            wallet.refund(order)
    assert wallet.query_refund("N1", "R1").status is RefundStatus.DONE
    assert [trade.refunded_fen for trade in sandbox.world.trades] == [100]


def test_an_answer_after_the_timeout_leaves_the_outcome_unknown() -> None:
    clock = HeldClock()
    with running_sandbox(clock) as sandbox:
        wallet = sandbox.wallet(sandbox.world.new_app(), timeouts=Timeouts(read=0.2))
        sandbox.world.faults.add(Fault(CREATE, Effect.DELAY_REPLY, seconds=60))
        with pytest.raises(OutcomeUnknown):
            wallet.create(sandbox.order("N1"))
        clock.released.set()
        assert wallet.query("N1").status is TradeStatus.AWAITING


def test_a_gateway_that_is_not_there_was_never_asked(sandbox: RunningSandbox) -> None:
    wallet = sandbox.wallet(sandbox.world.new_app(), gateway_url="http://127.0.0.1:9/gateway.do")
    with pytest.raises(NotDone):
        wallet.create(sandbox.order("N1"))


def test_another_apps_certificate_is_not_trusted(sandbox: RunningSandbox) -> None:
    wallet = sandbox.wallet(sandbox.world.new_app(with_certificates=True))
    sandbox.world.faults.add(Fault(QUERY, Effect.OTHER_CERTIFICATE))
    with pytest.raises(Untrusted):
        wallet.query("N1")


def test_the_wrong_private_key_is_refused_as_credentials(sandbox: RunningSandbox) -> None:
    other = sandbox.world.new_app()
    wallet = sandbox.wallet(sandbox.world.new_app(), private_key=other.private_key)
    with pytest.raises(Refused) as caught:
        wallet.create(sandbox.order("N1"))
    assert (caught.value.reason, caught.value.native_code) == (Reason.CREDENTIALS, "isv.invalid-signature")


def test_an_app_which_the_gateway_does_not_know_gets_an_unsigned_answer(sandbox: RunningSandbox) -> None:
    wallet = sandbox.wallet(sandbox.world.new_app(), app_id="2021999999999999")
    with pytest.raises(Untrusted) as caught:
        wallet.query("N1")
    assert caught.value.native_code == "isv.invalid-app-id"


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [
        (Effect.TRUNCATE, Malformed),
        (Effect.EMPTY, Malformed),
        (Effect.FLIP_CONTENT, Malformed),
        (Effect.WRONG_DAY, Malformed),
        (Effect.LOSE_REPLY, NotDone),
    ],
)
def test_a_damaged_bill_is_never_half_a_bill(
    wallet: AlipayWallet, sandbox: RunningSandbox, effect: Effect, outcome: type[OutsideError]
) -> None:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    sandbox.world.close_day(sandbox.world.today())
    sandbox.world.faults.add(Fault(BILL, effect))
    with pytest.raises(outcome):
        list(wallet.download_bill(sandbox.world.today()))
    assert len(list(wallet.download_bill(sandbox.world.today()))) == 1


@pytest.mark.parametrize("named", ["bill.example", "127.0.0.1", "user@127.0.0.1"])
def test_a_bill_from_an_unnamed_host_is_not_fetched(sandbox: RunningSandbox, named: str) -> None:
    wallet = sandbox.wallet(sandbox.world.new_app(), bill_hosts=[named])
    sandbox.world.close_day(sandbox.world.today())
    with pytest.raises(Untrusted):
        wallet.download_bill(sandbox.world.today())
