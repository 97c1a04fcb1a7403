"""A published client, unmodified and in its own environment, is served by the gateway.

Both Alipay packages of the index install a module `alipay`, and this one needs other libraries than ours:
so it lives in `.venv-alipay-sdk`, which the first run makes.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.alipay.faults import Effect
from tests.sandbox.alipay.running import NOTIFY_URL, RunningSandbox, running_sandbox

ENVIRONMENT = Path(__file__).parents[3] / ".venv-alipay-sdk"
ENVIRONMENT_PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGE = "python-alipay-sdk==3.4.0"
CUSTOMER = Path(__file__).with_name("sdk_customer.py")


@pytest.fixture(scope="session")
def sdk_python() -> Path:
    made = ENVIRONMENT / f"{PACKAGE}.installed"
    with alone_in(Path(__file__).parent):
        if not made.exists():
            make_environment()
            made.touch()
    return ENVIRONMENT_PYTHON


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Several test processes may want the environment at once; one makes it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_environment() -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    (ENVIRONMENT / ".gitignore").write_text("*\n")
    subprocess.run([str(ENVIRONMENT_PYTHON), "-m", "pip", "install", "--quiet", PACKAGE], check=True)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SystemClock()) as running:
        # The SDK stamps the machine's local time, which is not Alipay's on most servers.
        running.world.timestamp_tolerance *= 6 * 24
        yield running


@pytest.fixture(params=["key", "certificate"])
def merchant(sandbox: RunningSandbox, request: pytest.FixtureRequest) -> dict[str, Any]:
    credentials = sandbox.world.new_app(with_certificates=request.param == "certificate")
    return {
        **asdict(credentials),
        "gateway": f"{sandbox.base_url}/gateway.do",
        "control": f"{sandbox.base_url}/control",
        "notify_url": NOTIFY_URL,
        "buyer_id": sandbox.payer().user_id,
    }


def run(python: Path, given: dict[str, Any]) -> Any:
    # -P: this folder must not shadow what the SDK imports.
    finished = subprocess.run(
        [str(python), "-P", str(CUSTOMER)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.mark.timeout(300)
def test_it_creates_queries_refunds_and_closes(
    sdk_python: Path, sandbox: RunningSandbox, merchant: dict[str, Any]
) -> None:
    answers = run(sdk_python, merchant)

    assert answers["create"]["trade_no"] == answers["paid"]["trade_no"]
    assert answers["precreate"]["qr_code"].startswith("https://qr.alipay.com/")
    assert answers["waiting"]["trade_status"] == "WAIT_BUYER_PAY"
    assert (answers["paid"]["trade_status"], answers["paid"]["total_amount"]) == ("TRADE_SUCCESS", "12.50")
    assert (answers["refund"]["fund_change"], answers["refund"]["refund_fee"]) == ("Y", "2.50")
    assert answers["refund_query"]["refund_status"] == "REFUND_SUCCESS"
    assert answers["unknown_refund"] == {"code": "10000", "msg": "Success"}
    assert answers["unknown"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert answers["close"]["out_trade_no"] == "S3"
    statuses = {trade.out_trade_no: trade.status.value for trade in sandbox.world.trades}
    assert statuses == {"S1": "TRADE_SUCCESS", "S2": "WAIT_BUYER_PAY", "S3": "TRADE_CLOSED"}


@pytest.mark.timeout(300)
def test_it_verifies_the_gateways_notices_and_no_others(
    sdk_python: Path, sandbox: RunningSandbox, merchant: dict[str, Any]
) -> None:
    run(sdk_python, merchant)
    outbox = sandbox.world.outbox
    true = [outbox.body(notice).decode() for notice in outbox.notices]
    false = [outbox.body(outbox.notices[0], each).decode() for each in (Effect.FORGE, Effect.FLIP_CONTENT)]

    assert run(sdk_python, {**merchant, "notices": true}) == [True, True, True]
    assert run(sdk_python, {**merchant, "notices": false}) == [False, False]
