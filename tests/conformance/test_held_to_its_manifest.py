"""A vertical that reaches for what it does not declare is stopped while it runs, before anything was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.values import Fen
from hospital_bridge.declared import NotDeclared
from hospital_bridge.facade import PortMissing
from hospital_bridge.slot import PaymentRequest
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.payments import PAYMENT
from tests.conformance.conftest import OPERATOR, House

FOREIGN = PaymentRequest("other.thing", "A1", "s1", "w1", Fen(1), datetime(2099, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("reach", "what"),
    [
        (lambda work: work.table(PAYMENT), "the table payment"),
        (lambda work: work.jobs.add("payment.refund", "r", stream="s"), "the topic payment.refund"),
        (lambda work: work.seal.seal("s", "payment", "reason", "r", "v"), "personal data in payment.reason"),
        (lambda work: work.payments.open(FOREIGN), "the sale other.thing"),
        (lambda work: work.seal.seal_own("payment", "pay_url", "r", b"v"), "personal data in payment.pay_url"),
    ],
)
def test_it_reaches_no_further_than_it_declares(house: House, reach: Callable[[Any], object], what: str) -> None:
    with house.scope.begin() as work, pytest.raises(NotDeclared, match=what):
        reach(work)
    with house.store.read(OPERATOR) as core:
        assert core.table(JOB).all() == []


def test_a_port_that_it_does_not_name_is_not_there(house: House) -> None:
    manifest = house.candidate.vertical.manifest
    for port in {"WalletMessages", "WalletIdentity", "HisBilling"} - manifest.ports - manifest.optional_ports:
        with pytest.raises(PortMissing, match=port):
            house.scope.port(port)
