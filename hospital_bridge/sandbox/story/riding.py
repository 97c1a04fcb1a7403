"""Riders with their phones, gates with a network that comes and goes, and what the wallet was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hospital_bridge.sandbox.actors import actors
from hospital_bridge.sandbox.alipay.trade import TradeStatus
from hospital_bridge.sandbox.story.world import StoryBroken, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.alipay.trade import Trade
    from hospital_bridge.sandbox.api_client import ApiClient
    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.people import Person


class Network:
    """The way from a gate to the bridge's API; `is_there` may be changed, and one answer may be lost on its way."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self.is_there = True
        self.loses_next_answer = False
        self.told: list[Mapping[str, Any]] = []

    def post(self, path: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        """Send something; ConnectionError without network, or once it was done where the answer is lost."""
        return self._answer(lambda: self._api.post(path, body, once), keep=True)

    def get(self, path: str) -> Mapping[str, Any]:
        """Read something; ConnectionError without network."""
        return self._answer(lambda: self._api.get(path), keep=False)

    def _answer(self, ask: Callable[[], Mapping[str, Any]], *, keep: bool) -> Mapping[str, Any]:
        if not self.is_there:
            raise ConnectionError("the gate has no network")
        told = ask()
        expect(self._api.status == HTTPStatus.OK, f"the bridge answered a gate with {self._api.status}: {told}")
        if keep:
            self.told.append(told)
        if keep and self.loses_next_answer:
            self.loses_next_answer = False
            raise ConnectionError("the answer was lost")
        return told


class Gate:
    """One gate of the operator, connected at first; its network is its own."""

    def __init__(self, world: World, api: ApiClient, gate_id: str, kind: str, stop: str, line: str = "") -> None:
        self._world = world
        self.network = Network(api)
        self._gate, self._office = actors("transit").gate(self.network, gate_id, kind, stop, line)

    @property
    def untold(self) -> int:
        """The taps that the gate holds because nobody has confirmed them."""
        return len(self._gate.untold)

    def opens(self, code: bytes) -> bool:
        """Whether the gate opens for that code; why not, it keeps in `refusal`."""
        try:
            self._gate.present(code, self._world.clock.now())
        except actors("transit").RideRefused as refused:
            self.refusal = str(refused.refusal)
            return False
        return True

    def sync(self) -> None:
        """Tell the bridge what the gate saw and learn the news; ConnectionError where it cannot."""
        self._gate.sync(self._office)

    def cannot_sync(self) -> None:
        """A try that fails; the gate keeps what it has not told for certain."""
        try:
            self.sync()
        except ConnectionError:
            return
        raise StoryBroken("the gate told its taps without a network")


class Rider:
    """Somebody with a phone at the operator's service window."""

    def __init__(self, world: World, person: Person) -> None:
        self._world = world
        self.phone = world.phone(person)
        self._shown = ""

    def join(self) -> None:
        """Sign in at the wallet, agree to every purpose, and get a ride code with one press."""
        self.phone.sign_in()
        self.phone.press(self.phone.page(""), "/join")

    def code(self) -> bytes:
        """The next code that the phone shows: another one than before."""
        page = self.phone.wait(
            self.phone.page("ride"), lambda shown: shown.marks.get("code", "") not in {"", self._shown}
        )
        self._shown = page.marks["code"]
        return bytes.fromhex(self._shown)

    def day(self, *states: str) -> PageShown:
        """The page of the newest service day, once it stands in one of the states; of any state without one."""
        home = self.phone.wait(self.phone.page(""), lambda shown: any("/days/" in link.address for link in shown.links))
        page = self.phone.open(home.link("/days/"))
        return self.phone.wait(page, lambda shown: not states or shown.marks.get("state") in states)

    def payable(self, *states: str) -> PageShown:
        """The same once the wallet has the day's order."""
        return self.phone.wait(self.day(*states), lambda shown: "trade-no" in shown.marks)

    def pay(self) -> PageShown:
        """Confirm the day's order in the wallet; the day's page once it is paid."""
        ready = self.payable()
        sheet = self.phone.open(ready.link("cashier"))
        self.phone.press(sheet, "cashier")
        return self.day("paid")

    def trades(self) -> Sequence[Trade]:
        """What the wallet was asked for of this rider."""
        user_id = self.phone.person.user_id
        return [trade for trade in self._world.town.wallet.trades if trade.buyer and trade.buyer.user_id == user_id]

    def messages(self) -> str:
        """The words of the rider's messages at the service window."""
        return self.phone.open(f"{self._world.stage.window}/messages").words

    def told(self, *words: str) -> str:
        """The same once all the words stand there."""
        return self._world.wait(lambda: _with_all(self.messages(), words))


def _with_all(page: str, words: Sequence[str]) -> str | None:
    return page if all(word in page for word in words) else None


def paid_order(rider: Rider, fen: int) -> Mapping[str, Any]:
    """The facts of the one order of the rider that was paid; StoryBroken where it is another sum or not one."""
    paid = [trade for trade in rider.trades() if trade.status is TradeStatus.TRADE_SUCCESS]
    expect([trade.total_fen for trade in paid] == [fen], f"the wallet took {[trade.total_fen for trade in paid]}")
    return {
        "amount_fen": fen,
        "merchant_order_no": paid[0].out_trade_no,
        "provider_trade_no": paid[0].trade_no,
    }
