from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.alipay.wallet import AlipayWallet
from tests.sandbox.alipay.running import RunningSandbox, running_sandbox
from tests.steered import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Iterator[RunningSandbox]:
    with running_sandbox(clock) as running:
        yield running


@pytest.fixture
def wallet(sandbox: RunningSandbox) -> AlipayWallet:
    return sandbox.wallet(sandbox.world.new_app())
