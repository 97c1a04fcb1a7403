"""A served sandbox gateway, and merchants' wallets which talk to it over real sockets."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import cycle
from threading import Event
from urllib.parse import parse_qs, urlsplit

import urllib3

from adapters import registry
from adapters.alipay import manifest
from adapters.alipay.wallet import AlipayWallet
from adapters.http import Timeouts, UrllibTransport
from adapters.manifest import AdapterContext
from adapters.values import Fen, TradeHandle, TradeOrder, WalletAccount
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.alipay import certificates
from hospital_bridge.sandbox.alipay.accounts import AppCredentials
from hospital_bridge.sandbox.alipay.gateway import create_gateway
from hospital_bridge.sandbox.alipay.serving import serve_gateway
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from tests.steered import CountedIds, FakeClock

NOTIFY_URL = "http://127.0.0.1:9/callbacks/v1/hospital/alipay"


class HeldClock(FakeClock):
    """Sleeping lasts until the test lets it end."""

    def __init__(self) -> None:
        super().__init__()
        self.released = Event()

    def sleep(self, seconds: float) -> None:
        self.released.wait(timeout=30)


class Browser:
    """A payer's browser: forms only, and no redirect is followed unseen."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager()

    def get(self, address: str) -> str:
        answer = self._pool.request("GET", address, redirect=False)
        assert answer.status == 200, address
        return answer.data.decode()

    def post(self, address: str, fields: dict[str, str]) -> urllib3.BaseHTTPResponse:
        return self._pool.request("POST", address, fields=fields, encode_multipart=False, redirect=False)

    @staticmethod
    def hidden(page: str) -> dict[str, str]:
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        return {name: html.unescape(value) for name, value in found}


class RunningSandbox:
    """One world behind one address."""

    def __init__(self, world: AlipayWorld, clock: Clock, port: int) -> None:
        self.world = world
        self.clock = clock
        self.host = f"127.0.0.1:{port}"
        self.base_url = f"http://{self.host}"
        self.browser = Browser()

    def written(self, credentials: AppCredentials) -> dict[str, object]:
        """The settings that hospital IT would write for these credentials."""
        certificates = ("app_cert", "alipay_cert", "root_cert")
        mode = certificates if credentials.app_cert else ("alipay_public_key",)
        return {
            **{name: getattr(credentials, name) for name in ("app_id", "seller_id", "private_key", *mode)},
            "gateway_url": f"{self.base_url}/gateway.do",
            "authorise_url": f"{self.base_url}/oauth2/publicAppAuthorize.htm",
            "notify_url": NOTIFY_URL,
            "pay_url": f"{self.base_url}/cashier?trade_no={{trade_no}}",
            "bill_hosts": [self.host],
        }

    def wallet(
        self, credentials: AppCredentials, *, timeouts: Timeouts | None = None, **changes: object
    ) -> AlipayWallet:
        """The adapter as bootstrap builds it."""
        loaded = manifest.settings_schema().load({**self.written(credentials), **changes})
        context = AdapterContext(self.clock.now, UrllibTransport(timeouts), CountedIds(FakeClock()).new)
        built = registry.build(registry.manifest("alipay"), loaded, context)
        assert isinstance(built, AlipayWallet)
        return built

    def payer(self) -> WalletAccount:
        user = next(iter(self.world.users.values()))
        return WalletAccount(user.user_id, user.open_id)

    def order(self, number: str, amount_fen: int = 1250) -> TradeOrder:
        return TradeOrder(number, Fen(amount_fen), "挂号费", self.payer(), self.clock.now() + timedelta(minutes=15))

    def consent(self, address: str, *, user: int = 0) -> dict[str, str]:
        """The wallet user presses the button of the consent page; what the merchant's page is then called with."""
        fields = self.browser.hidden(self.browser.get(address))
        fields["user_id"] = list(self.world.users)[user]
        answer = self.browser.post(f"{self.base_url}/oauth2/publicAppAuthorize.htm", fields)
        assert answer.status == 302
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def pay(self, handle: TradeHandle) -> None:
        """The payer presses the button of the cashier."""
        fields = self.browser.hidden(self.browser.get(handle.pay_url))
        answer = self.browser.post(f"{self.base_url}/cashier", {**fields, "decision": "pay"})
        assert "支付成功" in answer.data.decode()


# Making an RSA key takes a good part of a second: one test run makes a few and deals them out.
_keys = cycle([certificates.new_key() for _ in range(5)])


@contextmanager
def running_sandbox(clock: Clock) -> Iterator[RunningSandbox]:
    """Serve a new world on a free port."""
    world = AlipayWorld(clock, timestamp_tolerance=timedelta(minutes=10), new_key=partial(next, _keys))
    server, port = serve_gateway(create_gateway(world))
    with server:
        yield RunningSandbox(world, clock, port)
