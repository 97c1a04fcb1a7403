"""Alipay writes the link to a bill as `http://` beside a gateway that is reached over https."""

from __future__ import annotations

import pytest

from adapters.errors import Untrusted
from adapters.http import Request, Response
from hospital_bridge.sandbox.alipay.gateway import create_gateway
from hospital_bridge.sandbox.alipay.in_process import InProcessTransport
from tests.adapters.alipay.answers import SignedAnswers, wallet_over
from tests.sandbox.alipay.running import RunningSandbox

HOST = "alipay.test"
METHOD = "alipay_data_dataservice_bill_downloadurl_query_response"


class Watched(InProcessTransport):
    """The sandbox as it answers without a socket, and every address that was called there."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        super().__init__({HOST: create_gateway(sandbox.world)})
        self.called: list[str] = []

    def send(self, request: Request) -> Response:
        self.called.append(request.url.partition("?")[0])
        return super().send(request)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_bill_is_fetched_the_way_the_gateway_is_reached(sandbox: RunningSandbox, scheme: str) -> None:
    network = Watched(sandbox)
    wallet = wallet_over(sandbox, network, gateway_url=f"{scheme}://{HOST}/gateway.do", bill_hosts=[HOST])
    sandbox.world.close_day(sandbox.world.today())
    assert list(wallet.download_bill(sandbox.world.today())) == []
    assert network.called[1:] == [f"{scheme}://{HOST}/bill/download"]


@pytest.mark.parametrize(("gateway", "offered"), [("http", "https"), ("https", "ftp")])
def test_a_bill_is_fetched_no_other_way(sandbox: RunningSandbox, gateway: str, offered: str) -> None:
    node = f'{{"code":"10000","bill_download_url":"{offered}://{HOST}/bill"}}'
    gateway_url = f"{gateway}://{HOST}/gateway.do"
    answers = SignedAnswers(METHOD, node)
    with pytest.raises(Untrusted, match="another scheme"):
        wallet_over(sandbox, answers, gateway_url=gateway_url, bill_hosts=[HOST]).download_bill(sandbox.world.today())
    assert len(answers.asked) == 1


def test_an_upgraded_link_still_needs_a_named_host(sandbox: RunningSandbox) -> None:
    answers = SignedAnswers(METHOD, '{"code":"10000","bill_download_url":"http://elsewhere.test/bill"}')
    gateway_url = f"https://{HOST}/gateway.do"
    with pytest.raises(Untrusted, match="bill_hosts"):
        wallet_over(sandbox, answers, gateway_url=gateway_url, bill_hosts=[HOST]).download_bill(sandbox.world.today())
